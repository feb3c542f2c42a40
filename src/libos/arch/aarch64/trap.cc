// AArch64: faults as crash records. Specification: Arm ARM D17.2.37 (ESR_EL1); docs/abi.md, section 4.
#include "trap.h"
#include "migration.h"
#include "native.h"
#include "pages.h"

namespace dyad::native {
namespace {

enum Signal { kIllegal = 4, kTrap = 5, kBus = 7, kFloat = 8, kSegment = 11 };

enum ExceptionClass {
    kUnknown = 0x00,
    kFloatingPointTrapped = 0x07,
    kIllegalState = 0x0e,
    kInstructionAbort = 0x21,
    kPcAlignment = 0x22,
    kDataAbort = 0x25,
    kSpAlignment = 0x26,
    kFloatingPoint = 0x2c,
    kSoftwareStep = 0x33,
    kWatchpoint = 0x35,
    kBreakpoint = 0x3c,
};

/// Fault status codes of aborts: 0 to 15 are address size, translation, access flag and permission faults.
uint32_t signalOfAbort(uint32_t syndrome) { return (syndrome & 0x3f) < 16 ? kSegment : kBus; }

uint32_t signalOf(uint32_t syndrome) {
    switch (syndrome >> 26) {
    case kInstructionAbort:
    case kDataAbort:
        return signalOfAbort(syndrome);
    case kPcAlignment:
    case kSpAlignment:
        return kBus;
    case kFloatingPoint:
        return kFloat;
    case kSoftwareStep:
    case kWatchpoint:
    case kBreakpoint:
        return kTrap;
    default:
        return kIllegal;
    }
}

bool hasAddress(uint32_t syndrome) {
    uint32_t c = syndrome >> 26;
    return c == kInstructionAbort || c == kDataAbort || c == kPcAlignment || c == kWatchpoint;
}

} // namespace

void adjustRecord(dyad_crash& record) {
    // __builtin_trap is BRK #1 here and an undefined instruction on x86-64: report it alike.
    constexpr uint32_t kBuiltinTrap = 0xd4200020;
    if (record.signal == kTrap && *reinterpret_cast<const uint32_t*>(record.pc) == kBuiltinTrap)
        record.signal = kIllegal;
}

void setCall(dyad_crash& record, uintptr_t target, uint64_t first, uint64_t second, uint64_t third) {
    record.sp &= ~15ull;
    record.pc = target;
    record.registers[0] = first;
    record.registers[1] = second;
    record.registers[2] = third;
}

extern "C" void handleTrap(TrapFrame* frame) {
    // The table's order: synchronous, IRQ, FIQ, SError; for SP_EL0, SP_EL1, and two kinds of EL0.
    enum { kSynchronous = 0, kInterrupt = 1 };
    if (frame->kind % 4 == kInterrupt) return handleInterrupts(frame->pc);
    uint64_t syndrome, address;
    asm volatile("mrs %0, esr_el1; mrs %1, far_el1" : "=r"(syndrome), "=r"(address));
    if (frame->kind % 4 == kSynchronous && syndrome >> 26 == kBreakpoint && reachPoint(frame->pc)) return;
    constexpr uint64_t kInterruptsMasked = 0x80; // pstate
    if (frame->kind % 4 == kSynchronous && syndrome >> 26 == kDataAbort &&
        resolveFault(address, !(frame->pstate & kInterruptsMasked)))
        return;
    dyad_crash& record = control().crash;
    record.cause = DYAD_CRASH_FAULT;
    record.signal = frame->kind % 4 == kSynchronous ? signalOf(syndrome) : kBus;
    record.code = syndrome;
    record.address = hasAddress(syndrome) ? address : 0;
    record.pc = frame->pc;
    record.sp = frame->sp;
    record.flags = frame->pstate;
    for (unsigned i = 0; i < 31; ++i)
        record.registers[i] = frame->x[i];
    handleFault(record);
    frame->pc = record.pc;
    frame->sp = record.sp;
    frame->x[30] = record.registers[30];
    for (unsigned i = 0; i < 3; ++i)
        frame->x[i] = record.registers[i];
}

} // namespace dyad::native
