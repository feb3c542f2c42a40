// Reads relocatable objects. Nothing in the file is trusted: libelf checks that tables lie inside the file, this file
// checks every index and offset that later steps follow.
#include "layout/object.h"

#include <dyad/abi.h>

#include <fmt/format.h>
#include <gelf.h>

#include <algorithm>
#include <cstring>

namespace dyad::layout {

namespace {

// Newer than Debian 12's elf.h or vendor specific.
constexpr std::uint32_t kShtX86Unwind = 0x70000001;
constexpr std::uint64_t kShfExclude = 0x80000000;

bool startsWithPart(std::string_view name, std::string_view prefix) {
    return name.starts_with(prefix) && (name.size() == prefix.size() || name[prefix.size()] == '.');
}

SectionClass classify(const Section &section) {
    const std::string_view name = section.name;
    if (name == ".llvm_stackmaps" || name == ".dyad.points") return SectionClass::LinkOnly;
    if (!(section.flags & SHF_ALLOC)) return SectionClass::NotLoaded;
    if (section.type == kShtX86Unwind || name == ".eh_frame") return SectionClass::EhFrame;
    if (section.type == SHT_INIT_ARRAY || section.type == SHT_FINI_ARRAY || section.type == SHT_PREINIT_ARRAY ||
        startsWithPart(name, ".ctors") || startsWithPart(name, ".dtors"))
        return SectionClass::InitArray;
    if (section.type == SHT_NOTE || name.starts_with(".note")) return SectionClass::Note;
    if (startsWithPart(name, ".gcc_except_table") || name.starts_with(".llvm") || name == ".stack_sizes" ||
        (section.flags & SHF_LINK_ORDER))
        return SectionClass::Metadata;
    if (section.type != SHT_PROGBITS && section.type != SHT_NOBITS) return SectionClass::Metadata;
    return SectionClass::Content;
}

Kind kindOf(const Section &section) {
    const bool zero = section.type == SHT_NOBITS;
    if (section.flags & SHF_EXECINSTR) return Kind::Text;
    if (section.flags & SHF_TLS) return zero ? Kind::Tbss : Kind::Tdata;
    if (section.flags & SHF_WRITE) return zero ? Kind::Bss : Kind::Data;
    return Kind::Rodata;
}

// Assembler labels and AArch64 mapping symbols ($x, $d: AAELF64 5.5.4) name no object of the program.
bool namesSomething(const Symbol &symbol, Isa isa) {
    if (symbol.type == STT_SECTION || symbol.type == STT_FILE || symbol.name.empty()) return false;
    if (symbol.isGlobal()) return true;
    if (symbol.name.starts_with(".L")) return false;
    return !(isa == Isa::aarch64 && symbol.name[0] == '$');
}

class Reader {
  public:
    explicit Reader(Object &object) : object_(object) {}

    Result<void> read() {
        for (auto step : {&Reader::readHeader, &Reader::readSections, &Reader::readSymbols, &Reader::readTables})
            if (Result<void> result = (this->*step)(); !result) return result;
        for (std::uint32_t i = 0; i < object_.symbols.size(); ++i) {
            const Symbol &symbol = object_.symbols[i];
            if (symbol.section != kUndefined && symbol.section < object_.sections.size() &&
                namesSomething(symbol, object_.isa))
                object_.sections[symbol.section].symbols.push_back(i);
        }
        for (Section &section : object_.sections)
            std::ranges::stable_sort(section.symbols, {}, [&](std::uint32_t i) { return object_.symbols[i].value; });
        return {};
    }

  private:
    template <class... Args> Error bad(fmt::format_string<Args...> format, Args &&...args) const {
        return Error{object_.name + ": " + fmt::format(format, std::forward<Args>(args)...)};
    }

    Result<void> readHeader() {
        object_.elf = openElf(object_.bytes);
        GElf_Ehdr header;
        if (!object_.elf || elf_kind(object_.elf.get()) != ELF_K_ELF || !gelf_getehdr(object_.elf.get(), &header))
            return bad("not an ELF object");
        if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
            return bad("not a 64-bit little-endian ELF object");
        const unsigned wanted = object_.isa == Isa::x86_64 ? EM_X86_64 : EM_AARCH64;
        if (header.e_machine != wanted) {
            const char *found = header.e_machine == EM_X86_64    ? "x86_64"
                                : header.e_machine == EM_AARCH64 ? "aarch64"
                                                                 : nullptr;
            return bad("expected an object for {}, found one for {}", dyad::name(object_.isa),
                       found ? std::string(found) : fmt::format("ELF machine {}", header.e_machine));
        }
        if (header.e_type != ET_REL) return bad("expected a relocatable object, found ELF type {}", header.e_type);
        return {};
    }

