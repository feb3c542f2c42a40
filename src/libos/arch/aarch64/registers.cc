// AArch64: the registers of a stopped program. Numbers: aadwarf64 4.1, include/dyad/abi.h.
#include "float_control.h"
#include "migration.h"

extern "C" void storeVectors(volatile void* to); // stop.S

namespace dyad::native {

struct CallFrame { // stop.S
    uint64_t x19[10], frame, link; // x19 to x28, x29, x30
};

void saveCall(const CallFrame& frame) {
    dyad_registers& registers = control().migration.registers;
    enum { kX19 = 19, kFrame = 29, kSp = 31 };
    registers.pc = frame.link;
    for (unsigned i = 0; i < 10; ++i)
        registers.general[kX19 + i] = frame.x19[i];
    registers.general[kFrame] = frame.frame;
    registers.general[kSp] = reinterpret_cast<uint64_t>(&frame + 1);
    saveLiveRegisters();
}

void saveLiveRegisters() {
    dyad_migration& m = control().migration;
    storeVectors(m.registers.vector);
    FloatEnvironment environment = environmentOf(readFpcr(), readFpsr());
    m.rounding = environment.rounding;
    m.fp_flags = environment.exceptions;
}

void setFloatEnvironment() {
    const dyad_migration& m = control().migration;
    writeEnvironment({m.rounding, m.fp_flags});
}

} // namespace dyad::native

extern "C" uint32_t __dyad_isa() { return 1; }
