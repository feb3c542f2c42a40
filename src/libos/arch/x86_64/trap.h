// x86-64: the frame that trap.S builds, and the descriptor tables.
#pragma once

#include <stdint.h>

namespace dyad::native {

struct TrapFrame {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15; // as in dyad_crash.registers
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss; // pushed by the CPU
};

constexpr unsigned kVectors = 48; // 32 exceptions, 16 interrupts
constexpr unsigned kTimerVector = 32, kDeviceVector = 33, kSpuriousVector = 47;

/// GDT, TSS and IDT: every vector switches to a stack of its kind.
void loadDescriptors();
/// For vectors from 32 on, at `pc`; keeps everything but the frame's general registers (saved by trap.S) as it is.
void handleInterrupt(unsigned vector, uint64_t pc);

} // namespace dyad::native
