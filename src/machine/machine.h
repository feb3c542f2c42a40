// A machine that runs one half of an image: QEMU, or a process under a tender. Both look alike to the monitor: a
// process and a socket that carries doorbells. Specification: docs/abi.md, sections 5 to 7.
#pragma once

#include "image/pair_image.h"
#include "machine/child.h"
#include "machine/control_area.h"
#include "machine/installation.h"
#include "machine/monitor.h"
#include "support/isa.h"

#include <dyad/abi.h>

#include <memory>
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

/// Whether the guest needs its tick rate from the monitor: the time-stamp counter under QEMU.
constexpr bool needsTickRate(const MachineSetup &setup) {
    return setup.kind == DYAD_MACHINE_QEMU && setup.isa == Isa::x86_64;
}

/// A machine with its memory. A program may change its machine; everything of the old one ends with it.
struct Machine {
    MachineSetup setup;
    GuestMemory memory;
    ControlArea area;
    Child child;
    UniqueFd doorbell;        ///< stream socket, non-blocking; end of file when the machine is gone
    UniqueFd kernel;          ///< memory file with the AArch64 half, while QEMU may read it
    std::string debuggerHint; ///< how to attach, if MachineSetup::gdbPort was given
    std::string description;  ///< "qemu x86_64 (tcg)"

    dyad_migration &migration() { return area.control->migration; }
    void ring();
    /// Rings so that a guest notices which is computing.
    void interrupt();
    /// Takes the rings that came; true once the machine has ended.
    bool gone();
    /// Why the machine is gone, for a message: how its process ended and what it said.
    std::string describeEnd();
    /// What a monitor needs of it; valid as long as the machine.
    MonitoredMachine monitored();
};

/// Makes the memory, fills in its control area and starts the machine on it.
Result<std::unique_ptr<Machine>> startMachine(const PairImage &image, const MemoryPlan &plan,
                                              const ProgramSetup &program, const MachineSetup &setup,
                                              const Installation &installation);
/// Start a machine whose memory is ready.
Result<void> startQemu(const PairImage &image, Machine &machine);
Result<void> startProcess(const PairImage &image, Machine &machine, const Installation &installation);

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
