// Reads archives with libelf and selects members as linkers do: those that define a name which is still undefined.
#include "layout/archive.h"

#include "support/elf_handle.h"
#include "support/memory_file.h"

#include <fmt/format.h>
#include <gelf.h>

#include <set>
#include <unistd.h>

namespace dyad {

namespace {

/// The global names of one object.
struct Names {
    std::vector<std::string> defined, undefined;
};

struct Member {
    ObjectFile object;
    Names names;
    bool selected = false;
};

Result<Names> readNames(const ObjectFile &object) {
    Names names;
    ElfHandle elf = openElf(object.bytes);
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF) return Error{fmt::format("{}: not an ELF object", object.name)};
    GElf_Ehdr fileHeader;
    if (!gelf_getehdr(elf.get(), &fileHeader)) return Error{fmt::format("{}: {}", object.name, elfMessage())};
    // libelf shortens a member that the archive's end cuts off, and finds no sections in it.
    const std::uint64_t size = object.bytes.size(), table = std::uint64_t{fileHeader.e_shnum} * sizeof(Elf64_Shdr);
    if (fileHeader.e_shoff > size || table > size - fileHeader.e_shoff)
        return Error{fmt::format("{}: the object is cut off: expected at least {} bytes, found {}", object.name,
                                 fileHeader.e_shoff + table, size)};
    for (Elf_Scn *scn = nullptr; (scn = elf_nextscn(elf.get(), scn));) {
        GElf_Shdr header;
        if (!gelf_getshdr(scn, &header)) return Error{fmt::format("{}: {}", object.name, elfMessage())};
        if (header.sh_type != SHT_SYMTAB) continue;
        Elf_Data *data = elf_getdata(scn, nullptr);
        for (std::uint64_t i = 1; i < header.sh_size / sizeof(Elf64_Sym); ++i) {
            GElf_Sym symbol;
            const char *name = nullptr;
            if (!gelf_getsym(data, static_cast<int>(i), &symbol) ||
                !(name = elf_strptr(elf.get(), header.sh_link, symbol.st_name)))
                return Error{fmt::format("{}: corrupt symbol table", object.name)};
            if (GELF_ST_BIND(symbol.st_info) == STB_LOCAL) continue;
            if (symbol.st_shndx != SHN_UNDEF)
                names.defined.emplace_back(name);
            else if (GELF_ST_BIND(symbol.st_info) != STB_WEAK)
                names.undefined.emplace_back(name);
        }
    }
    return names;
}

Result<void> readMembers(const LinkFile &file, ObjectFile::Role role, std::vector<Member> &members) {
    auto corrupt = [&](std::string_view why) { return Error{fmt::format("{}: corrupt archive: {}", file.name, why)}; };
    // libelf takes archives apart only if it reads them from a descriptor.
    const MemoryFile copy;
    if (pwrite(copy.descriptor(), file.bytes.data(), file.bytes.size(), 0) != static_cast<ssize_t>(file.bytes.size()))
        return Error{fmt::format("{}: not enough memory", file.name)};
    elf_version(EV_CURRENT);
    ElfHandle archive(elf_begin(copy.descriptor(), ELF_C_READ, nullptr));
    if (!archive || elf_kind(archive.get()) != ELF_K_AR) return corrupt(elfMessage());
    std::uint64_t end = 0; // of the last member: libelf does not tell a damaged header from the end of the archive
    for (Elf_Cmd command = ELF_C_READ; command != ELF_C_NULL;) {
        ElfHandle member(elf_begin(copy.descriptor(), command, archive.get()));
        if (!member) return corrupt(elfMessage());
        const Elf_Arhdr *header = elf_getarhdr(member.get());
        if (!header) return corrupt(elfMessage());
        const auto memberSize = static_cast<std::uint64_t>(header->ar_size);
        end = static_cast<std::uint64_t>(elf_getbase(member.get())) + memberSize;
        if (end > file.bytes.size()) return corrupt("the last member is cut off");
        end += memberSize % 2;
        const std::string name = header->ar_name ? header->ar_name : "";
        if (name != "/" && name != "//" && name != "/SYM64/") { // symbol and name tables
            std::size_t size = 0;
            const auto *bytes = reinterpret_cast<const std::byte *>(elf_rawfile(member.get(), &size));
            if (!bytes) return Error{fmt::format("{}({}): {}", file.name, name, elfMessage())};
            Member entry{{fmt::format("{}({})", file.name, name), {bytes, bytes + size}, role}, {}, false};
            auto names = readNames(entry.object);
            if (!names) return std::move(names.error());
            entry.names = *std::move(names);
            members.push_back(std::move(entry));
        }
        command = elf_next(member.get());
    }
    if (end < file.bytes.size()) return corrupt(fmt::format("the member at offset {} cannot be read", end));
    return {};
}

} // namespace

bool isArchive(std::span<const std::byte> bytes) {
    constexpr std::string_view kMagic = "!<arch>\n";
    return bytes.size() >= kMagic.size() &&
           std::string_view(reinterpret_cast<const char *>(bytes.data()), kMagic.size()) == kMagic;
}

Result<std::array<std::vector<ObjectFile>, 2>> selectObjects(std::array<std::vector<LinkFile>, 2> files,
                                                             const std::string &entry, ObjectFile::Role role) {
    std::array<std::vector<ObjectFile>, 2> objects;
    std::array<std::vector<Member>, 2> members;
    std::array<std::set<std::string>, 2> defined;
    std::set<std::string> wanted{entry};
    auto take = [&](std::size_t half, const Names &names) {
        defined[half].insert(names.defined.begin(), names.defined.end());
        wanted.insert(names.undefined.begin(), names.undefined.end());
    };

    for (std::size_t half = 0; half < 2; ++half)
        for (LinkFile &file : files[half]) {
            if (isArchive(file.bytes)) {
                if (Result<void> result = readMembers(file, role, members[half]); !result)
                    return std::move(result.error());
                continue;
            }
            objects[half].push_back({std::move(file.name), std::move(file.bytes), role});
            auto names = readNames(objects[half].back());
            if (!names) return std::move(names.error());
            take(half, *names);
        }

    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t half = 0; half < 2; ++half)
            for (Member &member : members[half]) {
                if (member.selected) continue;
                for (const std::string &name : member.names.defined) {
                    if (!wanted.contains(name) || defined[half].contains(name)) continue;
                    member.selected = changed = true;
                    take(half, member.names);
                    objects[half].push_back(std::move(member.object));
                    break;
                }
            }
    }
    return objects;
}

} // namespace dyad
