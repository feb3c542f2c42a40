// Walks the native stack of a stopped guest by return address and site table. Specification: docs/migration.md,
// section 3.
#pragma once

#include "machine/guest_memory.h"
#include "migrate/frame_list.h"

#include <variant>

namespace dyad {

/// A place on the stack that is no site: native code, or a function that cannot be captured. Nothing is wrong: let the
/// guest go on and ask again.
struct UnknownCode {
    std::uint64_t pc;  ///< of the stopped thread, or a return address
    std::size_t frame; ///< 0: where the thread stopped; 1: its caller; ...
};

using Capture = std::variant<FrameList, UnknownCode>;

/// The frames of the guest that is stopped (dyad_migration.state) on `isa`. An error means that registers or stack are
/// corrupt, or that the site table does not fit the program: asking again would not help. What the guest wrote is
/// read once and checked; only its native stack is looked at.
Result<Capture> captureFrames(const SiteTable& table, Isa isa, GuestMemory& memory);

} // namespace dyad
