// Sets of pages of what a move copies: common data and the arena.
#pragma once

#include "migrate/state.h"

#include <optional>
#include <vector>

namespace dyad {

struct PageRun {
    GuestAddress address{};
    std::uint64_t size = 0; ///< bytes
    bool operator==(const PageRun&) const = default;
};

/// Pages to be sent.
struct PagePiece {
    GuestAddress address{};
    std::uint64_t size = 0;
    std::span<const std::byte> pages; ///< empty: they are zero
    bool lasting = false;             ///< the bytes do not change as long as the program is stopped
};

class PageSet {
  public:
    PageSet(const CommonData& common, std::uint64_t arenaSize);

    /// False, and nothing changes, unless these are whole pages of common data or of the arena.
    bool add(const PageRun& run) { return change(run, true); }
    bool remove(const PageRun& run) { return change(run, false); }
    /// Whether there is such a page at all.
    bool covers(GuestAddress address) const { return indexOf(address, DYAD_PAGE_SIZE).has_value(); }
    bool contains(GuestAddress address) const;
    bool containsAll(const PageRun& run) const;
    bool empty() const { return pages_ == 0; }
    std::uint64_t bytes() const { return pages_ * DYAD_PAGE_SIZE; }

    /// The first run at or behind `from`, an address that is covered, or else the first of all; nothing if the set is
    /// empty. It has at most `most` bytes, a positive number of pages.
    std::optional<PageRun> next(GuestAddress from, std::uint64_t most) const;
    /// All runs, in rising order.
    std::vector<PageRun> runs() const;

  private:
    std::optional<std::uint64_t> indexOf(GuestAddress address, std::uint64_t size) const;
    GuestAddress addressOf(std::uint64_t index) const;
    bool change(const PageRun& run, bool in);
    /// The first page at or behind `index` that is in the set, or not; `end_` if there is none.
    std::uint64_t find(std::uint64_t index, bool in) const;
    std::uint64_t endOfRun(std::uint64_t index) const;

    std::uint64_t commonAddress_, commonPages_, end_;
    std::uint64_t pages_ = 0;
    std::vector<std::uint64_t> bits_;
};

/// Pages that the memory file has. Others read as zero, and are made if they are read by a mapping. Takes as long as
/// there are pages.
Result<PageSet> presentPages(GuestMemory& memory, const CommonData& common);

/// Adds pieces of 2 MiB of which something was ever touched: a superset of what is not zero, found without looking at
/// pages. What is in `set` already is passed over, so that after a first call another one takes no longer for more
/// memory.
Result<void> addTouchedPages(GuestMemory& memory, const CommonData& common, PageSet& set);

} // namespace dyad
