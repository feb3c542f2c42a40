// Signals that the program raises on itself (signal(7)).
#pragma once

#include "base.h"

namespace libos {

struct SignalState {
    LinuxSigaction actions[L_NSIG + 1];
    LinuxSiginfo information[L_NSIG + 1]; ///< of pending signals
    uint64_t mask, pending;
    uint64_t savedMask; ///< to be put back after sigsuspend, ppoll, pselect
    bool restoreMask;
    LinuxStack alternate;
    uint64_t timerAt; ///< setitimer(ITIMER_REAL): deadline in ns of __dyad_clock, kForever if none
    uint64_t timerInterval;
};
extern SignalState signals;

void initialiseSignals();
constexpr uint64_t signalBit(int signal) { return 1ull << (signal - 1); }
/// Makes a signal pending, unless it is ignored.
void raiseSignal(int signal, int code);
void raiseSignal(int signal, const LinuxSiginfo& information);
/// Whether a handler or a default action is due.
inline bool signalWaiting() { return signals.pending & ~signals.mask; }
/// Runs what is due; called when a system call ends. Returns whether an interrupted call starts again.
bool deliverSignals();
/// Makes SIGALRM pending if its time has come.
void fireTimers();
inline uint64_t timerDeadline() { return signals.timerAt; }
/// Sleeps until a signal is due or the deadline passes.
void waitForSignal(uint64_t deadline);
/// Sets a mask for the length of one system call; deliverSignals puts the old one back.
void setTemporaryMask(uint64_t mask);

/// Ends the program by a signal.
[[noreturn]] void dieBySignal(int signal);

} // namespace libos
