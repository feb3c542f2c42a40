// What can be said only after the links: that both halves placed the common sections alike, and the link map.
#include "image/elf_tables.h"
#include "layout/layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace dyad {

namespace {

Result<std::array<ElfTables, 2>> readBoth(const LinkedHalves &halves) {
    std::array<ElfTables, 2> both;
    for (Isa isa : kIsas) {
        auto tables = readElfTables(halves[static_cast<std::size_t>(isa)]);
        if (!tables) return std::move(tables.error()).in(fmt::format("the linked {} half", name(isa)));
        both[static_cast<std::size_t>(isa)] = *std::move(tables);
    }
    return both;
}

/// The place of an output section; zeros if the half has none of that name.
ElfSection find(const ElfTables &half, std::string_view section) {
    const auto found = std::ranges::find(half.sections, section, &ElfSection::name);
    return found == half.sections.end() ? ElfSection{} : *found;
}

/// Names that lld gives to the veneers it inserts (lld/ELF/Thunks.cpp, AArch64ErrataFix.cpp).
bool isVeneer(std::string_view name) {
    return name.starts_with("__AArch64AbsLongThunk_") || name.starts_with("__AArch64ADRPThunk_") ||
           name.starts_with("__AArch64BTIThunk_") || name.starts_with("__CortexA53843419_");
}

} // namespace

Result<void> verifyLinked(const LayoutOutput &layout, const LinkedHalves &halves) {
    auto both = readBoth(halves);
    if (!both) return std::move(both.error());
    for (const Padding &padding : layout.padding) {
        const ElfSection x86 = find((*both)[0], padding.section), arm = find((*both)[1], padding.section);
        if (x86.address != arm.address || x86.size != arm.size)
            return Error{
                fmt::format("section '{}' was placed at {:#x} with {:#x} bytes for x86_64 and at {:#x} with {:#x} "
                            "bytes for aarch64",
                            padding.section, x86.address, x86.size, arm.address, arm.size)};
    }
    for (const ElfSymbol &symbol : (*both)[1].symbols)
        if (isVeneer(symbol.name))
            return Error{
                fmt::format("the linker inserted '{}' at {:#x} of the aarch64 half; common code must have none",
                            symbol.name, symbol.value)};
    return {};
}

Result<std::string> writeMap(const LayoutOutput &layout, const LinkedHalves &halves) {
    auto both = readBoth(halves);
    if (!both) return std::move(both.error());
    std::string map = "Common to both halves\n";
    map +=
        fmt::format("{:>16} {:>10} {:>10} {:>10}  {}\n", "address", "x86_64", "aarch64", "padded", "symbol (object)");
    const std::string *section = nullptr;
    std::uint64_t end = 0; // of the common window, as far as the layout knows it
    for (const LayoutEntry &entry : layout.entries) {
        const ElfSection place = find((*both)[0], entry.section);
        if (!section || *section != entry.section) {
            section = &entry.section;
            map += fmt::format("{:16x} {:10x} {:10x} {:10x}  {}\n", place.address, place.size,
                               find((*both)[1], entry.section).size, place.size, entry.section);
        }
        end = std::max(end, place.address + place.size);
        std::string names;
        for (const std::string &symbol : entry.symbols)
            names += (names.empty() ? "" : ", ") + symbol;
        map += fmt::format("{:16x} {:10x} {:10x} {:10x}          {} ({})\n", place.address + entry.offset,
                           entry.size[0], entry.size[1], entry.padded, names, entry.object);
    }
    for (Isa isa : kIsas) {
        ElfTables &half = (*both)[static_cast<std::size_t>(isa)];
        std::ranges::stable_sort(half.symbols, {}, &ElfSymbol::value);
        map += fmt::format("\nPrivate to {}\n{:>16} {:>10}  {}\n", name(isa), "address", "size", "symbol");
        for (const ElfSymbol &symbol : half.symbols)
            if (symbol.value >= end && !symbol.absolute && symbol.type != SymbolType::ThreadLocal)
                map += fmt::format("{:16x} {:10x}  {}\n", symbol.value, symbol.size, symbol.name);
    }
    return map;
}

} // namespace dyad
