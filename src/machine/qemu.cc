// The qemu machine: x86-64 on microvm (PVH), AArch64 on virt. Command lines: docs/abi.md, section 7.
#include "machine/installation.h"
#include "machine/kvm.h"
#include "machine/machine.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

namespace dyad {

namespace {

/// The first major version with everything the command lines use.
constexpr int kLeastVersion = 7;

struct QemuIsa {
    const char *program;
    const char *package;     ///< Debian's
    const char *userProgram; ///< runs the tender where the ISA is not the host's
    const char *machine;
    const char *cpu; ///< under TCG; KVM takes the host's
    bool firmware;   ///< starts from our own (firmware/), not by QEMU itself
};

constexpr QemuIsa kQemu[] = {
    {"qemu-system-x86_64", "qemu-system-x86", "qemu-x86_64",
     "microvm,acpi=off,pit=off,pic=off,rtc=off,isa-serial=off,x-option-roms=off,auto-kernel-cmdline=off", "max",
     true},
    {"qemu-system-aarch64", "qemu-system-arm", "qemu-aarch64", "virt,gic-version=2,acpi=off", "cortex-a57", false},
};

const QemuIsa &table(Isa isa) {
    return kQemu[static_cast<int>(isa)];
}

/// A file that QEMU can open and read the half from. The x86-64 half is the image file itself.
Result<UniqueFd> kernelFile(const PairImage &image, Isa isa) {
    UniqueFd file(memfd_create("dyad-half", MFD_CLOEXEC));
    std::span<const std::byte> bytes = image.elf(isa);
    while (file && !bytes.empty()) {
        ssize_t written = write(file.get(), bytes.data(), bytes.size());
        if (written <= 0) break;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (!file || !bytes.empty())
        return Error{fmt::format("cannot extract the {} half: {}", name(isa), std::strerror(errno))};
    return file;
}

Result<bool> wantsKvm(const MachineSetup &setup) {
    if (setup.acceleration == Acceleration::tcg) return false;
    KvmStatus kvm = setup.isa == hostIsa() ? kvmStatus(KvmProbe::cached)
                                           : KvmStatus{false, fmt::format("the host's ISA is {}", name(hostIsa())), ""};
    if (kvm.usable) return true;
    if (setup.acceleration == Acceleration::kvm)
        return Error{fmt::format("KVM cannot be used: {}{}{}", kvm.reason, kvm.remedy.empty() ? "" : "; ", kvm.remedy)};
    if (setup.verbose) fmt::print(stderr, "dyad: using TCG, because KVM cannot be used: {}\n", kvm.reason);
    return false;
}

} // namespace

Result<QemuBinary> findQemu(Isa isa, bool withVersion) {
    const QemuIsa &qemu = table(isa);
    QemuBinary binary{findInPath(qemu.program), ""};
    if (binary.path.empty())
        return Error{
            fmt::format("{} not found; install the package {}, or use --machine process", qemu.program, qemu.package)};
    if (!withVersion) return binary;
    UniqueFd output(memfd_create("version", MFD_CLOEXEC));
    auto child = Child::start({{binary.path, "--version"}, {}, output.get(), std::nullopt});
    if (!child) return std::move(child.error());
    auto status = child->wait(10000);
    char text[256] = {};
    if (pread(output.get(), text, sizeof text - 1, 0) < 0) text[0] = 0;
    // "QEMU emulator version 7.2.19 (Debian 1:7.2+dfsg-7+deb12u18)"
    const char *number = std::strstr(text, "version ");
    if (!status || *status != 0 || !number)
        return Error{fmt::format("{} --version does not say which version it is", binary.path)};
    binary.version = std::string(number + 8, std::strcspn(number + 8, " \n"));
    if (std::atoi(binary.version.c_str()) < kLeastVersion)
        return Error{fmt::format("{} is version {}; install version {} or later, or use --machine process", binary.path,
                                 binary.version, kLeastVersion)};
    return binary;
}

Result<std::string> findQemuUser(Isa isa) {
    const char *program = table(isa).userProgram;
    std::string path = findInPath(program);
    if (path.empty()) path = findInPath(std::string(program) + "-static");
    if (path.empty())
        return Error{fmt::format("{} not found; install the package qemu-user, or use --machine qemu", program)};
    return path;
}

Result<void> startQemu(const PairImage &image, Machine &machine) {
    const MachineSetup &setup = machine.setup;
    GuestMemory &memory = machine.memory;
    const QemuIsa &qemu = table(setup.isa);
    auto binary = findQemu(setup.isa, false);
    if (!binary) return std::move(binary.error());
    auto kvm = wantsKvm(setup);
    if (!kvm) return std::move(kvm.error());
    auto doorbell = makeDoorbell();
    if (!doorbell) return std::move(doorbell.error());

    machine.doorbell = std::move(doorbell->first);
    ChildSetup child;
    child.inherited = {memory.fd(), doorbell->second.get()};
    std::string kernel = image.path();
    if (setup.isa != Isa::x86_64) {
        auto file = kernelFile(image, setup.isa);
        if (!file) return std::move(file.error());
        machine.kernel = std::move(*file);
        child.inherited.push_back(machine.kernel.get());
        kernel = fmt::format("/proc/self/fd/{}", machine.kernel.get());
    }

    std::uint64_t size = memory.plan().ramSize;
    auto &command = child.command;
    command = {binary->path,
               "-machine",
               fmt::format("{},memory-backend=ram,accel={}", qemu.machine, *kvm ? "kvm" : "tcg"),
               "-cpu",
               *kvm ? "host" : qemu.cpu,
               "-m",
               fmt::format("{}k", size / 1024)};
    if (qemu.firmware) command.insert(command.end(), {"-bios", Installation::find().firmware(setup.isa)});
    for (std::string word : std::initializer_list<std::string>{
             "-object",
             fmt::format("memory-backend-file,id=ram,mem-path=/proc/self/fd/{},size={},share=on", memory.fd(), size),
             // Room for a second CPU, which is never made: QEMU 7.2's TCG drops the guest's fences where one CPU is the most.
             "-smp", "1,maxcpus=2", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-global",
             "virtio-mmio.force-legacy=false", "-device", "virtio-serial-device", "-chardev",
             fmt::format("socket,id=doorbell,fd={}", doorbell->second.get()), "-device", "virtconsole,chardev=doorbell",
             "-kernel", kernel})
        command.push_back(std::move(word));
    if (setup.gdbPort) {
        command.insert(command.end(), {"-S", "-gdb", fmt::format("tcp:127.0.0.1:{}", *setup.gdbPort)});
        std::string symbols = image.path();
        if (setup.isa != Isa::x86_64) {
            symbols += fmt::format(".{}", name(setup.isa));
            machine.debuggerHint =
                fmt::format("dyad image extract --isa {} {} -o {} && ", name(setup.isa), image.path(), symbols);
        }
        machine.debuggerHint += fmt::format("{} {} -ex 'target remote localhost:{}'",
                                            setup.isa == hostIsa() ? "gdb" : "gdb-multiarch", symbols, *setup.gdbPort);
    }
    auto process = Child::start(child);
    if (!process) return std::move(process.error());
    machine.child = std::move(*process);
    machine.description = fmt::format("qemu {} ({})", name(setup.isa), *kvm ? "kvm" : "tcg");
    return {};
}

} // namespace dyad
