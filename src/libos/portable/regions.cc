// The arena's regions: a treap (Seidel and Aragon, "Randomized search trees", 1996) keyed by address.
#include "regions.h"

#include "../native.h"
#include "kept_pages.h"

volatile uint32_t __dyad_arena_changing; // C linkage: native.h

namespace libos {

Regions arena;

namespace {

void update(Region* node) {
    uint64_t most = node->kind == RegionKind::Free ? node->size() : 0;
    if (node->left) most = larger(most, node->left->largestFree);
    if (node->right) most = larger(most, node->right->largestFree);
    node->largestFree = most;
}

/// Splits into regions that start before `at` and the rest.
void split(Region* tree, uint64_t at, Region*& before, Region*& rest) {
    if (!tree) {
        before = rest = nullptr;
    } else if (tree->start < at) {
        split(tree->right, at, tree->right, rest);
        before = tree;
        update(tree);
    } else {
        split(tree->left, at, before, tree->left);
        rest = tree;
        update(tree);
    }
}

Region* merge(Region* a, Region* b) {
    if (!a) return b;
    if (!b) return a;
    if (a->priority > b->priority) {
        a->right = merge(a->right, b);
        update(a);
        return a;
    }
    b->left = merge(a, b->left);
    update(b);
    return b;
}

Region* leftmost(Region* tree) {
    while (tree && tree->left)
        tree = tree->left;
    return tree;
}
Region* rightmost(Region* tree) {
    while (tree && tree->right)
        tree = tree->right;
    return tree;
}

uint64_t freeIn(const Region* tree) {
    if (!tree) return 0;
    return freeIn(tree->left) + freeIn(tree->right) + (tree->kind == RegionKind::Free ? tree->size() : 0);
}

bool check(const Region* tree, uint64_t& at, const Region*& previous) {
    if (!tree) return true;
    if (!check(tree->left, at, previous)) return false;
    if (tree->start != at || tree->end <= tree->start) return false;
    if (previous && previous->kind == tree->kind && previous->protection == tree->protection) return false;
    at = tree->end;
    previous = tree;
    if (!check(tree->right, at, previous)) return false;
    uint64_t most = tree->largestFree;
    Region copy = *tree;
    update(&copy);
    return copy.largestFree == most;
}

} // namespace

void Regions::initialise(uint64_t start, uint64_t end) {
    start_ = start;
    end_ = end;
    free_ = end - start;
    spare_ = nullptr;
    spares_ = 0;
    for (Region& node : first_)
        freeNode(&node);
    root_ = newNode();
    *root_ = {start, end, nullptr, nullptr, 0, random_, RegionKind::Free, L_PROT_NONE};
    update(root_);
}

Region* Regions::newNode() {
    Region* node = spare_;
    spare_ = node->right;
    --spares_;
    random_ ^= random_ << 13, random_ ^= random_ >> 17, random_ ^= random_ << 5; // Marsaglia's xorshift
    return node;
}

void Regions::freeNode(Region* node) {
    node->right = spare_;
    spare_ = node;
    ++spares_;
}

void Regions::freeTree(Region* tree) {
    if (!tree) return;
    freeTree(tree->left);
    Region* right = tree->right;
    if (tree->kind == RegionKind::Free) free_ -= tree->size();
    freeNode(tree);
    freeTree(right);
}

/// The highest of the largest free regions. There is one.
const Region* Regions::largest() const {
    const Region* node = root_;
    while (true) {
        if (node->right && node->right->largestFree == root_->largestFree)
            node = node->right;
        else if (node->kind == RegionKind::Free && node->size() == root_->largestFree)
            return node;
        else
            node = node->left;
    }
}

/// Makes sure of nodes for one change, and for the change that takes a page of more nodes. The page may be any free one:
/// call it before a place is chosen or after it is taken.
bool Regions::refill() {
    if (spares_ >= 2 * kNodesPerChange) return true;
    if (!ready()) return false;
    if (!root_ || root_->largestFree < kPage) return true;
    // Not a hole between mappings: the program may want to put something there again, at that very address.
    uint64_t page = largest()->end - kPage;
    if (__dyad_protect(page, kPage, L_PROT_READ | L_PROT_WRITE)) return true; // there are nodes for this change
    keptPages.clear(page, page + kPage);
    replace(page, page + kPage, RegionKind::Internal, L_PROT_READ | L_PROT_WRITE);
    Region* nodes = reinterpret_cast<Region*>(page);
#pragma clang loop unroll(disable) // runs seldom; before main, under an emulator, each instruction counts once
    for (size_t i = 0; i < kPage / sizeof(Region); ++i)
        freeNode(&nodes[i]);
    return true;
}

const Region* Regions::find(uint64_t address) const {
    for (const Region* node = root_; node;) {
        if (address < node->start)
            node = node->left;
        else if (address >= node->end)
            node = node->right;
        else
            return node;
    }
    return nullptr;
}

uint64_t Regions::take(uint64_t size, RegionKind kind, uint8_t protection) {
    ArenaChange change;
    if (!refill() || !size || !root_ || root_->largestFree < size) return 0;
    const Region* node = root_;
    while (true) {
        if (node->right && node->right->largestFree >= size)
            node = node->right;
        else if (node->kind == RegionKind::Free && node->size() >= size)
            break;
        else
            node = node->left;
    }
    uint64_t at = node->end - size;
    replace(at, at + size, kind, protection);
    return at;
}

bool Regions::set(uint64_t start, uint64_t end, RegionKind kind, uint8_t protection) {
    ArenaChange change;
    if (!ready()) return false;
    replace(start, end, kind, protection);
    refill();
    return true;
}

/// Makes `at` a border between regions.
bool Regions::cut(uint64_t at) {
    if (at <= start_ || at >= end_) return true;
    const Region* whole = find(at);
    if (whole->start == at) return true;
    Region *before, *rest;
    split(root_, at, before, rest);
    Region* first = rightmost(before);
    Region* second = newNode();
    *second = {at, first->end, nullptr, nullptr, 0, random_, first->kind, first->protection};
    // The first part shrinks: its summary and those above it change, which taking it out and in again does.
    uint64_t firstStart = first->start;
    Region* head;
    split(before, firstStart, head, first);
    first->end = at;
    update(first);
    update(second);
    root_ = merge(merge(head, first), merge(second, rest));
    return true;
}

void Regions::replace(uint64_t start, uint64_t end, RegionKind kind, uint8_t protection) {
    cut(start);
    cut(end);
    Region *before, *middle, *after;
    split(root_, start, before, middle);
    split(middle, end, middle, after);
    freeTree(middle);
    Region* node = newNode();
    *node = {start, end, nullptr, nullptr, 0, random_, kind, protection};
    if (kind == RegionKind::Free) free_ += end - start;
    auto joins = [&](const Region* other) { return other && other->kind == kind && other->protection == protection; };
    if (joins(rightmost(before))) {
        Region* neighbour;
        split(before, rightmost(before)->start, before, neighbour);
        node->start = neighbour->start;
        freeNode(neighbour);
    }
    if (joins(leftmost(after))) {
        Region* neighbour;
        split(after, leftmost(after)->start + 1, neighbour, after);
        node->end = neighbour->end;
        freeNode(neighbour);
    }
    update(node);
    root_ = merge(merge(before, node), after);
}

bool Regions::allFree(uint64_t start, uint64_t end) const {
    const Region* region = find(start);
    return region && region->kind == RegionKind::Free && end <= region->end;
}

bool Regions::allProgram(uint64_t start, uint64_t end) const {
    while (start < end) {
        const Region* region = find(start);
        if (!region || (region->kind != RegionKind::Mapped && region->kind != RegionKind::Heap)) return false;
        start = region->end;
    }
    return true;
}

bool Regions::noneInternal(uint64_t start, uint64_t end) const {
    while (start < end) {
        const Region* region = find(start);
        if (!region || region->kind == RegionKind::Internal) return false;
        start = region->end;
    }
    return true;
}

bool Regions::consistent() const {
    uint64_t at = start_;
    const Region* previous = nullptr;
    return check(root_, at, previous) && at == end_ && freeIn(root_) == free_;
}

uint64_t takeMemory(uint64_t bytes, RegionKind kind) {
    ArenaChange change;
    constexpr uint8_t readWrite = L_PROT_READ | L_PROT_WRITE;
    bytes = roundUp(bytes, kPage);
    uint64_t at = keptPages.find(bytes);
    if (!at || !arena.set(at, at + bytes, kind, readWrite)) at = arena.take(bytes, kind, readWrite);
    if (!at) return 0;
    if (__dyad_protect(at, bytes, readWrite)) { // the host has no room to describe the pages
        arena.set(at, at + bytes, RegionKind::Free, L_PROT_NONE);
        return 0;
    }
    keptPages.clear(at, at + bytes);
    return at;
}

bool openMemory(uint64_t start, uint64_t end, RegionKind kind) {
    ArenaChange change;
    constexpr uint8_t readWrite = L_PROT_READ | L_PROT_WRITE;
    if (__dyad_protect(start, end - start, readWrite)) return false;
    keptPages.clear(start, end);
    return arena.set(start, end, kind, readWrite);
}

void discardTaken(uint64_t start, uint64_t end) {
    while (start < end) {
        const Region* region = arena.find(start);
        uint64_t stop = smaller(end, region->end);
        if (region->kind != RegionKind::Free) __dyad_discard(start, stop - start);
        start = stop;
    }
}

bool giveMemoryBack(uint64_t start, uint64_t end) {
    ArenaChange change;
    if (!arena.ready()) return false;
    bool keep = end - start <= KeptPages::kMostPiece;
    if (!keep) discardTaken(start, end);
    // Where the host has no room to describe one more piece, the pages stay open: zero, or to be cleared, all the same.
    __dyad_protect(start, end - start, L_PROT_NONE);
    if (keep) keptPages.add(start, end);
    return arena.set(start, end, RegionKind::Free, L_PROT_NONE); // last: it may take one of the pages for itself
}

void* takePages(uint64_t bytes) { return reinterpret_cast<void*>(takeMemory(bytes, RegionKind::Internal)); }

void releasePages(void* pages, uint64_t bytes) {
    uint64_t start = reinterpret_cast<uint64_t>(pages);
    if (!giveMemoryBack(start, start + roundUp(bytes, kPage)))
        __dyad_crash(DYAD_CRASH_PANIC, 0, "no memory left to describe free memory");
}

} // namespace libos
