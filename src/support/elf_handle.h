// Owns a libelf handle. Users link PkgConfig::LIBELF.
#pragma once

#include <libelf.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace dyad {

struct ElfEnd {
    void operator()(Elf *elf) const { elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, ElfEnd>;

/// Opens an ELF file held in memory for reading; null if libelf refuses it. The bytes must outlive the handle.
inline ElfHandle openElf(std::span<const std::byte> bytes) {
    elf_version(EV_CURRENT);
    // libelf wants a mutable pointer but does not write to files of the host's byte order opened this way.
    return ElfHandle(elf_memory(const_cast<char *>(reinterpret_cast<const char *>(bytes.data())), bytes.size()));
}

/// What libelf says about its last failure.
inline std::string elfMessage() {
    const char *message = elf_errmsg(-1);
    return message ? message : "unknown error";
}

} // namespace dyad
