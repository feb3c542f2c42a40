// AArch64: the frame that trap.S builds.
#pragma once

#include <stdint.h>

namespace dyad::native {

struct TrapFrame {
    uint64_t x[31];
    uint64_t sp, pc, pstate; // SP_EL0, ELR_EL1, SPSR_EL1
    uint64_t kind, reserved; // entry of the vector table, 0 to 15
};

/// For every interrupt that the GIC has pending, at `pc`; keeps everything but the frame's general registers (saved by
/// trap.S).
void handleInterrupts(uint64_t pc);

} // namespace dyad::native
