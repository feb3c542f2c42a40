// Copies a linked ELF file with sections added or dropped; program headers and the place of what is loaded stay.
#pragma once

#include "support/result.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace dyad {

struct AddedSection {
    std::string name;
    std::span<const std::byte> bytes;
    std::size_t align = 1;
};

struct ElfRewrite {
    /// Drop symbols, debug information and every other section that is not loaded.
    bool strip = false;
    /// Sections of these names are left out (they are about to be added anew).
    std::vector<std::string> drop;
    /// Not loaded; they follow everything else, in this order.
    std::vector<AddedSection> add;
};

/// `name` is for messages.
Result<std::vector<std::byte>> rewriteElf(std::span<const std::byte> elf, const std::string &name,
                                          const ElfRewrite &how);

} // namespace dyad
