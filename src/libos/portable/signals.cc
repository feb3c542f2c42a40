// Signals that the program raises on itself (signal(7), sigaction(2)). Nobody else can send one. Handlers are plain
// calls made when a system call ends, or by the native part after a fault; SIGALRM comes at system calls and waits
// only. The alternate stack is recorded but not switched to.
#include "signals.h"

#include "clock.h"
#include "log.h"
#include "migration.h"
#include "monitor.h"
#include "process.h"
#include "system_call.h"

namespace libos {

SignalState signals;

namespace {

constexpr uintptr_t kDefault = 0, kIgnore = 1;
constexpr uint64_t kUnmaskable = signalBit(L_SIGKILL) | signalBit(L_SIGSTOP);

enum class Default { Terminate, Core, Ignore, Stop };

Default defaultOf(int signal) {
    switch (signal) {
    case L_SIGCHLD:
    case L_SIGCONT:
    case L_SIGURG:
    case L_SIGWINCH:
        return Default::Ignore;
    case L_SIGSTOP:
    case L_SIGTSTP:
    case L_SIGTTIN:
    case L_SIGTTOU:
        return Default::Stop;
    case L_SIGQUIT:
    case L_SIGILL:
    case L_SIGTRAP:
    case L_SIGABRT:
    case L_SIGBUS:
    case L_SIGFPE:
    case L_SIGSEGV:
    case L_SIGXCPU:
    case L_SIGXFSZ:
    case L_SIGSYS:
        return Default::Core;
    default:
        return Default::Terminate;
    }
}

bool ignored(int signal) {
    uintptr_t handler = signals.actions[signal].handler;
    return handler == kIgnore || (handler == kDefault && defaultOf(signal) == Default::Ignore);
}

/// What a handler gets as its third argument: ucontext_t as far as it is portable. Registers are not in it.
struct Context {
    uint64_t flags;
    Context* link;
    LinuxStack stack;
    uint64_t mask;
    uint8_t rest[1024];
};

/// Calls the handler, with the masks that sigaction() asks for. The mask is put back unless the handler jumps out.
void callHandler(int signal, const LinuxSiginfo& information, uint64_t maskAfter) {
    OutsideLibos outside;
    LinuxSigaction action = signals.actions[signal];
    if (action.flags & L_SA_RESETHAND) signals.actions[signal].handler = kDefault;
    signals.mask |= action.mask & ~kUnmaskable;
    if (!(action.flags & L_SA_NODEFER)) signals.mask |= signalBit(signal);
    if (action.flags & L_SA_SIGINFO) {
        LinuxSiginfo copy = information;
        Context context = {};
        context.stack = signals.alternate;
        context.mask = maskAfter;
        reinterpret_cast<void (*)(int, LinuxSiginfo*, void*)>(action.handler)(signal, &copy, &context);
        maskAfter = context.mask & ~kUnmaskable;
    } else {
        reinterpret_cast<void (*)(int)>(action.handler)(signal);
    }
    signals.mask = maskAfter;
}

/// Entered on the interrupted stack after a fault whose signal has a handler. There is no way back into the faulting
/// instruction, so a handler that returns ends the program, as it would by faulting for ever on Linux.
void deliverFault(uint32_t signal, uint32_t code, uintptr_t address) {
    LinuxSiginfo information = {};
    information.signo = static_cast<int32_t>(signal);
    information.code = L_SEGV_MAPERR; // 1 is also FPE_INTDIV, ILL_ILLOPC and BUS_ADRALN
    information.address = address;
    callHandler(static_cast<int>(signal), information, signals.mask);
    __dyad_crash(DYAD_CRASH_SIGNAL, signal, "the handler of a fault returned");
}

bool handles(uint32_t signal) {
    return signal >= 1 && signal <= L_NSIG && signals.actions[signal].handler > kIgnore &&
           !(signals.mask & signalBit(static_cast<int>(signal)));
}

} // namespace

void initialiseSignals() {
    signals = {};
    signals.timerAt = kForever;
    signals.alternate.flags = L_SS_DISABLE;
}

void raiseSignal(int signal, const LinuxSiginfo& information) {
    if (signal == L_SIGCONT || (ignored(signal) && !(signals.mask & signalBit(signal)))) return;
    if (!(signals.pending & signalBit(signal))) signals.information[signal] = information;
    signals.pending |= signalBit(signal);
}

void raiseSignal(int signal, int code) {
    LinuxSiginfo information = {};
    information.signo = signal;
    information.code = code;
    information.sender.pid = kProcessId;
    raiseSignal(signal, information);
}

bool deliverSignals() {
    bool restart = true;
    while (uint64_t due = signals.pending & ~signals.mask) {
        int signal = __builtin_ctzll(due) + 1;
        signals.pending &= ~signalBit(signal);
        uintptr_t handler = signals.actions[signal].handler;
        if (ignored(signal)) continue;
        if (handler == kDefault) {
            if (defaultOf(signal) == Default::Stop) {
                (Line() << "signal " << signal << " would stop the program; it goes on").log();
                continue;
            }
            dieBySignal(signal);
        }
        if (!(signals.actions[signal].flags & L_SA_RESTART)) restart = false;
        uint64_t after = signals.restoreMask ? signals.savedMask : signals.mask;
        if (signals.restoreMask) restart = false;
        signals.restoreMask = false;
        callHandler(signal, signals.information[signal], after);
    }
    if (signals.restoreMask) {
        signals.restoreMask = false;
        signals.mask = signals.savedMask;
    }
    return restart;
}

void fireTimers() {
    if (signals.timerAt == kForever) return;
    uint64_t now = __dyad_clock();
    if (now < signals.timerAt) return;
    signals.timerAt = signals.timerInterval ? larger(signals.timerAt + signals.timerInterval, now + 1) : kForever;
    raiseSignal(L_SIGALRM, L_SI_KERNEL);
}

void waitForSignal(uint64_t deadline) {
    fireTimers();
    while (!signalWaiting() && __dyad_clock() < deadline)
        waitForMonitor(deadline);
}

void setTemporaryMask(uint64_t mask) {
    signals.savedMask = signals.mask;
    signals.restoreMask = true;
    signals.mask = mask & ~kUnmaskable;
}

void dieBySignal(int signal) {
    if (defaultOf(signal) != Default::Core) exitProgram(1, static_cast<uint32_t>(signal));
    syncOutput();
    __dyad_crash(DYAD_CRASH_SIGNAL, static_cast<uint32_t>(signal),
                 signal == L_SIGABRT ? "the program called abort" : "the program raised a signal that ends it");
}

// -- System calls --

long sysRtSigaction(int signal, const LinuxSigaction* action, LinuxSigaction* old, size_t setSize) {
    if (signal < 1 || signal > L_NSIG || setSize != sizeof(uint64_t)) return -L_EINVAL;
    if (action && (signal == L_SIGKILL || signal == L_SIGSTOP)) return -L_EINVAL;
    LinuxSigaction before = signals.actions[signal];
    if (action) {
        signals.actions[signal] = *action;
        signals.actions[signal].mask &= ~kUnmaskable;
        if (ignored(signal)) signals.pending &= ~signalBit(signal);
    }
    if (old) *old = before;
    return 0;
}

long sysRtSigprocmask(int how, const uint64_t* set, uint64_t* old, size_t setSize) {
    if (setSize != sizeof(uint64_t)) return -L_EINVAL;
    uint64_t before = signals.mask;
    if (set) {
        switch (how) {
        case L_SIG_BLOCK:
            signals.mask |= *set & ~kUnmaskable;
            break;
        case L_SIG_UNBLOCK:
            signals.mask &= ~*set;
            break;
        case L_SIG_SETMASK:
            signals.mask = *set & ~kUnmaskable;
            break;
        default:
            return -L_EINVAL;
        }
    }
    if (old) *old = before;
    return 0;
}

long sysRtSigpending(uint64_t* set, size_t setSize) {
    if (setSize > sizeof(uint64_t)) return -L_EINVAL;
    *set = signals.pending & signals.mask;
    return 0;
}

long sysRtSigsuspend(const uint64_t* mask, size_t setSize) {
    if (setSize != sizeof(uint64_t)) return -L_EINVAL;
    setTemporaryMask(*mask);
    if (!signalWaiting() && signals.timerAt == kForever)
        (Line() << "the program waits for a signal that nobody can send").log();
    waitForSignal(kForever);
    return -L_EINTR;
}

long sysRtSigtimedwait(const uint64_t* set, LinuxSiginfo* information, const LinuxTimespec* timeout, size_t setSize) {
    if (setSize != sizeof(uint64_t) || (timeout && !validTime(*timeout))) return -L_EINVAL;
    uint64_t wanted = *set & ~kUnmaskable, deadline = timeout ? deadlineAfter(*timeout) : kForever;
    fireTimers();
    while (!(signals.pending & wanted)) {
        if (signalWaiting()) return -L_EINTR;
        if (__dyad_clock() >= deadline) return -L_EAGAIN;
        waitForMonitor(deadline);
    }
    int signal = __builtin_ctzll(signals.pending & wanted) + 1;
    signals.pending &= ~signalBit(signal);
    if (information) *information = signals.information[signal];
    return signal;
}

long sysKill(int pid, int signal) {
    if (signal < 0 || signal > L_NSIG) return -L_EINVAL;
    if (pid > 0 ? pid != kProcessId : pid < -1 && pid != -kProcessId) return -L_ESRCH;
    if (signal && pid != -1) raiseSignal(signal, L_SI_USER);
    return pid == -1 ? -L_ESRCH : 0;
}

long sysTgkill(int group, int thread, int signal) {
    if (group <= 0 || thread <= 0 || signal < 0 || signal > L_NSIG) return -L_EINVAL;
    if (group != kProcessId || thread != kProcessId) return -L_ESRCH;
    if (signal) raiseSignal(signal, L_SI_TKILL);
    return 0;
}

long sysTkill(int thread, int signal) { return sysTgkill(kProcessId, thread, signal); }

long sysRtSigqueueinfo(int pid, int signal, const LinuxSiginfo* information) {
    if (signal < 0 || signal > L_NSIG) return -L_EINVAL;
    if (pid != kProcessId) return -L_ESRCH;
    if (signal) {
        LinuxSiginfo copy = *information;
        copy.signo = signal;
        raiseSignal(signal, copy);
    }
    return 0;
}

long sysSigaltstack(const LinuxStack* stack, LinuxStack* old) {
    LinuxStack before = signals.alternate;
    if (stack) {
        if (stack->flags & ~L_SS_DISABLE) return -L_EINVAL;
        if (!(stack->flags & L_SS_DISABLE) && stack->size < L_MINSIGSTKSZ) return -L_ENOMEM;
        signals.alternate = *stack;
    }
    if (old) *old = before;
    return 0;
}

} // namespace libos

using namespace libos;

extern "C" uintptr_t __dyad_fault(uint32_t signal, uint32_t, uintptr_t) {
    return handles(signal) ? reinterpret_cast<uintptr_t>(&deliverFault) : 0;
}

/// Called by compiled code that is about to divide by zero or to overflow in a division.
extern "C" [[noreturn]] void __dyad_divide_error(void) {
    if (handles(L_SIGFPE)) deliverFault(L_SIGFPE, L_FPE_INTDIV, 0);
    __dyad_crash(DYAD_CRASH_DIVIDE, L_SIGFPE, "integer division by zero or overflow");
}
