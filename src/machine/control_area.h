// The control area: what the monitor tells a guest before it starts, and the rings. Specification: docs/abi.md.
#pragma once

#include "image/site_table.h"
#include "machine/guest_memory.h"

#include <string>
#include <vector>

namespace dyad {

/// What a program is started with.
struct ProgramSetup {
    std::vector<std::string> arguments;   ///< argv, with argv[0]
    std::vector<std::string> environment; ///< "NAME=value"
    std::uint64_t flags = 0;              ///< enum dyad_control_flag
    /// Of the half that runs; they must fit into the migration area.
    std::span<const MigrationPoint> points = {};
    /// A stop that is wanted from the start: dyad_migration.request and skip.
    std::uint32_t request = 0, skip = 0;
};

/// The control area of a memory whose magic was stored: the guest may start.
struct ControlArea {
    dyad_control *control = nullptr; ///< shared with the guest
    std::span<std::byte> tx, rx;     ///< storage of the two rings
};

/// Fills in everything but tender_call. Fails if arguments and environment, or the points, do not fit.
Result<ControlArea> fillControlArea(GuestMemory &memory, dyad_machine_kind kind, const ProgramSetup &program);

} // namespace dyad
