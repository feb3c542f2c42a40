// Signals: faults of the guest, which are handed to it as crash records, and SIGUSR1, the monitor's interrupt. None of their
// handlers interrupts another, but for SIGSEGV: the guest's handlers may touch memory that is closed for the moment.
// Specification: docs/abi.md, section 6.
#include "tender.h"

extern "C" void signalReturn();

namespace dyad::tender {
namespace {

constexpr int kFaults[] = {kSigSegv, kSigBus, kSigIll, kSigFpe, kSigTrap};

alignas(16) char stack[131072]; // three signals deep; AVX-512 and SVE state makes signal frames large

constexpr uint64_t maskOf(int signal) { return 1ull << (signal - 1); }

constexpr uint64_t handledSignals() {
    uint64_t mask = maskOf(kSigUsr1);
    for (int signal : kFaults)
        mask |= maskOf(signal);
    return mask;
}

/// While one of them is handled. A memory fault of a handler is the guest's to resolve, like any other.
constexpr uint64_t blockedSignals() { return handledSignals() & ~maskOf(kSigSegv); }

/// Gives the signal back its default action and returns to the fault, which then kills the process.
void die(int signal) {
    SignalAction action = {};
    systemCall(kSigaction, signal, reinterpret_cast<long>(&action), 0, sizeof action.mask);
}

void onFault(int signal, SignalInfo* info, void* context) {
    if (!tender.onFault) return die(signal);
    dyad_crash record = {};
    bool divide = signal == kSigFpe && (info->code == kFpeIntegerDivide || info->code == kFpeIntegerOverflow);
    record.cause = divide ? DYAD_CRASH_DIVIDE : DYAD_CRASH_FAULT;
    record.signal = signal;
    record.code = info->code;
    // Only memory faults have an address: for the others Linux reports that of the instruction.
    record.address = signal == kSigSegv || signal == kSigBus ? info->address : 0;
    readContext(context, record);
    tender.onFault(&record, context);
    writeContext(context, record);
}

void onInterrupt(int, SignalInfo*, void* context) {
    if (tender.onInterrupt) tender.onInterrupt(programCounter(context));
}

void handle(int signal, void (*handler)(int, SignalInfo*, void*), unsigned long flags) {
    SignalAction action = {handler, kWithInfo | kOnStack | kRestorer | flags, signalReturn, blockedSignals()};
    if (systemCall(kSigaction, signal, reinterpret_cast<long>(&action), 0, sizeof action.mask) < 0)
        fail("cannot catch signals");
}

} // namespace

void catchSignals() {
    SignalStack signalStack = {stack, 0, sizeof stack};
    if (systemCall(kSigaltstack, reinterpret_cast<long>(&signalStack), 0) < 0) fail("cannot set a signal stack");
    for (int signal : kFaults)
        handle(signal, onFault, signal == kSigSegv ? kNoDefer : 0);
    handle(kSigUsr1, onInterrupt, kRestart);
    // Inherited masks would turn a fault into sudden death.
    uint64_t mask = handledSignals();
    systemCall(kSigprocmask, kUnblock, reinterpret_cast<long>(&mask), 0, sizeof mask);
}

} // namespace dyad::tender
