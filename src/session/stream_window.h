// How many bytes may be on their way to a destination: enough to keep the connection busy, so few that what is urgent
// is not stuck behind them. Specification: docs/transfer.md, "Post-copy".
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace dyad {

class StreamWindow {
  public:
    /// So many bytes of the connection were written, all in all.
    void wrote(std::uint64_t bytes, std::uint64_t nowNs);
    /// The destination has dealt with so many of them.
    void got(std::uint64_t bytes, std::uint64_t nowNs);
    /// Something urgent was asked for.
    void urgent(std::uint64_t nowNs);

    /// Bytes that may be written now.
    std::uint64_t room() const;
    /// How much to write at once.
    std::uint64_t piece() const;

    static constexpr std::uint64_t kLeast = 32 << 10, kMostUrgent = 128 << 10, kMost = 8 << 20;

  private:
    struct Mark {
        std::uint64_t bytes, atNs;
    };
    std::uint64_t size_ = kLeast, written_ = 0, got_ = 0;
    std::uint64_t leastDelayNs_ = UINT64_MAX, urgentNs_ = 0;
    std::deque<Mark> marks_; ///< what was written and is not dealt with
};

} // namespace dyad
