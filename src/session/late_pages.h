// The memory of a program that runs already and whose pages follow, from a file or from another host: what it waits
// for, what is still to come, and what arrived. Where pages come from, and in which order, is its owner's business.
// Specification: docs/abi.md, section 9, "MISSING".
//
// In this order: of(), start(), expect() for all that is not zero, Arrival::resume(); then, at every turn of the loop,
// wanted() first, next() when there is time, arrived() for what came, and finished(). Until that is true the program
// must not be asked to stop, nor to have its pages watched.
#pragma once

#include "machine/page_tracking.h"
#include "migrate/page_set.h"

namespace dyad {

class LatePages {
  public:
    using Run = PageRun;

    /// `machine` waits to resume, its memory is zero but for what is there already; it must outlive this.
    static Result<LatePages> of(Machine& machine, const CommonData& common);

    /// These pages are still to come. Fails if they do not lie in common data or in the arena.
    Result<void> expect(GuestAddress address, std::uint64_t size);
    /// Tells the guest: all is closed from now on. It takes the longer the more memory there is, so not only when it is
    /// known what is missing.
    void start();
    /// Whether all is closed; need not be waited for.
    Result<bool> closed() { return tracking_.answered(); }

    /// The page that the program waits for, as long as it does.
    std::optional<Run> wanted();
    /// Missing pages, at most `most` bytes of them: what follows the last page that was wanted or told here, and from
    /// the beginning again after the end. Nothing if none is missing.
    std::optional<Run> next(std::uint64_t most);

    /// Whole pages came, or pages of zeros. What is not missing (any more) of them is dropped: the program's own word
    /// counts. Fails if they lie elsewhere.
    Result<void> arrived(GuestAddress address, std::span<const std::byte> pages);
    Result<void> arrivedZeros(GuestAddress address, std::uint64_t size);

    /// The same for a thread beside the loop: where such pages belong, and what storeAt() stores there.
    Result<std::uint64_t> placeOf(const Run& run) const { return blockAt(run.address, run.size); }
    Result<void> storeAt(std::uint64_t place, std::span<const std::byte> pages);

    /// All runs that are missing, in rising order.
    std::vector<Run> missing() const;
    /// Whether nothing is missing any more and the guest has forgotten about it.
    Result<bool> finished();
    /// Bytes that are missing still. Looks at all of memory.
    std::uint64_t left() const { return tracking_.missingCount() * tracking_.blockSize(); }
    PageTracking::Counters counters() const { return tracking_.counters(); }

  private:
    enum class State { Preparing, Following, Ending, Finished };
    explicit LatePages(PageTracking tracking) : tracking_(std::move(tracking)) {}
    Result<std::uint64_t> blockAt(GuestAddress address, std::uint64_t size) const;
    Run runOf(std::uint64_t first, std::uint64_t count) const;
    /// The first run at or after a block.
    std::optional<Run> runFrom(std::uint64_t block, std::uint64_t most) const;

    PageTracking tracking_;
    State state_ = State::Preparing;
    std::uint64_t cursor_ = 0; ///< block from which next() looks on
};

} // namespace dyad
