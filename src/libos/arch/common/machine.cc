// The operations of libos/native.h, passed on to the machine at hand.
#include "migration.h"
#include "native.h"
#include "pages.h"

namespace dyad::native {

const Machine* machine;

namespace {

// TCG with one CPU, and qemu-user with one thread, leave out the guest's fences: no other CPU could tell. The monitor can. So
// before a sleep the rings are looked at again, after something that is a fence on the host (Machine::settle): what the
// monitor did without seeing our `waiting` flag shows as a counter that moved since the last sleep, and what we did without
// seeing the monitor's flag is rung for now. After settle() the monitor sees our flags.
uint64_t receivedSeen, consumedSeen;

void rememberCounters() {
    receivedSeen = __atomic_load_n(&control().rx.head, __ATOMIC_ACQUIRE);
    consumedSeen = __atomic_load_n(&control().tx.tail, __ATOMIC_ACQUIRE);
}

bool countersMoved() {
    uint64_t received = receivedSeen, consumed = consumedSeen;
    rememberCounters();
    return received != receivedSeen || consumed != consumedSeen;
}

void ringIfMissed() {
    dyad_ring &tx = control().tx, &rx = control().rx;
    bool consumer = tx.consumer_waiting && tx.head != tx.tail;
    if (!consumer && !rx.producer_waiting) return;
    if (consumer) tx.consumer_waiting = 0;
    rx.producer_waiting = 0;
    machine->notify();
}

// What the program's clock is ahead of the machine's, modulo 2^64: not 0 in a program that came from another machine.
uint64_t clockAhead;

/// A deadline of the program's clock as one of the machine's.
uint64_t machineDeadline(uint64_t deadline) {
    if (deadline == UINT64_MAX || !clockAhead) return deadline;
    auto left = static_cast<int64_t>(deadline - __dyad_clock());
    return left > 0 ? machine->clock() + left : 0;
}

} // namespace

void waitForMonitor(uint64_t deadline) {
    bool rung = machine->settle();
    ringIfMissed();
    if (countersMoved() || rung) return;
    machine->wait(machineDeadline(deadline));
    rememberCounters();
}

void setClock(uint64_t ns) { clockAhead = ns - machine->clock(); }

} // namespace dyad::native

using dyad::native::machine;

extern "C" {

void __dyad_notify() { machine->notify(); }

uint64_t __dyad_clock() { return machine->clock() + dyad::native::clockAhead; }
uint64_t __dyad_ticks() { return machine->ticks(); }
uint64_t __dyad_cpu_time() { return machine->cpuTime(); }

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
    return dyad::native::protectForProgram(address, size, prot);
}

void __dyad_discard(uintptr_t address, uint64_t size) { dyad::native::discardForProgram(address, size); }

void __dyad_halt() {
    machine->halt();
    __builtin_unreachable();
}

} // extern "C"
