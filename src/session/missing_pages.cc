// Who owns a page is decided by the guest and PageTracking (docs/abi.md, section 9).
#include "session/missing_pages.h"

#include "machine/ticks.h"

#include <algorithm>

namespace dyad {

namespace {

/// So many latencies are kept.
constexpr std::size_t kMostLatencies = 1 << 14;
/// Fewer bytes are stored sooner than a thread wakes up; more than these are not left to it: the program may come to
/// wait for one of them.
constexpr std::uint64_t kLeastQueued = 64 << 10, kMostQueued = 4 << 20;

} // namespace

Result<std::unique_ptr<MissingPages>> MissingPages::begin(Machine& machine, const CommonData& common,
                                                          const PageSet& missing, bool stale,
                                                          std::optional<LatePages> late) {
    if (!late) {
        auto made = LatePages::of(machine, common);
        if (!made) return std::move(made.error());
        late = std::move(*made);
        late->start();
    }
    for (const PageRun& run : missing.runs())
        if (auto expected = late->expect(run.address, run.size); !expected) return std::move(expected.error());
    return std::unique_ptr<MissingPages>(new MissingPages(std::move(*late), stale));
}

std::optional<GuestAddress> MissingPages::want() {
    const auto page = late_.wanted();
    if (page && page->address == asked_) return std::nullopt;
    if (asked_) noteArrival(); // the thread has stored it
    if (!page) return std::nullopt;
    asked_ = page->address;
    askedNs_ = monotonicNs();
    ++wants_;
    return asked_;
}

/// What was asked for is there.
void MissingPages::noteArrival() {
    asked_.reset();
    const auto value = static_cast<std::uint32_t>(std::min<std::uint64_t>(monotonicNs() - askedNs_, UINT32_MAX));
    if (latencies_.size() < kMostLatencies)
        latencies_.push_back(value);
    else
        latencies_[wants_ % kMostLatencies] = value;
}

Result<void> MissingPages::store(const PagePiece& piece) {
    if (!piece.pages.empty()) return late_.arrived(piece.address, piece.pages);
    if (!stale_) return late_.arrivedZeros(piece.address, piece.size);
    // A section may name any number of zeros, and an older state of these pages may be there.
    constexpr std::uint64_t kMostAtOnce = 256 << 10;
    zeros_.resize(kMostAtOnce);
    for (std::uint64_t done = 0; done < piece.size; done += kMostAtOnce) {
        const auto some = std::span(zeros_).first(std::min(kMostAtOnce, piece.size - done));
        const GuestAddress to{static_cast<std::uint64_t>(piece.address) + done};
        if (auto arrived = late_.arrived(to, some); !arrived) return arrived;
    }
    return {};
}

/// Leaves pages to the thread, if it has not too much to do.
Result<bool> MissingPages::enqueue(const PagePiece& piece, const Section& section) {
    auto place = late_.placeOf({piece.address, piece.size});
    if (!place) return std::move(place.error());
    if (!queue_) {
        auto queue = WriteQueue::begin(
            [this](std::uint64_t at, std::span<const std::byte> pages) { return late_.storeAt(at, pages); });
        if (!queue) return std::move(queue.error());
        queue_ = std::move(*queue);
    }
    return queue_->tryAdd(*place, piece.pages, reader_.buffer(section), kMostQueued);
}

Result<void> MissingPages::take(const std::string& stream, const Section& section) {
    auto piece = reader_.read(stream, section);
    if (!piece) return std::move(piece.error());
    const auto unusable = [&](const Error& error) {
        return unusableSection(stream, section.type, section.number, error.message);
    };
    const bool awaited =
        asked_ && static_cast<std::uint64_t>(*asked_) - static_cast<std::uint64_t>(piece->address) < piece->size;
    if (!awaited && piece->pages.size() >= kLeastQueued) {
        auto queued = enqueue(*piece, section);
        if (!queued) return unusable(queued.error());
        if (*queued) return {};
    }
    if (auto arrived = store(*piece); !arrived) return unusable(arrived.error());
    if (awaited) noteArrival();
    return {};
}

MissingPages::Figures MissingPages::figures() const {
    Figures figures{complete_ ? 0 : late_.left(), wants_, 0, 0};
    if (latencies_.empty()) return figures;
    std::vector<std::uint32_t> sorted = latencies_;
    std::ranges::sort(sorted);
    figures.medianNs = sorted[sorted.size() / 2];
    figures.p99Ns = sorted[(sorted.size() - 1) * 99 / 100];
    return figures;
}

} // namespace dyad
