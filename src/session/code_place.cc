// Looks an address up in the symbol table.
#include "session/code_place.h"

#include "image/elf_tables.h"

#include <fmt/format.h>

namespace dyad {

std::string describeCode(const PairImage& image, Isa isa, std::uint64_t address) {
    auto tables = readElfTables(image.elf(isa));
    const ElfSymbol* best = nullptr;
    if (tables) {
        for (const ElfSymbol& symbol : tables->symbols) {
            if (symbol.type != SymbolType::Function || symbol.value > address) continue;
            if (symbol.size > 0 && address - symbol.value > symbol.size) continue;
            if (!best || symbol.value > best->value) best = &symbol;
        }
    }
    if (!best) return fmt::format("{:#x}", address);
    return fmt::format("{}+{:#x}", best->name, address - best->value);
}

} // namespace dyad
