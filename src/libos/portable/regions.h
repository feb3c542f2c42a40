// Who owns which pages of the arena: a treap of regions that tile it without gaps, with the largest free region of each
// subtree, so that every operation takes O(log n). Regions is pure book-keeping, apart from the pages of its own nodes;
// takeMemory and its relatives below also open and close pages.
#pragma once

#include "../native.h"
#include "base.h"

namespace libos {

enum class RegionKind : uint8_t {
    Free,     ///< nobody's: not accessible; zero, or kept (kept_pages.h)
    Internal, ///< the libOS's own: files, slabs
    Heap,     ///< below the program break
    Mapped,   ///< the program's mmap
};

struct Region {
    uint64_t start, end;
    Region *left, *right;
    uint64_t largestFree; ///< in this subtree, in bytes
    uint32_t priority;
    RegionKind kind;
    uint8_t protection; ///< L_PROT_* bits
    uint64_t size() const { return end - start; }
};

class Regions {
  public:
    void initialise(uint64_t start, uint64_t end);

    uint64_t start() const { return start_; }
    uint64_t end() const { return end_; }
    uint64_t freeBytes() const { return free_; }

    /// The region that holds `address`, or null outside the arena. Valid until the next change.
    const Region* find(uint64_t address) const;
    /// Takes `size` bytes (whole pages) from the highest free region that has room. Returns the address, or 0.
    uint64_t take(uint64_t size, RegionKind kind, uint8_t protection);
    /// Makes [start, end) one region, whatever it was; then the book-keeping may take a free page for itself. Returns
    /// false, and does nothing, if it is not ready: there is no memory for the book-keeping.
    bool set(uint64_t start, uint64_t end, RegionKind kind, uint8_t protection);
    bool ready() const { return spares_ >= kNodesPerChange; }
    /// Whether all of [start, end) is free / of one of the program's kinds / free or the program's.
    bool allFree(uint64_t start, uint64_t end) const;
    bool allProgram(uint64_t start, uint64_t end) const;
    bool noneInternal(uint64_t start, uint64_t end) const;

    /// Unit tests: order, tiling, merging and summaries are as promised.
    bool consistent() const;

  private:
    /// A change needs at most this many new nodes: two cuts and the new region.
    static constexpr uint32_t kNodesPerChange = 3;

    const Region* largest() const;
    Region* newNode();
    void freeNode(Region* node);
    void freeTree(Region* tree);
    bool refill();
    bool cut(uint64_t at);
    void replace(uint64_t start, uint64_t end, RegionKind kind, uint8_t protection);

    Region* root_ = nullptr;
    Region* spare_ = nullptr;
    uint32_t spares_ = 0;
    uint32_t random_ = 0x9e3779b9;
    uint64_t start_ = 0, end_ = 0, free_ = 0;
    Region first_[16] = {}; ///< nodes until the first page of nodes is there: enough for all before main
};

extern Regions arena;

/// Lives while regions and protection do not agree: what is resumed elsewhere gets its protection from the regions.
class ArenaChange {
  public:
    ArenaChange() { __dyad_arena_changing = __dyad_arena_changing + 1; }
    ~ArenaChange() { __dyad_arena_changing = __dyad_arena_changing - 1; }
    ArenaChange(const ArenaChange&) = delete;
    ArenaChange& operator=(const ArenaChange&) = delete;
};

/// Takes whole pages from the arena and makes them readable and writable; they are zero. Returns the address, or 0.
uint64_t takeMemory(uint64_t bytes, RegionKind kind);
/// The same for the pages [start, end), which are free. Returns false if it cannot be done.
bool openMemory(uint64_t start, uint64_t end, RegionKind kind);
/// Makes [start, end) free and not accessible, whatever it was; what of it is not free yet is readable and writable.
/// Returns false if there is no memory for the book-keeping.
bool giveMemoryBack(uint64_t start, uint64_t end);
/// Gives the memory of what of [start, end) is not free back to the host: it is zero then, and as open as before.
void discardTaken(uint64_t start, uint64_t end);
/// Whole pages for the libOS's own use, zeroed. Null when the arena is full.
void* takePages(uint64_t bytes);
/// Gives them back to the arena, and their memory to the host.
void releasePages(void* pages, uint64_t bytes);

} // namespace libos
