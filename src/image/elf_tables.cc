// Reads symbol and section tables with libelf.
#include "image/elf_tables.h"

#include "support/elf_handle.h"

#include <cstring>
#include <fmt/format.h>
#include <gelf.h>

namespace dyad {

namespace {

/// A string of a string table, checked, as a view into the file (libelf's own pointers end with its handle).
class Strings {
  public:
    Strings(std::span<const std::byte> file, Elf *elf, std::size_t index) {
        GElf_Shdr header;
        Elf_Scn *scn = elf_getscn(elf, index);
        if (!scn || !gelf_getshdr(scn, &header) || header.sh_type != SHT_STRTAB || header.sh_offset > file.size() ||
            header.sh_size > file.size() - header.sh_offset)
            return;
        text_ = {reinterpret_cast<const char *>(file.data()) + header.sh_offset, header.sh_size};
    }
    std::optional<std::string_view> at(std::uint64_t offset) const {
        if (offset >= text_.size()) return std::nullopt;
        const std::string_view rest = text_.substr(offset);
        const std::size_t end = rest.find('\0');
        if (end == rest.npos) return std::nullopt;
        return rest.substr(0, end);
    }

  private:
    std::string_view text_;
};

SymbolType typeOf(unsigned type) {
    switch (type) {
    case STT_NOTYPE:
        return SymbolType::None;
    case STT_OBJECT:
        return SymbolType::Object;
    case STT_FUNC:
        return SymbolType::Function;
    case STT_TLS:
        return SymbolType::ThreadLocal;
    default:
        return SymbolType::Other;
    }
}

} // namespace

Result<ElfTables> readElfTables(std::span<const std::byte> file) {
    const Error corrupt{"corrupt section or symbol table"};
    ElfHandle elf = openElf(file);
    std::size_t nameTable = 0, segments = 0;
    GElf_Ehdr elfHeader;
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF || !gelf_getehdr(elf.get(), &elfHeader) ||
        elf_getshdrstrndx(elf.get(), &nameTable) != 0 || elf_getphdrnum(elf.get(), &segments) != 0)
        return corrupt;

    ElfTables tables;
    for (std::size_t i = 0; i < segments; ++i) {
        GElf_Phdr program;
        if (!gelf_getphdr(elf.get(), static_cast<int>(i), &program)) return corrupt;
        if (program.p_type == PT_TLS)
            tables.threadLocals = {program.p_vaddr, program.p_filesz, program.p_memsz, program.p_align};
    }

    const Strings names(file, elf.get(), nameTable);
    for (Elf_Scn *scn = nullptr; (scn = elf_nextscn(elf.get(), scn));) {
        GElf_Shdr header;
        if (!gelf_getshdr(scn, &header)) return corrupt;
        const auto sectionName = names.at(header.sh_name);
        if (!sectionName) return corrupt;
        if (header.sh_flags & SHF_ALLOC)
            tables.sections.push_back({*sectionName, header.sh_addr, header.sh_size, (header.sh_flags & SHF_WRITE) != 0,
                                       (header.sh_flags & SHF_EXECINSTR) != 0, header.sh_type == SHT_NOBITS,
                                       (header.sh_flags & SHF_TLS) != 0});
        if (header.sh_type != SHT_SYMTAB) continue;
        tables.hasSymbolTable = true;
        Elf_Data *data = elf_getdata(scn, nullptr);
        const Strings strings(file, elf.get(), header.sh_link);
        const std::uint64_t count = header.sh_size / sizeof(Elf64_Sym);
        for (std::uint64_t i = 1; i < count; ++i) {
            GElf_Sym raw;
            if (!gelf_getsym(data, static_cast<int>(i), &raw)) return corrupt;
            const auto text = strings.at(raw.st_name);
            if (!text) return corrupt;
            const unsigned type = GELF_ST_TYPE(raw.st_info);
            if (raw.st_shndx == SHN_UNDEF || type == STT_SECTION || type == STT_FILE || text->empty()) continue;
            const bool local = GELF_ST_BIND(raw.st_info) == STB_LOCAL;
            if (local && (text->starts_with(".L") || (elfHeader.e_machine == EM_AARCH64 && text->starts_with('$'))))
                continue;
            tables.symbols.push_back({*text, raw.st_value, raw.st_size, typeOf(type), local,
                                      GELF_ST_BIND(raw.st_info) == STB_WEAK, raw.st_shndx == SHN_ABS});
        }
    }
    return tables;
}

} // namespace dyad
