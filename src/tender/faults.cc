// Faults of the guest arrive as signals and are handed to it as crash records. Specification: docs/abi.md, section 6.
#include "tender.h"

extern "C" void signalReturn();

namespace dyad::tender {
namespace {

constexpr int kSignals[] = {kSigSegv, kSigBus, kSigIll, kSigFpe, kSigTrap};

alignas(16) char stack[65536]; // AVX-512 and SVE state makes signal frames large

constexpr uint64_t maskOf(int signal) { return 1ull << (signal - 1); }

constexpr uint64_t handledSignals() {
    uint64_t mask = 0;
    for (int signal : kSignals)
        mask |= maskOf(signal);
    return mask;
}

/// Gives the signal back its default action and returns to the fault, which then kills the process.
void die(int signal) {
    SignalAction action = {};
    systemCall(kSigaction, signal, reinterpret_cast<long>(&action), 0, sizeof action.mask);
}

void onSignal(int signal, SignalInfo* info, void* context) {
    if (!tender.onFault || tender.inFault) return die(signal);
    tender.inFault = true;
    dyad_crash& record = control().crash;
    bool divide = signal == kSigFpe && (info->code == kFpeIntegerDivide || info->code == kFpeIntegerOverflow);
    record.cause = divide ? DYAD_CRASH_DIVIDE : DYAD_CRASH_FAULT;
    record.signal = signal;
    record.code = info->code;
    // Only memory faults have an address: for the others Linux reports that of the instruction.
    record.address = signal == kSigSegv || signal == kSigBus ? info->address : 0;
    readContext(context, record);
    tender.onFault(&record, context);
    writeContext(context, record);
    tender.inFault = false;
}

} // namespace

void catchFaults() {
    SignalStack signalStack = {stack, 0, sizeof stack};
    if (systemCall(kSigaltstack, reinterpret_cast<long>(&signalStack), 0) < 0) fail("cannot set a signal stack");
    SignalAction action = {onSignal, kWithInfo | kOnStack | kRestorer, signalReturn, handledSignals()};
    for (int signal : kSignals)
        if (systemCall(kSigaction, signal, reinterpret_cast<long>(&action), 0, sizeof action.mask) < 0)
            fail("cannot catch signals");
    // Inherited masks would turn a fault into sudden death.
    uint64_t mask = handledSignals();
    systemCall(kSigprocmask, kUnblock, reinterpret_cast<long>(&mask), 0, sizeof mask);
}

} // namespace dyad::tender
