// AArch64: the registers of a stopped program. Numbers: aadwarf64 4.1, include/dyad/abi.h.
#include "float_control.h"
#include "migration.h"

extern "C" void storeVectors(volatile void* to); // stop.S

namespace dyad::native {

// As the entries in stop.S store them.
struct PointFrame {
    uint64_t x[31], unused;
};
struct CallFrame {
    uint64_t x19[12]; // x19 to x30
};

namespace {

/// `general`: the registers from `first` to x30. `end`: of the frame.
void save(unsigned first, const uint64_t* general, const void* end) {
    dyad_migration& m = control().migration;
    for (unsigned i = first; i < 31; ++i)
        m.registers.general[i] = general[i - first];
    m.registers.general[31] = reinterpret_cast<uint64_t>(end);
    m.registers.pc = m.registers.general[30];
    storeVectors(m.registers.vector);
    FloatEnvironment environment = environmentOf(readFpcr(), readFpsr());
    m.rounding = environment.rounding;
    m.fp_flags = environment.exceptions;
}

} // namespace

void saveRegisters(const PointFrame& frame) { save(0, frame.x, &frame + 1); }
void saveRegisters(const CallFrame& frame) { save(19, frame.x19, &frame + 1); }

void setFloatEnvironment() {
    const dyad_migration& m = control().migration;
    writeEnvironment({m.rounding, m.fp_flags});
}

} // namespace dyad::native

extern "C" uint32_t __dyad_isa() { return 1; }
