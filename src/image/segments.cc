// Reads program headers with libelf and checks them; computes the pair's id.
#include "image/segments.h"

#include "support/elf_handle.h"

#include <dyad/abi.h>
#include <fmt/format.h>
#include <gelf.h>
#define XXH_STATIC_LINKING_ONLY // the state as a complete type: no allocation
#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace dyad {

namespace {

// Integers enter the hash as 8 bytes, little endian.
void hashInteger(XXH3_state_t *state, std::uint64_t value) {
    XXH3_128bits_update(state, &value, sizeof value);
}

void hashHalf(XXH3_state_t *state, const HalfElf &half) {
    hashInteger(state, half.entry);
    hashInteger(state, half.segments.size());
    for (const Segment &segment : half.segments) {
        hashInteger(state, segment.address);
        hashInteger(state, segment.memorySize);
        hashInteger(state, segment.bytes.size());
        hashInteger(state, (segment.read ? PF_R : 0) | (segment.write ? PF_W : 0) | (segment.execute ? PF_X : 0));
        XXH3_128bits_update(state, segment.bytes.data(), segment.bytes.size());
    }
}

std::optional<GElf_Shdr> findSection(Elf *elf, std::string_view wanted) {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf, &names) != 0) return std::nullopt;
    for (Elf_Scn *section = nullptr; (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header)) return std::nullopt;
        const char *name = elf_strptr(elf, names, header.sh_name);
        if (name && name == wanted) return header;
    }
    return std::nullopt;
}

} // namespace

Result<HalfElf> readHalfElf(std::span<const std::byte> bytes, Isa isa) {
    auto bad = [&]<class... Args>(fmt::format_string<Args...> format, Args &&...args) {
        return Error{fmt::format("the {} half ", name(isa)) + fmt::format(format, std::forward<Args>(args)...)};
    };
    ElfHandle elf = openElf(bytes);
    GElf_Ehdr header;
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF || !gelf_getehdr(elf.get(), &header)) return bad("is not an ELF file");
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_EXEC ||
        header.e_machine != (isa == Isa::x86_64 ? EM_X86_64 : EM_AARCH64))
        return bad("is not a static executable for {} (ELF type {}, machine {})", name(isa), header.e_type,
                   header.e_machine);

    HalfElf half;
    half.entry = header.e_entry;
    std::size_t count = 0;
    if (elf_getphdrnum(elf.get(), &count) != 0) return bad("has a corrupt program header table");
    std::uint64_t end = DYAD_COMMON_BASE;
    bool entryFound = false;
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr program;
        if (!gelf_getphdr(elf.get(), static_cast<int>(i), &program)) return bad("has a corrupt program header table");
        if (program.p_type != PT_LOAD || program.p_memsz == 0) continue;
        if (program.p_offset > bytes.size() || program.p_filesz > bytes.size() - program.p_offset ||
            program.p_filesz > program.p_memsz)
            return bad("has a segment at {:#x} that lies outside the file", program.p_vaddr);
        if (program.p_filesz && program.p_offset < sizeof(Elf64_Ehdr))
            return bad("has a segment at {:#x} that holds the file's headers", program.p_vaddr);
        if (program.p_vaddr < end)
            return bad("has a segment at {:#x}; expected an address of at least {:#x}", program.p_vaddr, end);
        if (program.p_vaddr >= DYAD_IMAGE_LIMIT || program.p_memsz > DYAD_IMAGE_LIMIT - program.p_vaddr)
            return bad("has a segment at {:#x} of {:#x} bytes, which reaches past the last image address {:#x}",
                       program.p_vaddr, program.p_memsz, std::uint64_t{DYAD_IMAGE_LIMIT});
        end = program.p_vaddr + program.p_memsz;
        Segment segment;
        segment.address = program.p_vaddr;
        segment.memorySize = program.p_memsz;
        segment.bytes = bytes.subspan(program.p_offset, program.p_filesz);
        segment.read = program.p_flags & PF_R;
        segment.write = program.p_flags & PF_W;
        segment.execute = program.p_flags & PF_X;
        entryFound |= segment.execute && header.e_entry >= segment.address && header.e_entry < end;
        half.segments.push_back(segment);
    }
    if (!entryFound) return bad("has its entry point {:#x} outside executable memory", header.e_entry);
    if (const auto section = findSection(elf.get(), ".private.text")) half.privateStart = section->sh_addr;
    return half;
}

std::optional<std::span<const std::byte>> findSectionBytes(std::span<const std::byte> bytes, std::string_view name) {
    ElfHandle elf = openElf(bytes);
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF) return std::nullopt;
    const auto section = findSection(elf.get(), name);
    if (!section || section->sh_type == SHT_NOBITS || section->sh_offset > bytes.size() ||
        section->sh_size > bytes.size() - section->sh_offset)
        return std::nullopt;
    return bytes.subspan(section->sh_offset, section->sh_size);
}

std::string pairId(const HalfElf &x86, const HalfElf &arm, std::span<const std::byte> sites) {
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    hashHalf(&state, x86);
    hashHalf(&state, arm);
    XXH3_128bits_update(&state, sites.data(), sites.size());
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
    std::string text;
    for (unsigned char byte : canonical.digest)
        text += fmt::format("{:02x}", byte);
    return text;
}

} // namespace dyad
