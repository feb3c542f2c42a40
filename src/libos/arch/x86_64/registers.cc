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

// As the entries in stop.S push them.
struct PointFrame {
    uint64_t rax, rdx, rcx, rbx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15, pc;
};
struct CallFrame {
    uint64_t r12, r13, r14, r15, rbx, rbp, pc;
};

namespace {

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

/// `general`: by DWARF number. `end`: of the frame, which the return address ends.
void save(const uint64_t (&general)[16], uint64_t pc, const void* end) {
    dyad_registers& registers = control().migration.registers;
    for (unsigned i = 0; i < 16; ++i)
        registers.general[i] = general[i];
    registers.general[7] = reinterpret_cast<uint64_t>(end);
    registers.pc = pc;
    saveLiveRegisters();
}

} // namespace

void saveRegisters(const PointFrame& f) {
    save({f.rax, f.rdx, f.rcx, f.rbx, f.rsi, f.rdi, f.rbp, 0, f.r8, f.r9, f.r10, f.r11, f.r12, f.r13, f.r14, f.r15}, f.pc,
         &f + 1);
}

void saveRegisters(const CallFrame& f) {
    save({0, 0, 0, f.rbx, 0, 0, f.rbp, 0, 0, 0, 0, 0, f.r12, f.r13, f.r14, f.r15}, f.pc, &f + 1);
}

void setFloatEnvironment() {
    const dyad_migration& m = control().migration;
    writeMxcsr(mxcsrOf({m.rounding, m.fp_flags}));
}

} // namespace dyad::native

extern "C" uint32_t __dyad_isa() { return 0; }
