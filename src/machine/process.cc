// The process machine: the image's segments go into RAM, and a tender maps them and jumps there. Specification:
// docs/abi.md, sections 2, 3 and 6.
#include "machine/machine.h"

#include "support/rounding.h"

#include <fmt/format.h>
#include <gelf.h>

#include <cerrno>
#include <cstring>
#include <sys/stat.h>

namespace dyad {

namespace {

/// Type of the note named "Dyad" that tells the process entry (docs/abi.md, section 3).
constexpr std::uint32_t kProcessEntryNote = 1;

Result<std::uint64_t> processEntry(const PairImage &image, Isa isa) {
    std::span<const std::byte> bytes = image.elf(isa);
    elf_version(EV_CURRENT);
    // libelf only reads through this pointer.
    Elf *elf = elf_memory(const_cast<char *>(reinterpret_cast<const char *>(bytes.data())), bytes.size());
    std::optional<std::uint64_t> entry;
    std::size_t count = 0;
    if (elf) elf_getphdrnum(elf, &count);
    for (std::size_t i = 0; i < count && !entry; ++i) {
        GElf_Phdr segment;
        if (!gelf_getphdr(elf, static_cast<int>(i), &segment) || segment.p_type != PT_NOTE) continue;
        Elf_Data *data =
            elf_getdata_rawchunk(elf, static_cast<int64_t>(segment.p_offset), segment.p_filesz, ELF_T_NHDR);
        GElf_Nhdr note;
        std::size_t nameAt, descriptorAt;
        for (std::size_t at = 0; data && (at = gelf_getnote(data, at, &note, &nameAt, &descriptorAt)) > 0;) {
            const char *content = static_cast<const char *>(data->d_buf);
            if (note.n_type != kProcessEntryNote || note.n_namesz != 5 || std::memcmp(content + nameAt, "Dyad", 5) != 0)
                continue;
            if (note.n_descsz != sizeof(std::uint64_t)) break;
            std::uint64_t value;
            std::memcpy(&value, content + descriptorAt, sizeof value);
            entry = value;
            break;
        }
    }
    if (elf) elf_end(elf);
    if (!entry)
        return Error{fmt::format("{}: the {} half has no note that tells its process entry", image.path(), name(isa))};
    return *entry;
}

Result<void> loadSegments(const PairImage &image, Isa isa, GuestMemory &memory) {
    for (const Segment &segment : image.segments(isa)) {
        auto target = memory.translate(GuestAddress(segment.address), segment.memorySize);
        if (!target || segment.bytes.size() > segment.memorySize)
            return Error{
                fmt::format("{}: segment at {:#x} does not fit into the machine", image.path(), segment.address)};
        // Through the file rather than the mapping: no page faults in the monitor. The rest of the segment is zero
        // already.
        std::span<const std::byte> bytes = segment.bytes;
        off_t at = target->data() - memory.ram().data();
        while (!bytes.empty()) {
            ssize_t written = pwrite(memory.fd(), bytes.data(), bytes.size(), at);
            if (written <= 0) return Error{fmt::format("cannot load {}: {}", image.path(), std::strerror(errno))};
            bytes = bytes.subspan(static_cast<std::size_t>(written));
            at += written;
        }
    }
    return {};
}

std::string debuggerHint(const PairImage &image, const MachineSetup &setup, pid_t pid) {
    std::string half = image.path(), hint;
    if (setup.isa != Isa::x86_64) {
        half += fmt::format(".{}", name(setup.isa));
        hint = fmt::format("dyad image extract --isa {} {} -o {} && ", name(setup.isa), image.path(), half);
    }
    if (setup.isa != hostIsa())
        return hint + fmt::format("gdb-multiarch {} -ex 'target remote localhost:{}'", half, *setup.gdbPort);
    // Up to exec it is a copy of the monitor; from then on hardware breakpoints hold until the tender has mapped the
    // image.
    return hint + fmt::format("gdb -p {} -ex 'handle SIGSTOP nostop noprint nopass' -ex 'tcatch exec' -ex c "
                              "-ex 'symbol-file {}' -ex 'thbreak main' -ex c",
                              pid, half);
}

} // namespace

Result<void> startProcess(const PairImage &image, Machine &machine, const Installation &installation) {
    const MachineSetup &setup = machine.setup;
    GuestMemory &memory = machine.memory;
    std::string tender = installation.tender(setup.isa);
    struct stat status;
    if (stat(tender.c_str(), &status) != 0)
        return Error{fmt::format("{} not found: this installation of dyad is incomplete", tender)};
    auto entry = processEntry(image, setup.isa);
    if (!entry) return std::move(entry.error());
    if (auto loaded = loadSegments(image, setup.isa, memory); !loaded) return loaded;
    auto doorbell = makeDoorbell();
    if (!doorbell) return std::move(doorbell.error());

    machine.doorbell = std::move(doorbell->first);
    machine.description = fmt::format("process {}", name(setup.isa));
    ChildSetup child;
    child.inherited = {memory.fd(), doorbell->second.get()};
    bool native = setup.isa == hostIsa();
    if (!native) {
        auto user = findQemuUser(setup.isa);
        if (!user) return std::move(user.error());
        child.command.push_back(*user);
        if (setup.gdbPort) child.command.insert(child.command.end(), {"-g", std::to_string(*setup.gdbPort)});
    }
    // The debugger attaches before the tender starts; a debugger for another ISA is served by qemu-user.
    child.stopped = setup.gdbPort && native;
    child.command.insert(child.command.end(), {tender, std::to_string(memory.fd()),
                                               std::to_string(doorbell->second.get()), fmt::format("{:x}", *entry)});
    for (const Segment &segment : image.segments(setup.isa)) {
        std::uint64_t start = roundDown(segment.address, DYAD_PAGE_SIZE);
        std::uint64_t end = roundUp(segment.address + segment.memorySize, DYAD_PAGE_SIZE);
        if (end > start)
            child.command.push_back(fmt::format("{:x}:{:x}:{}", start, end - start, protectionOf(segment)));
    }
    auto process = Child::start(child);
    if (!process) return std::move(process.error());
    machine.child = std::move(*process);
    if (setup.gdbPort) machine.debuggerHint = debuggerHint(image, setup, machine.child.pid());
    return {};
}

} // namespace dyad
