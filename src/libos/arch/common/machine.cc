// The operations of libos/native.h, passed on to the machine at hand.
#include "native.h"

namespace dyad::native {
const Machine* machine;
}

using dyad::native::machine;

extern "C" {

void __dyad_notify() { machine->notify(); }
void __dyad_wait(uint64_t deadline) { machine->wait(deadline); }
uint64_t __dyad_clock() { return machine->clock(); }
uint64_t __dyad_ticks() { return machine->ticks(); }

void __dyad_clock_rate(uint64_t hz) {
    if (hz) machine->clockRate(hz);
}

int32_t __dyad_protect(uintptr_t address, uint64_t size, uint32_t prot) {
    constexpr int32_t kInvalid = -22; // EINVAL
    constexpr uint32_t kWriteExecute = 6;
    if (address % DYAD_PAGE_SIZE || size % DYAD_PAGE_SIZE || prot > 7) return kInvalid;
    if ((prot & kWriteExecute) == kWriteExecute) return kInvalid;
    uint64_t arena = dyad::native::control().arena_size;
    if (address < DYAD_ARENA_BASE || address - DYAD_ARENA_BASE > arena || size > arena - (address - DYAD_ARENA_BASE))
        return kInvalid;
    return machine->protect(address, size, prot);
}

void __dyad_discard(uintptr_t address, uint64_t size) { machine->discard(address, size); }

void __dyad_halt() {
    machine->halt();
    __builtin_unreachable();
}

} // extern "C"
