// A byte for each 2 MiB, which are most often alike, and half a byte for each page where they are not
// (protection_map.h).
#include "protection_map.h"

namespace dyad::native {

void ProtectionMap::initialise(uint8_t* storage, uint64_t arenaStart, uint64_t arenaSize) {
    blocks_ = storage;
    arena_ = arenaStart;
    blockCount_ = arenaSize / kBlock;
}

uint8_t ProtectionMap::stored(uint64_t offset) const {
    uint64_t block = offset / kBlock, page = offset % kBlock / kPage;
    if (blocks_[block] != kMixed) return blocks_[block];
    return pagesOf(block)[page / 2] >> page % 2 * 4 & 15;
}

/// Gives the pages of a block values of their own.
void ProtectionMap::mix(uint64_t block) {
    uint8_t value = blocks_[block];
    if (value == kMixed) return;
    uint8_t* pages = pagesOf(block);
    for (uint64_t i = 0; i < kNibbleBytes; ++i)
        pages[i] = value << 4 | value;
    blocks_[block] = kMixed;
}

void ProtectionMap::set(uint64_t start, uint64_t end, uint32_t protection) {
    if (!blocks_) return;
    uint8_t value = protection ^ kAtStart;
    for (uint64_t offset = start - arena_, last = end - arena_; offset < last;) {
        uint64_t block = offset / kBlock, next = (block + 1) * kBlock;
        bool whole = offset % kBlock == 0 && last >= next;
        if (whole) blocks_[block] = value;
        if (whole || blocks_[block] == value) {
            offset = next;
            continue;
        }
        mix(block);
        uint8_t& pair = pagesOf(block)[offset % kBlock / kPage / 2];
        unsigned shift = offset / kPage % 2 * 4;
        pair = (pair & ~(15 << shift)) | value << shift;
        offset += kPage;
    }
}

uint32_t ProtectionMap::at(uint64_t address) const {
    return stored(address - arena_) ^ kAtStart;
}

uint64_t ProtectionMap::runEnd(uint64_t start, uint64_t end) const {
    uint64_t offset = start - arena_, last = end - arena_;
    uint8_t value = stored(offset);
    while (offset < last && stored(offset) == value)
        offset += blocks_[offset / kBlock] == kMixed ? kPage : kBlock - offset % kBlock;
    return (offset < last ? offset : last) + arena_;
}

} // namespace dyad::native
