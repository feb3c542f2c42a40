// Page tables: one walker for both ISAs. Specification: docs/address-map.md.
//
// Tables come from private RAM, from below; docs/abi.md, section 2, makes sure that they suffice even if every block of the
// arena is split. They are never given back.
#include "page_table.h"
#include "cpu.h"
#include "native.h"
#include "paging.h"

extern "C" {
extern char __dyad_common_rw_start[], __dyad_common_rw_end[], __dyad_common_ro_start[], __dyad_common_ro_end[];
extern char __dyad_common_rx_start[], __dyad_common_rx_end[], __dyad_private_rx_start[], __dyad_private_rx_end[];
extern char __dyad_private_ro_start[], __dyad_private_ro_end[], __dyad_private_rw_start[], __dyad_private_rw_end[];
}

namespace dyad::native {
namespace {

constexpr uint64_t kPage = 4096, kBlock = 0x200000;
constexpr unsigned kEntries = 512;

using Table = uint64_t[kEntries];

uint64_t nextTable, tablesEnd; // virtual
Table* root;

Table* newTable() {
    if (nextTable >= tablesEnd) panic("no private RAM left for page tables");
    auto table = reinterpret_cast<Table*>(nextTable);
    nextTable += kPage;
    return table; // private RAM nobody has written: zero
}

Table* tableOf(uint64_t entry) { return reinterpret_cast<Table*>((entry & kAddressMask) + kLoadBias); }

unsigned indexOf(uintptr_t address, unsigned level) { return address >> (12 + 9 * level) & (kEntries - 1); }

/// The table of `level` that holds the entry for `address`, made on the way if missing; blocks are split.
Table* tableFor(uintptr_t address, unsigned level) {
    Table* table = root;
    for (unsigned l = kTopLevel; l > level; --l) {
        uint64_t& entry = (*table)[indexOf(address, l)];
        if (!isTable(entry)) {
            uint64_t block = entry;
            Table* below = newTable();
            if (block)
                for (unsigned i = 0; i < kEntries; ++i)
                    (*below)[i] = pageOfBlock(block, i * kPage);
            replaceEntry(entry, tableEntry(reinterpret_cast<uint64_t>(below) - kLoadBias), address);
        }
        table = tableOf(entry);
    }
    return table;
}

void map(uintptr_t address, uint64_t physical, uint64_t size, uint32_t prot) {
    while (size) {
        bool block = !((address | physical) % kBlock) && size >= kBlock;
        uint64_t step = block ? kBlock : kPage;
        Table* table = tableFor(address, block);
        // Fill the rest of this table without walking again.
        for (unsigned i = indexOf(address, block); i < kEntries && size >= step; ++i) {
            (*table)[i] = block ? blockEntry(physical, prot) : pageEntry(physical, prot);
            address += step, physical += step, size -= step;
            if (!block && !(address % kBlock)) break; // perhaps a block from here on
        }
    }
}

void mapImage(uintptr_t start, uintptr_t end, uint32_t prot) { map(start, physicalAddress(start), end - start, prot); }

void mapImage(const char* start, const char* end, uint32_t prot) {
    mapImage(reinterpret_cast<uintptr_t>(start), reinterpret_cast<uintptr_t>(end), prot);
}

} // namespace

namespace {

/// Other protection for entries that keep their address: makes the CPU forget old entries one by one, or if there are many all
/// that it knows.
class ProtectionChange {
  public:
    void store(uint64_t& entry, uint64_t value, uintptr_t address) {
        uint64_t old = entry;
        if (old == value) return;
        __atomic_store_n(&entry, value, __ATOMIC_RELAXED);
        if (isValid(old) && ++count_ <= kMostSingly) invalidatePage(address);
    }
    void finish() const {
        if (count_ > kMostSingly) invalidateAll();
        publishEntries();
    }

  private:
    static constexpr unsigned kMostSingly = 16;
    unsigned count_ = 0;
};

} // namespace

uint64_t physicalAddress(uintptr_t imageAddress) { return imageAddress - kLoadBias; }

uint64_t buildPageTables(uint64_t highRamBase, uint64_t highRam) {
    const dyad_control& c = control();
    uint64_t privateStart = DYAD_IMAGE_BASE + c.private_offset, privateEnd = privateStart + c.private_size;
    uint64_t guard = privateEnd - c.stack_size - kPage;
    if (privateStart < reinterpret_cast<uint64_t>(__dyad_private_rw_end)) panic("private RAM overlaps the image");
    nextTable = privateStart + c.migration_size + c.pages.area_size;
    tablesEnd = guard;
    root = newTable();

    mapImage(DYAD_CONTROL_ADDRESS, DYAD_CONTROL_ADDRESS + DYAD_CONTROL_SIZE, kRead | kWrite);
    mapImage(__dyad_common_rw_start, __dyad_common_rw_end, kRead | kWrite);
    mapImage(__dyad_common_ro_start, __dyad_common_ro_end, kRead);
    mapImage(__dyad_common_rx_start, __dyad_common_rx_end, kRead | kExecute);
    mapImage(__dyad_private_rx_start, __dyad_private_rx_end, kRead | kExecute);
    mapImage(__dyad_private_ro_start, __dyad_private_ro_end, kRead);
    mapImage(__dyad_private_rw_start, __dyad_private_rw_end, kRead | kWrite);
    mapImage(privateStart, guard, kRead | kWrite);
    mapImage(guard + kPage, privateEnd, kRead | kWrite);

    // Both pieces are multiples of 2 MiB: so are the arena's ends, and QEMU splits RAM at a gibibyte.
    uint64_t lowRam = c.ram_size - highRam;
    uint64_t low = c.arena_offset >= lowRam ? 0 : lowRam - c.arena_offset;
    if (low > c.arena_size) low = c.arena_size;
    map(DYAD_ARENA_BASE, kRamBase + c.arena_offset, low, kRead | kWrite);
    if (low < c.arena_size)
        map(DYAD_ARENA_BASE + low, highRamBase + (c.arena_offset + low - lowRam), c.arena_size - low, kRead | kWrite);

    for (const DeviceRange& range : kDeviceRanges)
        map(range.address, range.address, range.size, kRead | kWrite | kDevice);
    return reinterpret_cast<uint64_t>(root) - kLoadBias;
}

int32_t protectPages(uintptr_t address, uint64_t size, uint32_t prot) {
    InterruptsMasked masked;
    if (prot & kWrite) prot |= kRead; // neither ISA can write without reading
    if (prot & kExecute) prot |= kRead;
    ProtectionChange change;
    while (size) {
        // Blocks that are still whole change as blocks.
        uint64_t& block = (*tableFor(address, 1))[indexOf(address, 1)];
        if (!(address % kBlock) && size >= kBlock && !isTable(block)) {
            change.store(block, blockEntry(block & kAddressMask, prot), address);
            address += kBlock, size -= kBlock;
            continue;
        }
        Table* table = tableFor(address, 0);
        for (unsigned i = indexOf(address, 0); i < kEntries && size; ++i, address += kPage, size -= kPage)
            change.store((*table)[i], pageEntry((*table)[i] & kAddressMask, prot), address);
    }
    change.finish();
    finishProtect(prot);
    return 0;
}

} // namespace dyad::native
