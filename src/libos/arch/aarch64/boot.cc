// AArch64: from EL1 on the early table to the portable part. Specification: docs/abi.md, sections 3 and 4.
#include "cpu.h"
#include "migration.h"
#include "native.h"
#include "page_table.h"

namespace dyad::native {

// What entry.S spells as numbers.
static_assert(offsetof(dyad_control, private_offset) == 32 && offsetof(dyad_control, private_size) == 40);
static_assert(DYAD_CONTROL_ADDRESS + offsetof(dyad_control, crash) == 0x401001c0);
static_assert(offsetof(dyad_crash, pc) == 24 && offsetof(dyad_crash, flags) == 40);
static_assert(offsetof(dyad_crash, registers) == 48);

void startInterrupts();                      // interrupts.cc
void chooseFirmwareCall(uint64_t entryLevel); // interrupts.cc
extern "C" void switchTables(uint64_t root); // entry.S

/// Called by entry.S on the native stack.
extern "C" [[noreturn]] void bootMachine(uint64_t entryLevel) {
    machine = &kHardware;
    chooseFirmwareCall(entryLevel);
    control().boot_stage = 1;
    checkControl(DYAD_MACHINE_QEMU);
    switchTables(buildPageTables(0, 0));
    control().boot_stage = 2;
    startInterrupts();
    startDoorbell();
    InterruptsMasked::unmaskInterrupts();
    startProgram();
}

} // namespace dyad::native