    Result<void> readSections() {
        Elf *elf = object_.elf.get();
        std::size_t count = 0, names = 0;
        if (elf_getshdrnum(elf, &count) != 0 || elf_getshdrstrndx(elf, &names) != 0 || count == 0)
            return bad("corrupt section header table: {}", elfMessage());
        object_.sections.resize(count);
        for (std::size_t i = 1; i < count; ++i) {
            Section &section = object_.sections[i];
            Elf_Scn *scn = elf_getscn(elf, i);
            GElf_Shdr header;
            if (!scn || !gelf_getshdr(scn, &header)) return bad("section {}: {}", i, elfMessage());
            const char *name = elf_strptr(elf, names, header.sh_name);
            if (!name) return bad("section {}: name lies outside the string table", i);
            section.name = name;
            section.type = header.sh_type;
            section.flags = header.sh_flags;
            section.size = section.newSize = header.sh_size;
            section.align = section.newAlign = std::max<std::uint64_t>(header.sh_addralign, 1);
            section.link = header.sh_link;
            section.info = header.sh_info;
            section.entrySize = header.sh_entsize;
            section.live = !(header.sh_flags & kShfExclude);
            if (section.align & (section.align - 1))
                return bad("section '{}': alignment {} is not a power of two", name, section.align);
            if (section.flags & SHF_COMPRESSED && section.flags & SHF_ALLOC)
                return bad("section '{}': loaded sections cannot be compressed", name);
            if (section.link >= count) return bad("section '{}': linked section {} does not exist", name, section.link);
            if (section.type != SHT_NOBITS && section.type != SHT_NULL && section.size != 0) {
                if (header.sh_offset > object_.bytes.size() || section.size > object_.bytes.size() - header.sh_offset)
                    return bad("section '{}' lies outside the file (offset {}, {} bytes, file of {} bytes)", name,
                               header.sh_offset, section.size, object_.bytes.size());
                section.bytes = std::span(object_.bytes).subspan(header.sh_offset, section.size);
            }
            // No image can hold more; a bound here keeps all later sums from overflowing.
            if (section.flags & SHF_ALLOC && section.size > DYAD_IMAGE_LIMIT)
                return bad("section '{}' has {} bytes, more than an image can hold", name, section.size);
            section.sectionClass = classify(section);
            section.kind = kindOf(section);
            section.live &= section.sectionClass != SectionClass::LinkOnly;
            section.privateText = object_.role == ObjectFile::Role::Portable && section.kind == Kind::Text &&
                                  section.name.starts_with(kPrivateText);
        }
        return {};
    }

    template <class Entry> Result<std::span<const std::byte>> table(std::uint32_t index) {
        const Section &section = object_.sections[index];
        if (section.entrySize != sizeof(Entry) || section.size % sizeof(Entry))
            return bad("section '{}': {} bytes in entries of {}, expected entries of {}", section.name, section.size,
                       section.entrySize, sizeof(Entry));
        return section.bytes;
    }

    template <class Entry> static Entry entry(std::span<const std::byte> table, std::size_t i) {
        Entry entry; // the file may hold it unaligned
        std::memcpy(&entry, table.data() + i * sizeof(Entry), sizeof(Entry));
        return entry;
    }

    Result<void> readSymbols() {
        std::span<const std::byte> extended;
        for (std::uint32_t i = 1; i < object_.sections.size(); ++i) {
            if (object_.sections[i].type == SHT_SYMTAB) {
                if (object_.symbolTable) return bad("more than one symbol table");
                object_.symbolTable = i;
            }
            if (object_.sections[i].type == SHT_SYMTAB_SHNDX) extended = object_.sections[i].bytes;
        }
        if (!object_.symbolTable) return {}; // an empty object may have none
        auto symbols = table<Elf64_Sym>(object_.symbolTable);
        if (!symbols) return symbols.error();
        const std::size_t count = symbols->size() / sizeof(Elf64_Sym);
        object_.symbols.resize(count);
        for (std::size_t i = 1; i < count; ++i) {
            const auto raw = entry<Elf64_Sym>(*symbols, i);
            Symbol &symbol = object_.symbols[i];
            const char *name = elf_strptr(object_.elf.get(), object_.sections[object_.symbolTable].link, raw.st_name);
            if (!name) return bad("symbol {}: name lies outside the string table", i);
            symbol.name = name;
            symbol.value = raw.st_value;
            symbol.size = symbol.newSize = raw.st_size;
            symbol.type = ELF64_ST_TYPE(raw.st_info);
            symbol.binding = ELF64_ST_BIND(raw.st_info);
            symbol.visibility = ELF64_ST_VISIBILITY(raw.st_other);
            symbol.section = raw.st_shndx;
            if (raw.st_shndx == SHN_XINDEX) {
                if ((i + 1) * sizeof(Elf64_Word) > extended.size())
                    return bad("symbol '{}': extended section index is missing", name);
                symbol.section = entry<Elf64_Word>(extended, i);
            } else if (raw.st_shndx == SHN_ABS) {
                symbol.section = kAbsolute;
                continue;
            } else if (raw.st_shndx == SHN_COMMON) {
                symbol.section = kTentative;
                continue;
            }
            if (symbol.section >= object_.sections.size())
                return bad("symbol '{}': section {} does not exist", name, symbol.section);
            const Section &section = object_.sections[symbol.section];
            if (symbol.section != kUndefined &&
                (symbol.value > section.size || symbol.size > section.size - symbol.value))
                return bad("symbol '{}' (offset {}, {} bytes) lies outside its section '{}' of {} bytes", name,
                           symbol.value, symbol.size, section.name, section.size);
        }
        return {};
    }

