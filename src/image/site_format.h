// The records of a site table as they lie in the file (docs/site-table.md). For the reader and the writer of site
// tables only; everyone else uses site_table.h.
#pragma once

#include "image/site_table.h"

#include <bit>

namespace dyad::site_format {

static_assert(std::endian::native == std::endian::little, "site tables are used where they lie");

inline constexpr std::uint64_t kMagic = 0x4554495344415944; // "DYADSITE"
inline constexpr std::uint32_t kFormat = 2;
inline constexpr std::size_t kArrayAlign = 8;

struct Array {
    std::uint32_t count, offset;
};
struct Part {
    std::uint32_t addressesOffset; // as many as functions
    Array stops, lists, locations, shapes, saved, points;
};
struct Header {
    std::uint64_t magic;
    std::uint32_t format, size;
    Array functions, sites, valueSizes, names, constants;
    Part parts[2];
};
static_assert(sizeof(Part) == 52 && sizeof(Header) == 160);

inline constexpr std::uint32_t kOutermost = 1;

struct Function {
    std::uint32_t name, firstSite, siteCount, flags;
};
struct Site {
    std::uint32_t function, firstValue;
    std::uint16_t valueCount;
    std::uint8_t kind, zero;
};
struct Addresses {
    std::uint32_t function, resume; // both 0: the link dropped the function
};
struct Stop {
    std::uint32_t address, site, list, shape;
};
struct Shape {
    std::uint16_t cfaRegister, savedCount;
    std::int32_t cfaOffset;
    std::uint32_t firstSaved, zero;
};
static_assert(sizeof(Function) == 16 && sizeof(Site) == 12 && sizeof(Addresses) == 8 && sizeof(Stop) == 16 &&
              sizeof(Shape) == 16 && sizeof(SiteLocation) == 8 && sizeof(SavedRegister) == 8 &&
              sizeof(MigrationPoint) == 8);

/// Bytes of an index into the locations of a half, of which there are `count`.
constexpr std::size_t indexSize(std::size_t count) {
    return count <= 0x10000 ? sizeof(std::uint16_t) : sizeof(std::uint32_t);
}

constexpr bool isValueSize(unsigned size) {
    return size >= 4 && size <= 64 && std::has_single_bit(size);
}

} // namespace dyad::site_format
