// The process machine: operations are calls to the tender. Specification: docs/abi.md, section 6.
#include "migration.h"
#include "native.h"
#include "pages.h"

namespace dyad::native {
namespace {

long tender(long op, long a = 0, long b = 0, long c = 0) {
    return reinterpret_cast<long (*)(long, long, long, long)>(control().tender_call)(op, a, b, c);
}

void notify() { tender(DYAD_TENDER_NOTIFY); }

/// A system call on the socket: its locks are a fence, also where qemu-user drops the guest's.
bool settle() {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return tender(DYAD_TENDER_WAIT, 0) > 0;
}

void wait(uint64_t deadline) {
    constexpr uint64_t kLargest = INT64_MAX;
    tender(DYAD_TENDER_WAIT, deadline > kLargest ? -1 : static_cast<long>(deadline));
}

uint64_t clock() { return tender(DYAD_TENDER_CLOCK); }
uint64_t cpuTime() {
    long ns = tender(DYAD_TENDER_CPU_TIME);
    return ns < 0 ? UINT64_MAX : static_cast<uint64_t>(ns);
}
void clockRate(uint64_t) {} // the tender's clock counts nanoseconds

int32_t protect(uintptr_t address, uint64_t size, uint32_t prot) {
    return static_cast<int32_t>(tender(DYAD_TENDER_PROTECT, address, size, prot));
}

int32_t openText(uintptr_t address, uint64_t size, bool writable) {
    return static_cast<int32_t>(tender(DYAD_TENDER_OPEN_TEXT, writable, address, size));
}

void discard(uintptr_t address, uint64_t size) { tender(DYAD_TENDER_DISCARD, address, size); }
void setThreadPointer(uintptr_t value) { tender(DYAD_TENDER_SET_TP, value); }
void halt() { tender(DYAD_TENDER_HALT); }

void onFault(dyad_crash* record, void*) {
    enum { kTrap = 5, kSegment = 11 }; // SIGTRAP, SIGSEGV
    if (record->signal == kTrap && reachPoint(record->pc)) return;
    if (record->signal == kSegment && resolveFault(record->address, true)) return;
    handleFault(*record);
}

} // namespace

const Machine kProcess = {.notify = notify,
                          .settle = settle,
                          .wait = wait,
                          .clock = clock,
                          .ticks = clock,
                          .cpuTime = cpuTime,
                          .clockRate = clockRate,
                          .protect = protect,
                          .openText = openText,
                          .discard = discard,
                          .setThreadPointer = setThreadPointer,
                          .halt = halt};

/// Entered by the tender on the native stack.
extern "C" [[noreturn]] void __dyad_process_entry() {
    machine = &kProcess;
    control().boot_stage = 1;
    checkControl(DYAD_MACHINE_PROCESS);
    tender(DYAD_TENDER_ON_FAULT, reinterpret_cast<long>(&onFault));
    tender(DYAD_TENDER_ON_INTERRUPT, reinterpret_cast<long>(&onInterrupt));
    startProgram();
}

} // namespace dyad::native
