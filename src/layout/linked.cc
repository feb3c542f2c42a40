// What can be said only after the links: that both halves placed the common sections alike, and the link map.
#include "layout/layout.h"
#include "support/elf_handle.h"

#include <fmt/format.h>
#include <gelf.h>

#include <algorithm>
#include <map>

namespace dyad {

namespace {

struct Place {
    std::uint64_t address = 0, size = 0;
};

struct LinkedSymbol {
    std::string name;
    std::uint64_t address = 0, size = 0;
};

/// What this file needs to know of a linked half.
struct Linked {
    std::map<std::string, Place> sections; ///< loaded ones
    std::vector<LinkedSymbol> symbols;     ///< named functions and objects, and the linker's own
};

Result<Linked> readLinked(std::span<const std::byte> bytes, Isa isa) {
    auto bad = [&] { return Error{fmt::format("the linked {} half is not a valid ELF file: {}", name(isa), elfMessage())}; };
    ElfHandle elf = openElf(bytes);
    std::size_t names = 0;
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF || elf_getshdrstrndx(elf.get(), &names) != 0) return bad();
    Linked linked;
    for (Elf_Scn* scn = nullptr; (scn = elf_nextscn(elf.get(), scn));) {
        GElf_Shdr header;
        if (!gelf_getshdr(scn, &header)) return bad();
        const char* name = elf_strptr(elf.get(), names, header.sh_name);
        if (!name) return bad();
        if (header.sh_flags & SHF_ALLOC) linked.sections[name] = {header.sh_addr, header.sh_size};
        if (header.sh_type != SHT_SYMTAB || header.sh_entsize == 0) continue;
        Elf_Data* data = elf_getdata(scn, nullptr);
        const int count = static_cast<int>(header.sh_size / header.sh_entsize);
        for (int i = 1; i < count; ++i) {
            GElf_Sym symbol;
            if (!gelf_getsym(data, i, &symbol)) return bad();
            const char* text = elf_strptr(elf.get(), header.sh_link, symbol.st_name);
            const unsigned type = GELF_ST_TYPE(symbol.st_info);
            if (!text || symbol.st_shndx == SHN_UNDEF || type == STT_SECTION || type == STT_FILE || type == STT_TLS) continue;
            linked.symbols.push_back({text, symbol.st_value, symbol.st_size});
        }
    }
    return linked;
}

Result<std::array<Linked, 2>> readBoth(const LinkedHalves& halves) {
    std::array<Linked, 2> both;
    for (Isa isa : kIsas) {
        auto linked = readLinked(halves[static_cast<std::size_t>(isa)], isa);
        if (!linked) return std::move(linked.error());
        both[static_cast<std::size_t>(isa)] = *std::move(linked);
    }
    return both;
}

/// Names that lld gives to the veneers it inserts (lld/ELF/Thunks.cpp, AArch64ErrataFix.cpp).
bool isVeneer(const std::string& name) {
    return name.starts_with("__AArch64AbsLongThunk_") || name.starts_with("__AArch64ADRPThunk_") ||
           name.starts_with("__AArch64BTIThunk_") || name.starts_with("__CortexA53843419_");
}

} // namespace

Result<void> verifyLinked(const LayoutOutput& layout, const LinkedHalves& halves) {
    auto both = readBoth(halves);
    if (!both) return std::move(both.error());
    for (const Padding& padding : layout.padding) {
        const Place x86 = (*both)[0].sections[padding.section], arm = (*both)[1].sections[padding.section];
        if (x86.address != arm.address || x86.size != arm.size)
            return Error{fmt::format("section '{}' was placed at {:#x} with {:#x} bytes for x86_64 and at {:#x} with {:#x} "
                                     "bytes for aarch64", padding.section, x86.address, x86.size, arm.address, arm.size)};
    }
    for (const LinkedSymbol& symbol : (*both)[1].symbols)
        if (isVeneer(symbol.name))
            return Error{fmt::format("the linker inserted '{}' at {:#x} of the aarch64 half; common code must have none",
                                     symbol.name, symbol.address)};
    return {};
}

Result<std::string> writeMap(const LayoutOutput& layout, const LinkedHalves& halves) {
    auto both = readBoth(halves);
    if (!both) return std::move(both.error());
    std::string map = "Common to both halves\n";
    map += fmt::format("{:>16} {:>10} {:>10} {:>10}  {}\n", "address", "x86_64", "aarch64", "padded", "symbol (object)");
    const std::string* section = nullptr;
    std::uint64_t end = 0; // of the common window, as far as the layout knows it
    for (const LayoutEntry& entry : layout.entries) {
        const Place place = (*both)[0].sections[entry.section];
        if (!section || *section != entry.section) {
            section = &entry.section;
            map += fmt::format("{:16x} {:10x} {:10x} {:10x}  {}\n", place.address, place.size,
                               (*both)[1].sections[entry.section].size, place.size, entry.section);
        }
        end = std::max(end, place.address + place.size);
        std::string names;
        for (const std::string& symbol : entry.symbols) names += (names.empty() ? "" : ", ") + symbol;
        map += fmt::format("{:16x} {:10x} {:10x} {:10x}          {} ({})\n", place.address + entry.offset, entry.size[0],
                           entry.size[1], entry.padded, names, entry.object);
    }
    for (Isa isa : kIsas) {
        Linked& half = (*both)[static_cast<std::size_t>(isa)];
        std::ranges::stable_sort(half.symbols, {}, &LinkedSymbol::address);
        map += fmt::format("\nPrivate to {}\n{:>16} {:>10}  {}\n", name(isa), "address", "size", "symbol");
        for (const LinkedSymbol& symbol : half.symbols)
            if (symbol.address >= end && !symbol.name.starts_with('$'))
                map += fmt::format("{:16x} {:10x}  {}\n", symbol.address, symbol.size, symbol.name);
    }
    return map;
}

} // namespace dyad
