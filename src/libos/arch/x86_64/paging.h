// x86-64 page table entries. Specification: Intel SDM volume 3, 4.5 (4-level paging).
#pragma once

#include "page_table.h"

#include <dyad/abi.h>

namespace dyad::native {

constexpr unsigned kTopLevel = 3;
constexpr uint64_t kRamBase = 0, kLoadBias = DYAD_IMAGE_BASE;
constexpr uint64_t kAddressMask = 0x000ffffffffff000;

struct DeviceRange {
    uint64_t address, size;
};
constexpr DeviceRange kDeviceRanges[] = {{0xfeb00000, 0x1000}, {0xfec00000, 0x1000}, {0xfee00000, 0x1000}};

enum Entry : uint64_t {
    kPresent = 1,
    kWritable = 2,
    kUncached = 0x18, // PWT and PCD
    kAccessedDirty = 0x60,
    kLarge = 0x80,
    kNoExecute = 1ull << 63,
};

inline bool isTable(uint64_t entry) { return (entry & (kPresent | kLarge)) == kPresent; }
inline uint64_t tableEntry(uint64_t physical) { return physical | kPresent | kWritable; }

/// Without access the entry keeps the address, so that the page can come back.
inline uint64_t pageEntry(uint64_t physical, uint32_t prot) {
    uint64_t entry = physical | kAccessedDirty | kNoExecute;
    if (prot & (kRead | kWrite | kExecute)) entry |= kPresent;
    if (prot & kWrite) entry |= kWritable;
    if (prot & kExecute) entry &= ~kNoExecute;
    if (prot & kDevice) entry |= kUncached;
    return entry;
}
inline uint64_t blockEntry(uint64_t physical, uint32_t prot) { return pageEntry(physical, prot) | kLarge; }
inline uint64_t pageOfBlock(uint64_t block, uint64_t offset) { return (block & ~kLarge) + offset; }

inline bool isValid(uint64_t entry) { return entry & kPresent; }

/// Make the CPU forget what it knows of live entries that were changed. No entry is global.
inline void invalidatePage(uintptr_t address) { asm volatile("invlpg (%0)" ::"r"(address) : "memory"); }
inline void invalidateAll() {
    uint64_t root;
    asm volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(root)::"memory");
}
/// Entries that were not valid before: the CPU sees them without more ado.
inline void publishEntries() { asm volatile("" ::: "memory"); }

/// Stores an entry in live tables and makes the CPU see it.
inline void replaceEntry(uint64_t& entry, uint64_t value, uintptr_t address) {
    __atomic_store_n(&entry, value, __ATOMIC_RELAXED);
    invalidatePage(address);
}

/// After the last replaceEntry(): nothing is left to do, code is coherent with data.
inline void finishProtect(uint32_t) {}

} // namespace dyad::native