    Result<void> readTables() {
        for (std::uint32_t i = 1; i < object_.sections.size(); ++i) {
            const Section &section = object_.sections[i];
            Result<void> result;
            if (section.type == SHT_RELA)
                result = readRelocations(i);
            else if (section.type == SHT_GROUP)
                result = readGroup(i);
            else if (section.type == SHT_REL)
                result =
                    bad("section '{}': relocations without addends are not used by x86_64 and aarch64", section.name);
            if (!result) return result;
        }
        return {};
    }

    Result<void> readRelocations(std::uint32_t index) {
        auto entries = table<Elf64_Rela>(index);
        if (!entries) return entries.error();
        const Section &source = object_.sections[index];
        if (source.info == 0 || source.info >= object_.sections.size())
            return bad("section '{}': relocated section {} does not exist", source.name, source.info);
        Section &target = object_.sections[source.info];
        if (!target.relocations.empty()) return bad("section '{}' has two relocation tables", target.name);
        const std::size_t count = entries->size() / sizeof(Elf64_Rela);
        target.relocations.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            const auto raw = entry<Elf64_Rela>(*entries, i);
            if (raw.r_offset >= target.size && target.sectionClass != SectionClass::NotLoaded)
                return bad("section '{}': relocation at offset {} lies outside the section of {} bytes", target.name,
                           raw.r_offset, target.size);
            const std::uint64_t symbol = ELF64_R_SYM(raw.r_info);
            if (symbol != 0 && symbol >= object_.symbols.size())
                return bad("section '{}': relocation names symbol {} of {}", target.name, symbol,
                           object_.symbols.size());
            target.relocations.push_back({raw.r_offset, static_cast<std::uint32_t>(symbol), raw.r_addend});
        }
        return {};
    }

    Result<void> readGroup(std::uint32_t index) {
        const Section &section = object_.sections[index];
        auto words = table<Elf32_Word>(index);
        if (!words) return words.error();
        if (words->empty()) return bad("section group '{}' is empty", section.name);
        if (section.info >= object_.symbols.size()) return bad("section group {} has no signature", index);
        if (!(entry<Elf32_Word>(*words, 0) & GRP_COMDAT)) return {};
        const Symbol &symbol = object_.symbols[section.info];
        Group group{symbol.name, {}};
        // A section symbol stands for its section's name (gABI, "Section Groups").
        if (symbol.type == STT_SECTION && symbol.section < object_.sections.size())
            group.signature = object_.sections[symbol.section].name;
        for (std::size_t i = 1; i < words->size() / sizeof(Elf32_Word); ++i) {
            const auto member = entry<Elf32_Word>(*words, i);
            if (member >= object_.sections.size())
                return bad("section group '{}': section {} does not exist", group.signature, member);
            group.members.push_back(member);
        }
        object_.groups.push_back(std::move(group));
        return {};
    }

    Object &object_;
};

} // namespace

bool Symbol::isGlobal() const {
    return binding != STB_LOCAL;
}

bool isCIdentifier(std::string_view text) {
    auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    return !text.empty() && !isDigit(text[0]) &&
           std::ranges::all_of(text, [&](char c) { return isLetter(c) || isDigit(c); });
}

Result<Object> readObject(ObjectFile file, Isa isa) {
    Object object;
    object.name = std::move(file.name);
    object.role = file.role;
    object.isa = isa;
    object.bytes = std::move(file.bytes);
    if (Result<void> result = Reader(object).read(); !result) return std::move(result.error());
    return object;
}

} // namespace dyad::layout
