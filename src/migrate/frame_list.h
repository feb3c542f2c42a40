// The frames of one stopped stack, in the form that no ISA knows: site numbers and values. Specification:
// docs/migration.md, section 2, and docs/site-table.md.
#pragma once

#include "image/site_table.h"
#include "support/result.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dyad {

/// Bytes that a value of `size` bytes takes in a frame record and in a FrameList: the rest is zero.
constexpr std::uint32_t valueSpace(std::uint8_t size) {
    return std::max<std::uint32_t>(size, 8);
}

/// Bytes of all values of a site.
std::uint64_t valuesSize(const SiteTable::Site& site);

/// Frames, outermost first, in flat storage: a stack may have hundreds of thousands of them.
class FrameList {
  public:
    std::size_t size() const { return sites_.size(); }
    bool empty() const { return sites_.empty(); }
    std::uint32_t site(std::size_t frame) const { return sites_[place(frame)]; }
    /// The values of a frame, valueSpace() bytes each, in the order of the site table.
    std::span<const std::byte> values(std::size_t frame) const {
        const std::size_t at = place(frame), start = at ? ends_[at - 1] : 0;
        return std::span(bytes_).subspan(start, ends_[at] - start);
    }
    /// Bytes of the values of all frames.
    std::size_t valueBytes() const { return bytes_.size(); }

    void clear();
    /// Appends a frame inside all others and returns its values, `bytes` zeros, to be filled in before the next append.
    std::span<std::byte> append(std::uint32_t site, std::size_t bytes);
    /// Turns the order round: stacks are walked from the inside. Nothing can be appended after that.
    void reverse() { reversed_ = !reversed_; }
    /// Makes room for values of `bytes` bytes, an estimate.
    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }

  private:
    std::size_t place(std::size_t frame) const { return reversed_ ? sites_.size() - 1 - frame : frame; }

    std::vector<std::uint32_t> sites_;
    std::vector<std::size_t> ends_; ///< of a frame's values in bytes_
    std::vector<std::byte> bytes_;
    bool reversed_ = false;
};

/// The self-test of docs/migration.md, section 4: `after`, captured when the arrival stopped again, must be `before`,
/// which it resumed from, and one frame of __dyad_arrived more. The error names the first frame that differs, its
/// function and site, the value, and the bytes of both.
Result<void> compareFrames(const SiteTable& table, const FrameList& before, const FrameList& after);

/// The portable function that innermost resume functions call; every program with sites has it, and it has sites
/// itself.
inline constexpr std::string_view kArrivedFunction = "__dyad_arrived";

} // namespace dyad
