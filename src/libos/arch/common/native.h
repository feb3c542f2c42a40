// What the files of the native part share: the machine's operations, faults, page tables, the doorbell.
// Specification: docs/abi.md. Nothing here is seen by portable code.
//
// The native part is compiled with general registers only: interrupt handlers need not save vector registers.
#pragma once

#include "libos/native.h"

#include <stddef.h>

namespace dyad::native {

/// Operations that differ between a virtual machine and a Linux process. Meaning: libos/native.h.
struct Machine {
    void (*notify)();
    /// Makes earlier stores visible to the monitor, whatever emulates the CPU; true if the monitor rang meanwhile.
    bool (*settle)();
    void (*wait)(uint64_t deadline);
    uint64_t (*clock)();
    uint64_t (*ticks)();
    uint64_t (*cpuTime)();
    void (*clockRate)(uint64_t hz);
    int32_t (*protect)(uintptr_t address, uint64_t size, uint32_t prot);
    /// Makes whole pages of text writable and not executable, or the reverse; 0 or -errno.
    int32_t (*openText)(uintptr_t address, uint64_t size, bool writable);
    void (*discard)(uintptr_t address, uint64_t size);
    void (*setThreadPointer)(uintptr_t value);
    void (*halt)();
};

/// Chosen at entry, before anything else, and never changed.
extern const Machine* machine;
extern const Machine kHardware, kProcess;

inline dyad_control& control() { return *reinterpret_cast<dyad_control*>(DYAD_CONTROL_ADDRESS); }

// -- machine.cc --

/// __dyad_wait without looking for requests to stop.
void waitForMonitor(uint64_t deadline);
/// Makes the program's clock go on from `ns`.
void setClock(uint64_t ns);

// -- crash.cc --

/// The fault record at hand, a crash unless the program handles it. Returns with pc, sp and argument registers of
/// `record` set to call the program's handler, or does not return.
void handleFault(dyad_crash& record);
/// Publishes a record, rings and stops.
[[noreturn]] void crash(dyad_crash& record, uint32_t cause, uint32_t signal, const char* message);
/// A panic before or inside the machinery that __dyad_crash needs.
[[noreturn]] void panic(const char* message);

/// Checks what the monitor stored (docs/abi.md, section 2); panics if it cannot work with it.
void checkControl(uint32_t expectedMachine);

// -- Per ISA: trap.cc --

/// Makes `record` describe a call of `target` at the point where it was taken, on the same stack.
void setCall(dyad_crash& record, uintptr_t target, uint64_t first, uint64_t second, uint64_t third);
/// Makes records of equal faults equal on all ISAs.
void adjustRecord(dyad_crash& record);

// -- Hardware only; per ISA: interrupts.cc --

/// Sleeps with interrupts masked at entry and exit until one comes or the clock reaches `deadline`.
void sleepUntil(uint64_t deadline);
/// Lets the interrupt of the virtio-mmio slot wake sleepUntil().
void enableDeviceInterrupt(unsigned slot);

// -- Hardware only: virtio_console.cc --

void startDoorbell();
void ringDoorbell();
/// True if the monitor rang since the last call.
bool takeDoorbell();
bool settleWithMonitor();
/// From the interrupt handler: tells the device that its interrupt was seen, and makes room for the next ring.
void acknowledgeDoorbell();

} // namespace dyad::native
