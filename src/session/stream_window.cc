// The window grows while bytes are dealt with about as soon as when nothing waited, and shrinks when they queue.
#include "session/stream_window.h"

#include <algorithm>

namespace dyad {

namespace {

/// Bytes may wait so long behind others: while somebody waits for pages, and while nobody does.
constexpr std::uint64_t kUrgentQueueNs = 100'000, kQueueNs = 2'000'000;
/// After something urgent more of it is expected for so long.
constexpr std::uint64_t kUrgentNs = 3'000'000;
constexpr std::uint64_t kLeastPiece = 8 << 10, kMostPiece = 1 << 20;

} // namespace

void StreamWindow::wrote(std::uint64_t bytes, std::uint64_t nowNs) {
    written_ = bytes;
    marks_.push_back({bytes, nowNs});
}

void StreamWindow::got(std::uint64_t bytes, std::uint64_t nowNs) {
    bytes = std::min(bytes, written_);
    std::uint64_t delayNs = UINT64_MAX;
    while (!marks_.empty() && marks_.front().bytes <= bytes) {
        delayNs = nowNs - marks_.front().atNs;
        marks_.pop_front();
    }
    const std::uint64_t more = bytes - std::min(got_, bytes);
    got_ = std::max(got_, bytes);
    if (delayNs == UINT64_MAX) return;
    leastDelayNs_ = std::min(leastDelayNs_, delayNs);
    const std::uint64_t allowedNs = nowNs - urgentNs_ < kUrgentNs ? kUrgentQueueNs : kQueueNs;
    if (delayNs - leastDelayNs_ <= allowedNs)
        size_ = std::min(size_ + more, kMost);
    else
        size_ = std::max(size_ - std::min(size_, more / 2), kLeast);
}

void StreamWindow::urgent(std::uint64_t nowNs) {
    urgentNs_ = nowNs;
    size_ = std::min(size_, kMostUrgent);
}

std::uint64_t StreamWindow::room() const {
    const std::uint64_t waiting = written_ - got_;
    return size_ - std::min(size_, waiting);
}

std::uint64_t StreamWindow::piece() const {
    return std::clamp(size_ / 4, kLeastPiece, kMostPiece);
}

} // namespace dyad
