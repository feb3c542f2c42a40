// One relocatable object as the layout sees it: sections, symbols and relocations read and checked with libelf, and the
// changes that the layout makes to them. ELF-64 (System V ABI, gABI chapter 4), little endian.
#pragma once

#include "layout/layout.h"
#include "support/elf_handle.h"

#include <string_view>

namespace dyad::layout {

/// What a common section holds; decides its output section.
enum class Kind : std::uint8_t { Text, Rodata, Data, Bss, Tdata, Tbss };
inline constexpr std::array<std::string_view, 6> kKindNames{"text", "rodata", "data", "bss", "tdata", "tbss"};
constexpr std::string_view name(Kind kind) {
    return kKindNames[static_cast<std::size_t>(kind)];
}

/// What the layout does with a section.
enum class SectionClass : std::uint8_t {
    Content,   ///< code or data: common or private
    InitArray, ///< constructor and destructor tables: placed commonly by the linker script
    EhFrame,   ///< unwind table: private, lives entry by entry
    Note,      ///< always kept
    Metadata,  ///< private tables that belong to code: exception tables
    LinkOnly,  ///< stack maps and migration points: the link reads them, the image does not hold them
    NotLoaded, ///< debug information, symbol tables, groups
};

struct Relocation {
    std::uint64_t offset;
    std::uint32_t symbol;
    std::int64_t addend;
};

inline constexpr std::uint32_t kUndefined = 0;
inline constexpr std::uint32_t kAbsolute = 0xffffffff;
inline constexpr std::uint32_t kTentative = 0xfffffffe; ///< SHN_COMMON

struct Symbol {
    std::string_view name; ///< empty for section symbols
    std::uint64_t value = 0, size = 0;
    std::uint8_t type = 0, binding = 0, visibility = 0;
    std::uint32_t section = kUndefined;
    std::uint64_t newSize = 0; ///< what the output says

    bool isGlobal() const;
    bool isDefined() const { return section != kUndefined; }
};

struct Section {
    std::string_view name;
    std::uint32_t type = 0, link = 0, info = 0;
    std::uint64_t flags = 0, size = 0, align = 1, entrySize = 0;
    std::span<const std::byte> bytes;
    SectionClass sectionClass = SectionClass::NotLoaded;
    Kind kind = Kind::Text;
    std::vector<Relocation> relocations;
    std::vector<std::uint32_t> symbols; ///< named definitions (no mapping symbols, no assembler labels), by value

    bool privateText = false; ///< see kPrivateText

    bool discarded = false; ///< a section group of the same signature came first
    bool live = true;
    bool common = false;
    std::uint32_t unit = 0; ///< index of its unit, if common
    std::string newName;    ///< empty: unchanged
    std::uint64_t newSize = 0, newAlign = 1;
};

/// A COMDAT group.
struct Group {
    std::string_view signature;
    std::vector<std::uint32_t> members;
};

struct Object {
    std::string name;
    ObjectFile::Role role;
    Isa isa;
    std::vector<std::byte> bytes;
    ElfHandle elf; ///< points into bytes
    std::uint32_t symbolTable = 0;
    std::vector<Section> sections; ///< by section index; [0] is the null section
    std::vector<Symbol> symbols;   ///< by symbol index
    std::vector<Group> groups;
};

/// Reads and checks an object: every index, offset and size in it is known to be valid afterwards.
Result<Object> readObject(ObjectFile file, Isa isa);

/// The object with the layout's changes: names, sizes (padded with trapping instructions), alignments, symbol sizes;
/// dead sections are marked SHF_EXCLUDE. Section and symbol indices stay.
Result<std::vector<std::byte>> writeObject(const Object &object);

/// Portable functions in sections of this prefix are private: resume functions, which exist in both halves, each at an
/// address of its own. What follows the prefix is the name of the function that they resume.
inline constexpr std::string_view kPrivateText = ".private.text.";

/// True for names that __start_NAME and __stop_NAME can be formed from.
bool isCIdentifier(std::string_view text);

} // namespace dyad::layout
