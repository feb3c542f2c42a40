// Writes an object with the layout's changes. Section and symbol indices stay as they were, so that relocations, groups
// and links need no change; a new table of section names goes to the end.
#include "layout/object.h"
#include "support/memory_file.h"

#include <fmt/format.h>
#include <gelf.h>

#include <cstring>

namespace dyad::layout {

namespace {

constexpr std::uint64_t kShfExclude = 0x80000000;
constexpr std::uint64_t kShfGnuRetain = 1u << 21;

// What fills padded functions: an instruction that traps. x86-64: int3 (SDM volume 2); AArch64: udf #0, all zeros (Arm
// ARM C6.2). Neither is a migration point's patch, and falling into one is always an error.
constexpr std::array<unsigned char, 2> kTextPadding{0xcc, 0x00};

class Writer {
  public:
    explicit Writer(const Object &object) : object_(object) {}

    Result<std::vector<std::byte>> write() {
        elf_version(EV_CURRENT);
        out_.reset(elf_begin(file_.descriptor(), ELF_C_WRITE, nullptr));
        if (!out_ || !gelf_newehdr(out_.get(), ELFCLASS64)) return fail(elfMessage());
        for (std::size_t i = 1; i < object_.sections.size(); ++i)
            if (!addSection(i)) return fail(elfMessage());
        if (!addNames() || !setHeader()) return fail(elfMessage());
        if (elf_update(out_.get(), ELF_C_WRITE) < 0) return fail(elfMessage());
        out_.reset();
        return file_.read();
    }

  private:
    Error fail(std::string_view why) const {
        return Error{fmt::format("{}: cannot rewrite the object: {}", object_.name, why)};
    }

    std::uint32_t addName(std::string_view name) {
        const auto offset = static_cast<std::uint32_t>(names_.size());
        names_.append(name).push_back('\0');
        return offset;
    }

    bool addData(Elf_Scn *scn, const void *bytes, std::size_t size, std::uint64_t align) {
        Elf_Data *data = elf_newdata(scn);
        if (!data) return false;
        data->d_buf = const_cast<void *>(bytes); // libelf only reads it when writing a new file
        data->d_size = size;
        data->d_align = align;
        data->d_type = ELF_T_BYTE;
        data->d_version = EV_CURRENT;
        return true;
    }

    bool addSection(std::size_t index) {
        const Section &section = object_.sections[index];
        Elf_Scn *scn = elf_newscn(out_.get());
        GElf_Shdr header{};
        if (!scn) return false;
        header.sh_name = addName(section.newName.empty() ? section.name : section.newName);
        header.sh_type = section.type;
        header.sh_flags = section.flags;
        header.sh_link = section.link;
        header.sh_info = section.info;
        header.sh_entsize = section.entrySize;
        header.sh_addralign = section.newAlign;
        header.sh_size = section.newSize;
        if (section.common) {
            header.sh_flags &= ~static_cast<std::uint64_t>(SHF_MERGE | SHF_STRINGS);
            header.sh_entsize = 0;
        }
        if (!section.live) header.sh_flags |= kShfExclude;
        // A link with --gc-sections then keeps exactly what the layout kept, and no symbols of what it dropped.
        else if (section.flags & SHF_ALLOC && section.sectionClass != SectionClass::EhFrame)
            header.sh_flags |= kShfGnuRetain;
        if (!gelf_update_shdr(scn, &header)) return false;

        if (section.type == SHT_NOBITS) {
            Elf_Data *data = elf_newdata(scn);
            if (!data) return false;
            data->d_buf = nullptr;
            data->d_size = section.newSize;
            data->d_align = section.newAlign;
            data->d_type = ELF_T_BYTE;
            data->d_version = EV_CURRENT;
            return true;
        }
        if (index == object_.symbolTable) return addSymbols(scn, section);
        if (!section.bytes.empty() && !addData(scn, section.bytes.data(), section.size, section.newAlign)) return false;
        if (const std::uint64_t extra = section.newSize - section.size; extra != 0) {
            const unsigned char fill =
                section.kind == Kind::Text ? kTextPadding[static_cast<std::size_t>(object_.isa)] : 0;
            paddings_.emplace_back(extra, static_cast<std::byte>(fill));
            return addData(scn, paddings_.back().data(), extra, 1);
        }
        return true;
    }

    bool addSymbols(Elf_Scn *scn, const Section &section) {
        symbols_.assign(section.bytes.begin(), section.bytes.end());
        for (std::size_t i = 0; i < object_.symbols.size(); ++i)
            std::memcpy(symbols_.data() + i * sizeof(Elf64_Sym) + offsetof(Elf64_Sym, st_size),
                        &object_.symbols[i].newSize, sizeof(Elf64_Xword));
        return addData(scn, symbols_.data(), symbols_.size(), section.align);
    }

    bool addNames() {
        Elf_Scn *scn = elf_newscn(out_.get());
        GElf_Shdr header{};
        if (!scn) return false;
        header.sh_name = addName(".dyad.shstrtab");
        header.sh_type = SHT_STRTAB;
        header.sh_addralign = 1;
        header.sh_size = names_.size();
        return gelf_update_shdr(scn, &header) && addData(scn, names_.data(), names_.size(), 1);
    }

    bool setHeader() {
        GElf_Ehdr before, header;
        if (!gelf_getehdr(object_.elf.get(), &before) || !gelf_getehdr(out_.get(), &header)) return false;
        header.e_ident[EI_DATA] = before.e_ident[EI_DATA];
        header.e_ident[EI_OSABI] = before.e_ident[EI_OSABI];
        header.e_type = before.e_type;
        header.e_machine = before.e_machine;
        header.e_flags = before.e_flags;
        header.e_version = EV_CURRENT;
        const std::size_t names = object_.sections.size();
        header.e_shstrndx = names < SHN_LORESERVE ? names : SHN_XINDEX;
        if (names >= SHN_LORESERVE) { // gABI: the null section's sh_link holds the index then
            Elf_Scn *null = elf_getscn(out_.get(), 0);
            GElf_Shdr nullHeader;
            if (!null || !gelf_getshdr(null, &nullHeader)) return false;
            nullHeader.sh_link = names;
            if (!gelf_update_shdr(null, &nullHeader)) return false;
        }
        return gelf_update_ehdr(out_.get(), &header) != 0;
    }

    const Object &object_;
    MemoryFile file_;
    ElfHandle out_;
    std::string names_ = std::string(1, '\0');
    std::vector<std::byte> symbols_;
    std::vector<std::vector<std::byte>> paddings_;
};

} // namespace

Result<std::vector<std::byte>> writeObject(const Object &object) {
    return Writer(object).write();
}

} // namespace dyad::layout
