// AArch64 translation table descriptors, stage 1, 4 KiB granule, 39 bits of virtual address: three levels are enough for
// the address map and shorten every walk by one. Specification: Arm ARM D8.3.
#pragma once

#include "page_table.h"

#include <dyad/abi.h>

namespace dyad::native {

constexpr unsigned kTopLevel = 2;
constexpr uint64_t kRamBase = DYAD_IMAGE_BASE, kLoadBias = 0;
constexpr uint64_t kAddressMask = 0x0000fffffffff000;

struct DeviceRange {
    uint64_t address, size;
};
constexpr DeviceRange kDeviceRanges[] = {{0x08000000, 0x1000}, {0x08010000, 0x2000}, {0x0a000000, 0x4000}};

enum Descriptor : uint64_t {
    kValid = 1,
    kTableOrPage = 2,
    kDeviceMemory = 1 << 2, // attribute 1 of MAIR_EL1, see entry.S
    kReadOnly = 1 << 7,
    kInnerShareable = 3 << 8,
    kAccessed = 1 << 10,
    kExecuteNever = 3ull << 53, // privileged and unprivileged
};

inline bool isTable(uint64_t entry) { return (entry & 3) == (kValid | kTableOrPage); }
inline uint64_t tableEntry(uint64_t physical) { return physical | kValid | kTableOrPage; }

/// Without access the entry keeps the address, so that the page can come back.
inline uint64_t blockEntry(uint64_t physical, uint32_t prot) {
    uint64_t entry = physical | kAccessed | kInnerShareable | kExecuteNever;
    if (prot & (kRead | kWrite | kExecute)) entry |= kValid;
    if (!(prot & kWrite)) entry |= kReadOnly;
    if (prot & kExecute) entry &= ~kExecuteNever;
    if (prot & kDevice) entry |= kDeviceMemory;
    return entry;
}
inline uint64_t pageEntry(uint64_t physical, uint32_t prot) { return blockEntry(physical, prot) | kTableOrPage; }
inline uint64_t pageOfBlock(uint64_t block, uint64_t offset) { return (block | kTableOrPage) + offset; }

inline bool isValid(uint64_t entry) { return entry & kValid; }

/// Make the CPU forget what it knows of live entries that were changed. Address and size stay: no break-before-make.
inline void invalidatePage(uintptr_t address) {
    asm volatile("dsb ishst; tlbi vaae1is, %0; dsb ish; isb" ::"r"(address >> 12) : "memory");
}
inline void invalidateAll() { asm volatile("dsb ishst; tlbi vmalle1is; dsb ish; isb" ::: "memory"); }
/// Makes the CPU see entries that were not valid before.
inline void publishEntries() { asm volatile("dsb ishst; isb" ::: "memory"); }

/// Stores an entry in live tables and makes the CPU see it. The old entry goes first: replacing a block by a table in one
/// step may leave both in the TLB (break-before-make, D8.16.1).
inline void replaceEntry(uint64_t& entry, uint64_t value, uintptr_t address) {
    if (entry & kValid) {
        __atomic_store_n(&entry, 0, __ATOMIC_RELAXED);
        invalidatePage(address);
    }
    __atomic_store_n(&entry, value, __ATOMIC_RELAXED);
    publishEntries();
}

/// After the last replaceEntry(). Pages that become executable were written as data: caches are made coherent as a whole,
/// which is rare (the guest writes no code but at the monitor's request).
inline void finishProtect(uint32_t prot) {
    if (prot & kExecute) asm volatile("dsb ish; ic ialluis; dsb ish; isb" ::: "memory");
}

} // namespace dyad::native
