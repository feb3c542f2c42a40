// The control area: what the monitor tells a guest before it starts, and the rings. Specification: docs/abi.md.
#pragma once

#include "machine/guest_memory.h"

#include <string>
#include <vector>

namespace dyad {

/// What a program is started with.
struct ProgramSetup {
    std::vector<std::string> arguments;   ///< argv, with argv[0]
    std::vector<std::string> environment; ///< "NAME=value"
    std::uint64_t flags = 0;              ///< enum dyad_control_flag
};

/// The control area of a memory whose magic was stored: the guest may start.
struct ControlArea {
    dyad_control *control = nullptr; ///< shared with the guest
    std::span<std::byte> tx, rx;     ///< storage of the two rings
};

/// Fills in everything but tender_call. Fails if arguments and environment are too long.
Result<ControlArea> fillControlArea(GuestMemory &memory, dyad_machine_kind kind, const ProgramSetup &program);

} // namespace dyad
