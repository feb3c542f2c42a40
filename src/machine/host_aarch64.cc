// An AArch64 host.
#if defined(__aarch64__)
#include "machine/host.h"
#include "machine/ticks.h"

namespace dyad {

Isa hostIsa() {
    return Isa::aarch64;
}

std::uint64_t hostTicks() {
    // Where QEMU knows no counter of the host it counts nanoseconds.
    return monotonicNs();
}

} // namespace dyad
#endif
