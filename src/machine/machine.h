// A machine that runs one half of an image: QEMU, or a process under a tender. Both look alike to the monitor: a
// process and a socket that carries doorbells. Specification: docs/abi.md, sections 5 to 7.
#pragma once

#include "image/pair_image.h"
#include "machine/child.h"
#include "machine/guest_memory.h"
#include "machine/installation.h"
#include "support/isa.h"

#include <dyad/abi.h>

#include <optional>

namespace dyad {

enum class Acceleration { automatic, kvm, tcg };

struct MachineSetup {
    Isa isa;
    dyad_machine_kind kind;
    Acceleration acceleration = Acceleration::automatic;
    std::optional<int> gdbPort; ///< wait for a debugger before the first instruction
    bool verbose = false;
};

struct Machine {
    Child child;
    UniqueFd doorbell;        ///< stream socket, non-blocking; end of file when the machine is gone
    UniqueFd kernel;          ///< memory file with the AArch64 half, while QEMU may read it
    std::string debuggerHint; ///< how to attach, if MachineSetup::gdbPort was given
    std::string description;  ///< "qemu x86_64 (tcg)"
};

/// Starts the machine on `memory`, whose control area is filled in.
Result<Machine> startMachine(const PairImage &image, GuestMemory &memory, const MachineSetup &setup,
                             const Installation &installation);
Result<Machine> startQemu(const PairImage &image, GuestMemory &memory, const MachineSetup &setup);
Result<Machine> startProcess(const PairImage &image, GuestMemory &memory, const MachineSetup &setup,
                             const Installation &installation);

/// The QEMU system emulator for `isa`.
struct QemuBinary {
    std::string path, version;
};
/// Says which package to install if it is missing, and which version is needed if it is too old. The version costs a
/// process start: asked for only if `withVersion`.
Result<QemuBinary> findQemu(Isa isa, bool withVersion);
/// qemu-aarch64 or qemu-x86_64: runs the tender of an ISA that is not the host's.
Result<std::string> findQemuUser(Isa isa);

/// Two connected stream sockets: the monitor's end is non-blocking, the other is for the machine to inherit.
Result<std::pair<UniqueFd, UniqueFd>> makeDoorbell();

/// "rx", as docs/abi.md writes protections.
std::string protectionOf(const Segment &segment);

} // namespace dyad
