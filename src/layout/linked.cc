// What can be said only after the links: that both halves placed the common sections alike, where functions are, and
// the link map.
#include "image/elf_tables.h"
#include "layout/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

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

using Globals = std::unordered_map<std::string_view, const ElfSymbol *>;

Globals globalsOf(const ElfTables &half) {
    Globals globals;
    for (const ElfSymbol &symbol : half.symbols)
        if (!symbol.local) globals.emplace(symbol.name, &symbol);
    return globals;
}

/// Where the unit lies in the x86-64 half: by its symbol, or by its output section if its symbols are local.
std::uint64_t addressOf(const LayoutEntry &entry, const ElfTables &x86, const Globals &globals) {
    for (const std::string &name : entry.symbols)
        if (const auto found = globals.find(name); found != globals.end()) {
            const bool threadLocal = found->second->type == SymbolType::ThreadLocal && x86.threadLocals;
            return found->second->value + (threadLocal ? x86.threadLocals->address : 0);
        }
    return find(x86, entry.section).address + entry.offset;
}

} // namespace

Result<void> verifyLinked(const LayoutOutput &layout, const LinkedHalves &halves) {
    auto both = readBoth(halves);
    if (!both) return std::move(both.error());
    const Globals x86 = globalsOf((*both)[0]), arm = globalsOf((*both)[1]);
    for (const LayoutEntry &entry : layout.entries)
        for (const std::string &name : entry.symbols) {
            const auto left = x86.find(name), right = arm.find(name);
            if (left == x86.end() || right == arm.end()) continue; // local, or the link dropped symbols
            if (left->second->value != right->second->value)
                return Error{fmt::format("symbol '{}' was placed at {:#x} for x86_64 and at {:#x} for aarch64", name,
                                         left->second->value, right->second->value)};
        }
    for (const ElfSymbol &symbol : (*both)[1].symbols)
        if (isVeneer(symbol.name))
            return Error{
                fmt::format("the linker inserted '{}' at {:#x} of the aarch64 half; common code must have none",
                            symbol.name, symbol.value)};
    return {};
}

Result<FunctionAddresses> functionAddresses(const LayoutOutput &layout, const LinkedHalves &halves) {
    auto both = readBoth(halves);
    if (!both) return std::move(both.error());
    FunctionAddresses result;
    for (Isa isa : kIsas) {
        const ElfTables &half = (*both)[static_cast<std::size_t>(isa)];
        auto &addresses = result[static_cast<std::size_t>(isa)];
        const Globals globals = globalsOf(half);
        for (const LayoutEntry &entry : layout.entries)
            if (entry.section == ".text")
                for (const std::string &name : entry.symbols)
                    addresses.emplace(name, addressOf(entry, half, globals));

        // Names are unique in the portable module, but native code may have a local function of the same name.
        std::unordered_map<std::string_view, unsigned> definitions;
        for (const std::string &name : layout.privateFunctions)
            definitions.emplace(name, 0);
        for (const ElfSymbol &symbol : half.symbols)
            if (const auto found = definitions.find(symbol.name); found != definitions.end()) {
                ++found->second;
                addresses[std::string(symbol.name)] = symbol.value;
            }
        for (const auto &[name, count] : definitions)
            if (count != 1)
                return Error{fmt::format("the linked {} half has {} symbols '{}'; expected one", dyad::name(isa), count,
                                         name)};
    }
    return result;
}

Result<std::string> writeMap(const LayoutOutput &layout, const LinkedHalves &halves) {
    auto both = readBoth(halves);
    if (!both) return std::move(both.error());
    const Globals x86 = globalsOf((*both)[0]);
    std::string map = "Common to both halves\n";
    map +=
        fmt::format("{:>16} {:>10} {:>10} {:>10}  {}\n", "address", "x86_64", "aarch64", "padded", "symbol (object)");
    const std::string *section = nullptr;
    std::uint64_t end = 0; // of the common units
    for (const LayoutEntry &entry : layout.entries) {
        const ElfSection place = find((*both)[0], entry.section);
        if (!section || *section != entry.section) {
            section = &entry.section;
            map += fmt::format("{:16x} {:10x} {:10x} {:10x}  {}\n", place.address, place.size,
                               find((*both)[1], entry.section).size, place.size, entry.section);
        }
        const std::uint64_t address = addressOf(entry, (*both)[0], x86);
        end = std::max(end, address + entry.padded);
        std::string names;
        for (const std::string &symbol : entry.symbols)
            names += (names.empty() ? "" : ", ") + symbol;
        map += fmt::format("{:16x} {:10x} {:10x} {:10x}          {} ({})\n", address, entry.size[0], entry.size[1],
                           entry.padded, names, entry.object);
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
