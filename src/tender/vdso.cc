// Finds the kernel's clock_gettime that needs no system call. Specification: vdso(7); ELF gABI. Without it the clock works by
// system call: anything unexpected ends the search.
#include "tender.h"

namespace dyad::tender {
namespace {

struct Header {
    uint8_t identification[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, programHeaders, sectionHeaders;
    uint32_t flags;
    uint16_t size, programHeaderSize, programHeaderCount;
};
struct ProgramHeader {
    uint32_t type, flags;
    uint64_t offset, address, physical, fileSize, memorySize, align;
};
struct Dynamic {
    int64_t tag;
    uint64_t value;
};
struct Symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
};
enum { kLoad = 1, kDynamic = 2 };                                 // p_type
enum { kHash = 4, kStrings = 5, kSymbols = 6, kGnuHash = 0x6ffffef5 }; // d_tag

bool same(const char* a, const char* b) {
    while (*a && *a == *b)
        ++a, ++b;
    return *a == *b;
}

/// Number of symbols: from the System V hash table, or where there is none the end of the GNU one's last chain.
uint32_t symbolCount(const uint32_t* hash, const uint32_t* gnuHash) {
    if (hash) return hash[1];
    if (!gnuHash) return 0;
    uint32_t buckets = gnuHash[0], first = gnuHash[1], bloomWords = gnuHash[2], last = 0;
    const uint32_t* bucket = gnuHash + 4 + 2 * bloomWords;
    const uint32_t* chain = bucket + buckets;
    for (uint32_t i = 0; i < buckets; ++i)
        if (bucket[i] > last) last = bucket[i];
    if (last < first) return 0;
    while (!(chain[last - first] & 1))
        ++last;
    return last + 1;
}

} // namespace

void findVdsoClock(const uint8_t* vdso) {
    if (!vdso) return;
    auto header = reinterpret_cast<const Header*>(vdso);
    const Dynamic* dynamic = nullptr;
    uint64_t bias = 0;
    bool loaded = false;
    for (unsigned i = 0; i < header->programHeaderCount; ++i) {
        auto p = reinterpret_cast<const ProgramHeader*>(vdso + header->programHeaders + i * header->programHeaderSize);
        if (p->type == kLoad && !loaded) {
            bias = reinterpret_cast<uint64_t>(vdso) + p->offset - p->address;
            loaded = true;
        }
        if (p->type == kDynamic) dynamic = reinterpret_cast<const Dynamic*>(vdso + p->offset);
    }
    if (!dynamic || !loaded) return;
    const uint32_t *hash = nullptr, *gnuHash = nullptr;
    const char* strings = nullptr;
    const Symbol* symbols = nullptr;
    for (; dynamic->tag; ++dynamic) {
        uint64_t address = bias + dynamic->value;
        if (dynamic->tag == kHash) hash = reinterpret_cast<const uint32_t*>(address);
        if (dynamic->tag == kGnuHash) gnuHash = reinterpret_cast<const uint32_t*>(address);
        if (dynamic->tag == kStrings) strings = reinterpret_cast<const char*>(address);
        if (dynamic->tag == kSymbols) symbols = reinterpret_cast<const Symbol*>(address);
    }
    if (!strings || !symbols) return;
    for (uint32_t i = 0, count = symbolCount(hash, gnuHash); i < count; ++i)
        if (symbols[i].section && same(strings + symbols[i].name, kVdsoClock))
            tender.vdsoClock = reinterpret_cast<long (*)(int, TimeSpec*)>(bias + symbols[i].value);
}

} // namespace dyad::tender
