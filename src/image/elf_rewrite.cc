// Copies a linked ELF file section by section with libelf, in a layout of our own (ELF_F_LAYOUT): loaded sections keep
// their file offsets, the others follow the last loaded byte.
#include "image/elf_rewrite.h"

#include "support/elf_handle.h"
#include "support/memory_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <gelf.h>

namespace dyad {

namespace {

std::uint64_t alignTo(std::uint64_t value, std::uint64_t align) {
    return (value + align - 1) / align * align;
}

class Rewriter {
  public:
    Rewriter(std::span<const std::byte> elf, const std::string &name, const ElfRewrite &how)
        : bytes_(elf), name_(name), how_(how) {}

    Result<std::vector<std::byte>> run() {
        in_ = openElf(bytes_);
        if (!in_ || elf_kind(in_.get()) != ELF_K_ELF || !gelf_getehdr(in_.get(), &header_))
            return Error{fmt::format("{}: not an ELF file", name_)};
        out_.reset(elf_begin(file_.descriptor(), ELF_C_WRITE, nullptr));
        if (!out_ || !gelf_newehdr(out_.get(), ELFCLASS64)) return failed();
        elf_flagelf(out_.get(), ELF_C_SET, ELF_F_LAYOUT);
        if (!copySegments() || !chooseSections() || !copySections() || !addSections() || !finish()) return failed();
        out_.reset();
        return file_.read();
    }

  private:
    Error failed() const {
        if (outside_) return Error{fmt::format("{}: a section lies outside the file or has an absurd alignment", name_)};
        return Error{fmt::format("{}: cannot rewrite the ELF file: {}", name_, elfMessage())};
    }

    bool copySegments() {
        std::size_t count = 0;
        if (elf_getphdrnum(in_.get(), &count) != 0 || !gelf_newphdr(out_.get(), count)) return false;
        end_ = header_.e_ehsize + count * sizeof(Elf64_Phdr);
        for (std::size_t i = 0; i < count; ++i) {
            GElf_Phdr segment;
            if (!gelf_getphdr(in_.get(), static_cast<int>(i), &segment) ||
                !gelf_update_phdr(out_.get(), static_cast<int>(i), &segment))
                return false;
            if (segment.p_type == PT_LOAD) end_ = std::max(end_, segment.p_offset + segment.p_filesz);
        }
        return true;
    }

    /// Numbers the sections that stay.
    bool chooseSections() {
        std::size_t count = 0;
        if (elf_getshdrnum(in_.get(), &count) != 0 || elf_getshdrstrndx(in_.get(), &inNames_) != 0) return false;
        number_.assign(count, 0);
        std::size_t next = 1;
        for (std::size_t i = 1; i < count; ++i) {
            GElf_Shdr header;
            Elf_Scn *section = elf_getscn(in_.get(), i);
            if (!section || !gelf_getshdr(section, &header)) return false;
            const char *name = elf_strptr(in_.get(), inNames_, header.sh_name);
            if (!name) return false;
            const bool loaded = header.sh_flags & SHF_ALLOC;
            if (i == inNames_ || (how_.strip && !loaded) || std::ranges::find(how_.drop, name) != how_.drop.end())
                continue;
            number_[i] = next++;
        }
        return true;
    }

    bool copySections() {
        for (std::size_t i = 1; i < number_.size(); ++i) {
            if (!number_[i]) continue;
            Elf_Scn *from = elf_getscn(in_.get(), i), *to = elf_newscn(out_.get());
            GElf_Shdr header;
            if (!from || !to || !gelf_getshdr(from, &header)) return false;
            if ((outside_ = !isInside(header))) return false;
            const char *name = elf_strptr(in_.get(), inNames_, header.sh_name);
            if (!name) return false;
            header.sh_name = addName(name);
            header.sh_link = header.sh_link < number_.size() ? static_cast<Elf64_Word>(number_[header.sh_link]) : 0;
            if (header.sh_flags & SHF_INFO_LINK)
                header.sh_info = header.sh_info < number_.size() ? static_cast<Elf64_Word>(number_[header.sh_info]) : 0;
            if (!(header.sh_flags & SHF_ALLOC)) header.sh_offset = place(header.sh_size, header.sh_addralign);
            if (!gelf_update_shdr(to, &header)) return false;
            if (header.sh_type == SHT_NOBITS || header.sh_size == 0) continue;
            Elf_Data *data = elf_rawdata(from, nullptr);
            if (!data || !addData(to, data->d_buf, data->d_size)) return false;
        }
        return true;
    }

