// The common layout: makes the objects of both halves of a program agree in order, size and alignment of everything
// that must have the same address on both ISAs, so that two links with linker-scripts/<isa>.ld place it alike.
// docs/layout.md.
#pragma once

#include "image/pair_image.h"
#include "support/isa.h"
#include "support/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace dyad {

/// A relocatable ELF object held in memory.
struct ObjectFile {
    enum class Role {
        Portable, ///< a code generation of the portable module: every symbol exists in both halves, locals too
        Native,   ///< native code of one ISA: its globals are common if the other half defines them too
        Private,  ///< never common (the native part of the libOS)
    };
    std::string name; ///< as it is to appear in messages
    std::vector<std::byte> bytes;
    Role role = Role::Portable;
};

struct LayoutInput {
    std::array<std::vector<ObjectFile>, 2> objects; ///< by Isa, in link order
    std::vector<std::string> roots;                 ///< symbols that stay, beside what Private objects refer to
    bool gcSections = true;                         ///< drop what neither half can reach
    /// dyad align: every global of a Native object must be common, whether portable code refers to it or not.
    bool everyGlobalCommon = false;
};

/// One unit of the common layout: a section that has the same address and size in both halves.
struct LayoutEntry {
    std::string section;               ///< output section: ".text", ".rodata", ..., or the user's own name
    std::uint64_t offset = 0;          ///< in that output section
    std::array<std::uint64_t, 2> size; ///< by Isa, before padding
    std::uint64_t padded = 0;
    std::vector<std::string> symbols;
    std::string object; ///< name of the input object
};

struct LayoutOutput {
    /// By Isa, same order as the input. Link them with --gc-sections: it drops nothing more (what is to stay is marked
    /// SHF_GNU_RETAIN), but leaves undefined symbols of dropped sections out of the symbol table.
    std::array<std::vector<ObjectFile>, 2> objects;
    std::string extraScript;      ///< a further linker script (-T) for users' own sections; may be empty
    std::vector<Padding> padding; ///< per output section of the common window
    std::vector<LayoutEntry> entries;
    std::size_t commonSymbols = 0;
    std::vector<std::string> privateFunctions; ///< of the portable module, live: resume functions
};

/// Errors name the symbol, the object and the half; there may be several, one a line.
Result<LayoutOutput> layOut(LayoutInput input);

/// The linked ELF files of both halves, by Isa.
using LinkedHalves = std::array<std::span<const std::byte>, 2>;

/// Checks what only the links can show: both halves placed the common symbols alike and lld created no thunks.
Result<void> verifyLinked(const LayoutOutput &layout, const LinkedHalves &linked);

/// Addresses of the portable module's functions, by name, for each Isa: common ones, and private ones of the layout.
/// The linked files must have their symbol tables.
using FunctionAddresses = std::array<std::unordered_map<std::string, std::uint64_t>, 2>;
Result<FunctionAddresses> functionAddresses(const LayoutOutput &layout, const LinkedHalves &linked);

/// The link map: address, size per ISA and padded, symbol and object of every common unit, then the private symbols of
/// each half. Needs the linked files' symbol tables for the private part.
Result<std::string> writeMap(const LayoutOutput &layout, const LinkedHalves &linked);

} // namespace dyad
