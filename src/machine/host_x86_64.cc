// An x86-64 host.
#if defined(__x86_64__)
#include "machine/host.h"

#include <x86intrin.h>

namespace dyad {

Isa hostIsa() {
    return Isa::x86_64;
}

std::uint64_t hostTicks() {
    return __rdtsc();
}

} // namespace dyad
#endif