    bool addSections() {
        for (const AddedSection &section : how_.add)
            if (!addSection(section.name, SHT_PROGBITS, section.bytes.data(), section.bytes.size(), section.align))
                return false;
        names_.reserve(names_.size() + 16); // its own name is added below; the buffer must not move afterwards
        return addSection(".shstrtab", SHT_STRTAB, nullptr, 0, 1);
    }

    bool addSection(const char *name, std::uint32_t type, const void *bytes, std::size_t size, std::size_t align) {
        Elf_Scn *scn = elf_newscn(out_.get());
        if (!scn) return false;
        GElf_Shdr header{};
        header.sh_name = addName(name);
        header.sh_type = type;
        header.sh_addralign = align;
        if (type == SHT_STRTAB) {
            bytes = names_.data();
            size = names_.size();
            last_ = elf_ndxscn(scn);
        }
        header.sh_size = size;
        header.sh_offset = place(size, align);
        return gelf_update_shdr(scn, &header) && addData(scn, bytes, size);
    }

    bool addSection(const std::string &name, std::uint32_t type, const void *bytes, std::size_t size,
                    std::size_t align) {
        return addSection(name.c_str(), type, bytes, size, align);
    }

    bool finish() {
        GElf_Ehdr header;
        if (!gelf_getehdr(out_.get(), &header)) return false;
        const GElf_Ehdr fresh = header;
        header = header_;
        header.e_phoff = fresh.e_ehsize ? fresh.e_ehsize : sizeof(Elf64_Ehdr);
        header.e_shoff = alignTo(end_, 8);
        header.e_shstrndx = static_cast<Elf64_Half>(last_);
        header.e_shnum = fresh.e_shnum;
        return gelf_update_ehdr(out_.get(), &header) && elf_update(out_.get(), ELF_C_WRITE) >= 0;
    }

    /// libelf would fill any gap that a damaged header asks for, were it as large as the disk.
    bool isInside(const GElf_Shdr &header) const {
        constexpr std::uint64_t kMostAlign = 2 << 20; // more than any page
        const std::uint64_t stored = header.sh_type == SHT_NOBITS ? 0 : header.sh_size;
        return header.sh_addralign <= kMostAlign && header.sh_offset <= bytes_.size() &&
               stored <= bytes_.size() - header.sh_offset &&
               (header.sh_flags & SHF_ALLOC || header.sh_size <= bytes_.size());
    }

    bool addData(Elf_Scn *scn, const void *bytes, std::size_t size) {
        Elf_Data *data = elf_newdata(scn);
        if (!data) return false;
        data->d_buf = const_cast<void *>(bytes); // only read
        data->d_size = size;
        data->d_align = 1;
        data->d_off = 0;
        data->d_type = ELF_T_BYTE;
        data->d_version = EV_CURRENT;
        return true;
    }

    std::uint64_t place(std::uint64_t size, std::uint64_t align) {
        const std::uint64_t offset = alignTo(end_, std::max<std::uint64_t>(align, 1));
        end_ = offset + size;
        return offset;
    }

    Elf64_Word addName(const std::string &name) {
        const std::size_t offset = names_.size();
        names_.append(name).push_back('\0');
        return static_cast<Elf64_Word>(offset);
    }

    std::span<const std::byte> bytes_;
    const std::string &name_;
    const ElfRewrite &how_;
    MemoryFile file_;
    ElfHandle in_, out_;
    GElf_Ehdr header_{};
    std::size_t inNames_ = 0, last_ = 0;
    std::vector<std::size_t> number_; ///< new index of each section, 0 for dropped ones
    std::uint64_t end_ = 0;           ///< of what was placed so far
    bool outside_ = false;
    std::string names_ = std::string(1, '\0');
};

} // namespace

Result<std::vector<std::byte>> rewriteElf(std::span<const std::byte> elf, const std::string &name,
                                          const ElfRewrite &how) {
    return Rewriter(elf, name, how).run();
}

} // namespace dyad
