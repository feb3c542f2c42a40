// The symbol and section tables of a linked half, for those who look at an image without running it.
#pragma once

#include "support/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace dyad {

enum class SymbolType : std::uint8_t { None, Object, Function, ThreadLocal, Other };
constexpr std::string_view name(SymbolType type) {
    constexpr std::string_view kNames[] = {"label", "object", "function", "thread-local", "other"};
    return kNames[static_cast<std::size_t>(type)];
}

/// A defined, named symbol. Section and file symbols, assembler labels and AArch64 mapping symbols are left out.
struct ElfSymbol {
    std::string_view name;   ///< points into the file
    std::uint64_t value = 0; ///< address; for thread-locals the offset in their block
    std::uint64_t size = 0;
    SymbolType type = SymbolType::None;
    bool local = false, weak = false, absolute = false;
};

/// A loaded section.
struct ElfSection {
    std::string_view name;
    std::uint64_t address = 0, size = 0;
    bool write = false, execute = false, zero = false, threadLocal = false;
};

/// The initial image of thread-locals (PT_TLS).
struct ThreadLocalImage {
    std::uint64_t address = 0, fileSize = 0, memorySize = 0, align = 1;
    bool operator==(const ThreadLocalImage &) const = default;
};

struct ElfTables {
    std::vector<ElfSymbol> symbols; ///< in file order
    std::vector<ElfSection> sections;
    std::optional<ThreadLocalImage> threadLocals;
    bool hasSymbolTable = false;
};

/// Reads the tables of an ELF-64 executable; the result points into `elf`.
Result<ElfTables> readElfTables(std::span<const std::byte> elf);

} // namespace dyad
