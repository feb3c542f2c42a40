// What depends on the ISA of the host: one implementation per ISA, in files named for it.
#pragma once

#include "support/isa.h"

#include <cstdint>

namespace dyad {

/// The ISA this executable was built for.
Isa hostIsa();

/// The counter that QEMU shows an x86-64 guest as its time-stamp counter (QEMU's cpu_get_host_ticks); any unit.
std::uint64_t hostTicks();

} // namespace dyad
