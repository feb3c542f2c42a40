// The monitor's side of write tracking and of missing pages: which blocks of a running program's memory were written,
// and which of an arriving program's are still to come. Specification: docs/abi.md, section 9.
#pragma once

#include "machine/machine.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <span>

namespace dyad {

/// Common data and arena of one machine, in blocks that have the same numbers on every machine of a pair.
class PageTracking {
  public:
    static constexpr std::uint64_t kDefaultBlock = DYAD_PAGE_SIZE;

    /// `machine` must outlive it; there is one of it at a time. `commonAddress`, `commonSize`: the read-write data of
    /// the common window. `blockSize`: 4096 to 65536, a power of two.
    static Result<PageTracking> of(Machine& machine, GuestAddress commonAddress, std::uint64_t commonSize,
                                   std::uint64_t blockSize = kDefaultBlock);

    std::uint64_t blockSize() const { return blockSize_; }
    /// Blocks are numbered from 0 to count() - 1: common data, then the arena.
    std::uint64_t count() const { return arenaFirst_ + arenaSize_ / blockSize_; }
    /// A block's memory; of common data the last one may be short.
    std::span<std::byte> bytes(std::uint64_t block);
    GuestAddress address(std::uint64_t block) const;
    std::optional<std::uint64_t> blockOf(GuestAddress address) const;
    /// Of the `count` blocks from `first` on, how many lie side by side: common data does not go on in the arena.
    std::uint64_t together(std::uint64_t first, std::uint64_t count) const {
        return first < arenaFirst_ ? std::min(count, arenaFirst_ - first) : count;
    }

    /// Asks the guest for a mode, or in DYAD_PAGES_TRACK for the next round. A guest that computes, sleeps or is
    /// stopped answers soon, and rings; one request at a time. From DYAD_PAGES_OFF to TRACK all blocks count as clean
    /// from the answer on.
    void ask(dyad_pages_mode mode);
    /// Whether the last request was answered; an error says why it was refused.
    Result<bool> answered();
    /// The mode of the last request that was answered without an error.
    dyad_pages_mode mode() const { return mode_; }

    // -- Write tracking --

    /// Runs of blocks, in rising order.
    using TakeBlocks = std::function<Result<void>(std::uint64_t first, std::uint64_t count)>;
    /// Blocks that were written before the last round began. They are forgotten: call it before the next round is asked
    /// for, or they count for that one.
    Result<void> takeDirty(const TakeBlocks& take);
    /// The same of a stopped guest, with those written since: needs no answer of the guest. If it goes on, the next
    /// round tells the latter again.
    Result<void> takeDirtyOfStopped(const TakeBlocks& take);
    /// How many takeDirty() would take, and how many were written since the last round began.
    std::uint64_t dirtyCount() const { return countBits(idle()); }
    std::uint64_t activeCount() const { return countBits(active()); }

    // -- Missing blocks, of a machine that waits to resume --

    /// Before startMissing(), while the guest's pages are left alone.
    void setMissing(std::uint64_t first, std::uint64_t count);
    /// Before DYAD_MIGRATION_RESUME is stored, which the guest looks at later: need not be answered before.
    void startMissing() { ask(DYAD_PAGES_MISSING); }
    /// The block that the program waits for, which is missing.
    std::optional<std::uint64_t> wanted() const;
    /// Stores what arrived of blocks that follow each other in memory: their bytes, or none for blocks of zeros that
    /// nobody has touched. Leaves those alone that are not missing: they were here before, or the program has given
    /// them up. Rings if the program waits for one of them. How many were missing.
    Result<std::uint64_t> arrived(std::uint64_t first, std::uint64_t count, std::span<const std::byte> content);
    bool isMissing(std::uint64_t block) const;
    /// The first missing block at or after `from`, and how many, at most `most`, are missing without a gap from there.
    std::optional<std::pair<std::uint64_t, std::uint64_t>> nextMissing(std::uint64_t from, std::uint64_t most) const;
    /// Looks at all of them.
    std::uint64_t missingCount() const;
    /// None is missing any more: the guest may forget about it. Answered as other requests.
    void finishMissing() { ask(DYAD_PAGES_OFF); }

    struct Counters {
        std::uint64_t writeFaults, missingFaults, waits, coarse;
    };
    Counters counters() const;

  private:
    PageTracking(Machine& machine, std::uint64_t commonAddress, std::uint64_t commonSize, std::uint64_t blockSize);

    dyad_pages& pages() const { return machine_->area.control->pages; }
    std::uint64_t* words(std::uint64_t offset) const;
    std::uint64_t* active() const;
    std::uint64_t* idle() const;
    std::uint64_t bitmapWords() const { return (count() + 63) / 64; }
    std::uint64_t countBits(const std::uint64_t* bits) const;
    Result<void> takeBits(const TakeBlocks& take, const std::function<std::uint64_t(std::uint64_t)>& takeWord);
    std::uint64_t ramOffset(std::uint64_t block) const;
    Result<void> storeArriving(std::uint64_t first, std::uint64_t count, std::span<const std::byte> content);

    Machine* machine_;
    std::uint64_t commonAddress_, commonSize_, blockSize_, arenaOffset_, arenaSize_, arenaFirst_;
    std::uint32_t number_ = 0; ///< of the last request
    dyad_pages_mode asked_ = DYAD_PAGES_OFF, mode_ = DYAD_PAGES_OFF;
};

} // namespace dyad
