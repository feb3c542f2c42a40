// The loadable segments of one half, and what is computed from them: regions and the pair's id.
#pragma once

#include "image/pair_image.h"

#include <optional>
#include <string_view>

namespace dyad {

/// One half's ELF file, headers checked.
struct HalfElf {
    std::vector<Segment> segments; ///< PT_LOAD with memory, in file order; their bytes point into the file
    std::uint64_t entry = 0;
    std::uint64_t privateStart = 0; ///< address of .private.text: where the common window ends; 0 if there is none
};

/// Checks ELF header, machine and segments: inside the file, inside the image's address range, ascending, not
/// overlapping, the entry point in executable memory. Messages start with the half's name.
Result<HalfElf> readHalfElf(std::span<const std::byte> elf, Isa isa);

/// The bytes of a section of an ELF file; nothing if the file has none of that name or it lies outside the file.
std::optional<std::span<const std::byte>> findSectionBytes(std::span<const std::byte> elf, std::string_view name);

/// XXH3-128 over what both halves load and the site table (empty: there is none), 32 hex digits (docs/image-format.md).
std::string pairId(const HalfElf &x86, const HalfElf &arm, std::span<const std::byte> sites);

} // namespace dyad
