// x86-64: the registers of a stopped program. Numbers: psABI 3.6.2 (DWARF), include/dyad/abi.h.
#include "cpu.h"
#include "float_control.h"
#include "migration.h"

extern "C" {
void storeXmm(volatile void* to);
void storeYmm(volatile void* to);
void storeZmm(volatile void* to);
}

namespace dyad::native {

struct CallFrame { // stop.S
    uint64_t r12, r13, r14, r15, rbx, rbp, pc;
};

void saveCall(const CallFrame& frame) {
    dyad_registers& registers = control().migration.registers;
    enum { kRbx = 3, kRbp = 6, kRsp = 7, kR12 = 12 };
    registers.pc = frame.pc;
    registers.general[kRbx] = frame.rbx;
    registers.general[kRbp] = frame.rbp;
    registers.general[kRsp] = reinterpret_cast<uint64_t>(&frame + 1);
    const uint64_t high[] = {frame.r12, frame.r13, frame.r14, frame.r15};
    for (unsigned i = 0; i < 4; ++i)
        registers.general[kR12 + i] = high[i];
    saveLiveRegisters();
}

void saveLiveRegisters() {
    dyad_migration& m = control().migration;
    constexpr uint32_t kOsXsave = 1u << 27, kAvx = 0x6, kAvx512 = 0xe6; // XCR0: SSE, AVX; opmask, two of ZMM
    uint32_t enabled = 0;
    if (cpuId(1).c & kOsXsave) asm volatile("xgetbv" : "=a"(enabled) : "c"(0) : "rdx");
    if ((enabled & kAvx512) == kAvx512) storeZmm(m.registers.vector);
    else if ((enabled & kAvx) == kAvx) storeYmm(m.registers.vector);
    else storeXmm(m.registers.vector);
    FloatEnvironment environment = environmentOf(readMxcsr());
    m.rounding = environment.rounding;
    m.fp_flags = environment.exceptions;
}

void setFloatEnvironment() {
    const dyad_migration& m = control().migration;
    writeMxcsr(mxcsrOf({m.rounding, m.fp_flags}));
}

} // namespace dyad::native

extern "C" uint32_t __dyad_isa() { return 0; }
