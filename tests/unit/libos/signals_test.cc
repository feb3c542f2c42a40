// Signals that a program raises on itself.
#include "fake_machine.h"

#include "libos/native.h"

using namespace libos;

namespace {

int handled, nested;
LinuxSiginfo lastInformation;

void count(int) { ++handled; }
void inspect(int, LinuxSiginfo* information, void*) {
    ++handled;
    lastInformation = *information;
}
void raiseAgain(int signal) {
    ++handled;
    if (handled == 1) {
        call(kKill, 2, signal);
        nested = handled;
    }
}

class Signals : public LibosTest {
  protected:
    Signals() {
        handled = nested = 0;
        start();
    }
    static long handle(int signal, void* handler, uint64_t flags = 0, uint64_t mask = 0) {
        LinuxSigaction action = {reinterpret_cast<uintptr_t>(handler), flags, mask};
        return call(kRtSigaction, signal, &action, nullptr, 8ul);
    }
    static uint64_t mask(int how, uint64_t set) {
        uint64_t old = 0;
        EXPECT_EQ(call(kRtSigprocmask, how, &set, &old, 8ul), 0);
        return old;
    }
    static constexpr uint64_t bit(int signal) { return 1ull << (signal - 1); }
};

TEST_F(Signals, HandlersRunBeforeKillReturns) {
    ASSERT_EQ(handle(L_SIGUSR1, reinterpret_cast<void*>(&inspect), L_SA_SIGINFO), 0);
    EXPECT_EQ(call(kTgkill, 2, 2, L_SIGUSR1), 0);
    EXPECT_EQ(handled, 1);
    EXPECT_EQ(lastInformation.signo, L_SIGUSR1);
    EXPECT_EQ(lastInformation.code, L_SI_TKILL);
    EXPECT_EQ(lastInformation.sender.pid, 2);
    EXPECT_EQ(call(kKill, 12345, L_SIGUSR1), -L_ESRCH);
    EXPECT_EQ(call(kKill, 2, 65), -L_EINVAL);
    EXPECT_EQ(call(kKill, 2, 0), 0);
    EXPECT_EQ(handled, 1);
}

TEST_F(Signals, MasksHoldSignalsBack) {
    ASSERT_EQ(handle(L_SIGUSR1, reinterpret_cast<void*>(&count)), 0);
    mask(L_SIG_BLOCK, bit(L_SIGUSR1));
    call(kKill, 2, L_SIGUSR1);
    call(kKill, 2, L_SIGUSR1);
    EXPECT_EQ(handled, 0);
    uint64_t pending = 0;
    EXPECT_EQ(call(kRtSigpending, &pending, 8ul), 0);
    EXPECT_EQ(pending, bit(L_SIGUSR1));
    EXPECT_EQ(mask(L_SIG_UNBLOCK, bit(L_SIGUSR1)), bit(L_SIGUSR1));
    EXPECT_EQ(handled, 1); // standard signals do not queue
    EXPECT_EQ(mask(L_SIG_SETMASK, UINT64_MAX), 0u);
    EXPECT_EQ(mask(L_SIG_SETMASK, 0), UINT64_MAX & ~bit(L_SIGKILL) & ~bit(L_SIGSTOP));
}

TEST_F(Signals, AHandlerDoesNotInterruptItselfUnlessAsked) {
    ASSERT_EQ(handle(L_SIGUSR1, reinterpret_cast<void*>(&raiseAgain)), 0);
    call(kKill, 2, L_SIGUSR1);
    EXPECT_EQ(handled, 2);
    EXPECT_EQ(nested, 1);
    handled = 0;
    ASSERT_EQ(handle(L_SIGUSR1, reinterpret_cast<void*>(&raiseAgain), L_SA_NODEFER), 0);
    call(kKill, 2, L_SIGUSR1);
    EXPECT_EQ(nested, 2);
}

TEST_F(Signals, ResethandHappensOnce) {
    ASSERT_EQ(handle(L_SIGUSR1, reinterpret_cast<void*>(&count), L_SA_RESETHAND), 0);
    call(kKill, 2, L_SIGUSR1);
    EXPECT_EQ(handled, 1);
    EXPECT_THROW(call(kKill, 2, L_SIGUSR1), Halt);
    EXPECT_EQ(monitor().exitKind, 1);
    EXPECT_EQ(monitor().exitValue, L_SIGUSR1);
}

TEST_F(Signals, DefaultActionsEndTheProgram) {
    EXPECT_EQ(call(kKill, 2, L_SIGCHLD), 0); // ignored
    EXPECT_EQ(call(kKill, 2, L_SIGSTOP), 0); // noted
    try {
        call(kTgkill, 2, 2, L_SIGABRT);
        FAIL();
    } catch (const Crash& crash) {
        EXPECT_EQ(crash.cause, static_cast<uint32_t>(DYAD_CRASH_SIGNAL));
        EXPECT_EQ(crash.signal, static_cast<uint32_t>(L_SIGABRT));
    }
}

TEST_F(Signals, KillAndStopCannotBeCaught) {
    EXPECT_EQ(handle(L_SIGKILL, reinterpret_cast<void*>(&count)), -L_EINVAL);
    EXPECT_EQ(handle(0, reinterpret_cast<void*>(&count)), -L_EINVAL);
    EXPECT_THROW(call(kKill, 2, L_SIGKILL), Halt);
}

TEST_F(Signals, FaultsGoToTheirHandler) {
    EXPECT_EQ(__dyad_fault(L_SIGSEGV, 0, 0), 0u);
    ASSERT_EQ(handle(L_SIGSEGV, reinterpret_cast<void*>(&inspect), L_SA_SIGINFO), 0);
    auto deliver = reinterpret_cast<void (*)(uint32_t, uint32_t, uintptr_t)>(__dyad_fault(L_SIGSEGV, 14, 0x1234));
    ASSERT_NE(deliver, nullptr);
    EXPECT_THROW(deliver(L_SIGSEGV, 14, 0x1234), Crash); // the handler returned
    EXPECT_EQ(handled, 1);
    EXPECT_EQ(lastInformation.address, 0x1234u);
    mask(L_SIG_BLOCK, bit(L_SIGSEGV));
    EXPECT_EQ(__dyad_fault(L_SIGSEGV, 0, 0), 0u);
}

TEST_F(Signals, SuspendWaitsForTheTimer) {
    ASSERT_EQ(handle(L_SIGALRM, reinterpret_cast<void*>(&count)), 0);
    LinuxItimerval timer = {{0, 0}, {5, 0}};
    ASSERT_EQ(call(kSetitimer, 0, &timer, nullptr), 0);
    uint64_t none = 0, before = fake->now;
    EXPECT_EQ(call(kRtSigsuspend, &none, 8ul), -L_EINTR);
    EXPECT_EQ(handled, 1);
    EXPECT_GE(fake->now - before, 4900000000u);
}

TEST_F(Signals, TimerInterruptsASleepWhoseRestIsTold) {
    ASSERT_EQ(handle(L_SIGALRM, reinterpret_cast<void*>(&count), L_SA_RESTART), 0);
    LinuxItimerval timer = {{0, 0}, {1, 0}};
    ASSERT_EQ(call(kSetitimer, 0, &timer, nullptr), 0);
    LinuxTimespec wanted = {10, 0}, rest = {};
    EXPECT_EQ(call(kNanosleep, &wanted, &rest), -L_EINTR);
    EXPECT_EQ(handled, 1);
    EXPECT_NEAR(static_cast<double>(rest.seconds) + static_cast<double>(rest.nanoseconds) / 1e9, 9.0, 0.1);
}

TEST_F(Signals, TimedwaitTakesAPendingSignal) {
    mask(L_SIG_BLOCK, bit(L_SIGUSR2));
    call(kKill, 2, L_SIGUSR2);
    uint64_t set = bit(L_SIGUSR2);
    LinuxSiginfo information;
    LinuxTimespec second = {1, 0};
    EXPECT_EQ(call(kRtSigtimedwait, &set, &information, &second, 8ul), L_SIGUSR2);
    EXPECT_EQ(call(kRtSigtimedwait, &set, &information, &second, 8ul), -L_EAGAIN);
}

TEST_F(Signals, InterruptedReadRestartsOnlyIfAsked) {
    monitor().inputEnds = false;
    ASSERT_EQ(handle(L_SIGALRM, reinterpret_cast<void*>(&count)), 0);
    LinuxItimerval timer = {{0, 0}, {1, 0}};
    ASSERT_EQ(call(kSetitimer, 0, &timer, nullptr), 0);
    char byte;
    EXPECT_EQ(call(kRead, 0, &byte, 1ul), -L_EINTR);
    monitor().input.push_back("later"); // the request is still out: nothing is lost
    EXPECT_EQ(readText(0, 10), "l");
    EXPECT_EQ(monitor().inputRequests, 1u);
    EXPECT_EQ(readText(0, 10), "ater");
}

} // namespace
