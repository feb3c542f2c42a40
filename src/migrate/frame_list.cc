// Storage of frames, and the comparison that the self-test makes.
#include "migrate/frame_list.h"

#include <fmt/format.h>

#include <cassert>
#include <numeric>

namespace dyad {

namespace {

std::string hex(std::span<const std::byte> bytes) {
    std::string text;
    for (std::byte byte : bytes)
        text += fmt::format("{:02x}", static_cast<unsigned>(byte));
    return text;
}

/// "frame 3 of 12 ('f', site 7)", counted from the outermost.
std::string describe(const SiteTable& table, const FrameList& frames, std::size_t frame) {
    const SiteTable::Site site = table.site(frames.site(frame));
    return fmt::format("frame {} of {} ('{}', site {})", frame, frames.size(), table.function(site.function).name,
                       site.index);
}

Error differingValues(const SiteTable& table, const FrameList& before, const FrameList& after, std::size_t frame) {
    std::size_t at = 0, number = 0;
    const auto old = before.values(frame), now = after.values(frame);
    for (std::uint8_t size : table.site(before.site(frame)).valueSizes) {
        const std::size_t space = valueSpace(size);
        if (at + space > old.size() || at + space > now.size()) break;
        if (!std::ranges::equal(old.subspan(at, space), now.subspan(at, space)))
            return Error{fmt::format("{}: value {} was {} and is {} after the move", describe(table, before, frame),
                                     number, hex(old.subspan(at, space)), hex(now.subspan(at, space)))};
        at += space;
        ++number;
    }
    return Error{fmt::format("{}: {} bytes of values before the move, {} after it", describe(table, before, frame),
                             old.size(), now.size())};
}

} // namespace

std::uint64_t valuesSize(const SiteTable::Site& site) {
    return std::accumulate(site.valueSizes.begin(), site.valueSizes.end(), std::uint64_t{0},
                           [](std::uint64_t sum, std::uint8_t size) { return sum + valueSpace(size); });
}

void FrameList::clear() {
    sites_.clear();
    ends_.clear();
    bytes_.clear();
    reversed_ = false;
}

std::span<std::byte> FrameList::append(std::uint32_t site, std::size_t bytes) {
    assert(!reversed_);
    const std::size_t start = bytes_.size();
    bytes_.resize(start + bytes);
    sites_.push_back(site);
    ends_.push_back(bytes_.size());
    return std::span(bytes_).subspan(start);
}

Result<void> compareFrames(const SiteTable& table, const FrameList& before, const FrameList& after) {
    const std::size_t common = std::min(before.size(), after.size());
    for (std::size_t frame = 0; frame < common; ++frame) {
        if (before.site(frame) != after.site(frame))
            return Error{fmt::format("{} before the move, {} after it", describe(table, before, frame),
                                     describe(table, after, frame))};
        if (!std::ranges::equal(before.values(frame), after.values(frame)))
            return differingValues(table, before, after, frame);
    }
    if (after.size() != before.size() + 1)
        return Error{fmt::format("{} frames before the move, {} after it: expected one more, that of '{}'",
                                 before.size(), after.size(), kArrivedFunction)};
    const SiteTable::Site innermost = table.site(after.site(common));
    if (table.function(innermost.function).name != kArrivedFunction)
        return Error{fmt::format("{} after the move: expected '{}'", describe(table, after, common), kArrivedFunction)};
    return {};
}

} // namespace dyad
