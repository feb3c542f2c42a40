// Clocks, sleeping and interval timers (clock_gettime(2), nanosleep(2), setitimer(2)). Time is the native part's
// monotonic clock; real time adds a constant told by the monitor at start.
#include "clock.h"

#include "monitor.h"
#include "signals.h"
#include "system_call.h"

namespace libos {

namespace {

int64_t realOffset; ///< real minus monotonic, in ns
uint64_t cpuAhead;  ///< CPU time of earlier machines, modulo 2^64

constexpr int64_t kTick = kSecond / 100; ///< AT_CLKTCK is 100

int64_t toNs(const LinuxTimespec& time) { return time.seconds * kSecond + time.nanoseconds; }

/// ns on a clock; -1 for a clock that does not exist.
int64_t readClock(int clock) {
    switch (clock) {
    case L_CLOCK_REALTIME:
    case L_CLOCK_REALTIME_COARSE:
    case L_CLOCK_TAI:
        return realTime();
    case L_CLOCK_MONOTONIC:
    case L_CLOCK_MONOTONIC_RAW:
    case L_CLOCK_MONOTONIC_COARSE:
    case L_CLOCK_BOOTTIME:
        return static_cast<int64_t>(__dyad_clock());
    case L_CLOCK_PROCESS_CPUTIME_ID:
    case L_CLOCK_THREAD_CPUTIME_ID:
        return static_cast<int64_t>(cpuTime());
    default:
        // A negative number asks for the CPU time of a process or thread: (~pid << 3) | kind.
        if (clock < 0 && (clock & 3) <= 2) return static_cast<int64_t>(cpuTime());
        return -1;
    }
}

LinuxTimeval toTimeval(int64_t ns) { return {ns / kSecond, ns % kSecond / 1000}; }

} // namespace

int64_t realTime() { return static_cast<int64_t>(__dyad_clock()) + realOffset; }

void initialiseClock() {
    cpuAhead = 0;
    __dyad_clock_rate(monitor.tickHz);
    int64_t since = 0;
    if (uint64_t hz = monitor.tickHz) {
        uint64_t ticks = __dyad_ticks() - monitor.welcomeTicks;
        since = static_cast<int64_t>(ticks / hz * kSecond + ticks % hz * kSecond / hz);
    }
    realOffset = monitor.realTimeNs + since - static_cast<int64_t>(__dyad_clock());
}

namespace {
/// What the machine says, if it can tell, or the time that the program was not asleep.
uint64_t machineCpuTime(uint64_t said) {
    if (said != UINT64_MAX) return said;
    uint64_t now = __dyad_clock();
    return now - smaller(now, __dyad_idle_ns);
}
} // namespace

uint64_t cpuTime() { return machineCpuTime(__dyad_cpu_time()) + cpuAhead; }

void restoreCpuTime(uint64_t before) { cpuAhead += machineCpuTime(before) - machineCpuTime(__dyad_cpu_time()); }

bool validTime(const LinuxTimespec& time) {
    return time.seconds >= 0 && time.nanoseconds >= 0 && time.nanoseconds < kSecond;
}

uint64_t deadlineAfter(const LinuxTimespec& duration) {
    if (duration.seconds >= INT64_MAX / kSecond / 2) return kForever;
    return __dyad_clock() + static_cast<uint64_t>(toNs(duration));
}

// -- System calls --

long sysClockGettime(int clock, LinuxTimespec* time) {
    int64_t now = readClock(clock);
    if (now < 0) return -L_EINVAL;
    if (!time) return -L_EFAULT;
    *time = toTimespec(now);
    return 0;
}

long sysClockGetres(int clock, LinuxTimespec* resolution) {
    if (readClock(clock) < 0) return -L_EINVAL;
    if (resolution) *resolution = {0, 1};
    return 0;
}

long sysClockSettime(int clock, const LinuxTimespec*) { return readClock(clock) < 0 ? -L_EINVAL : -L_EPERM; }
long sysSettimeofday(const LinuxTimeval*, const void*) { return -L_EPERM; }

long sysGettimeofday(LinuxTimeval* time, void*) {
    if (time) *time = toTimeval(realTime());
    return 0;
}

long sysClockNanosleep(int clock, int flags, const LinuxTimespec* wanted, LinuxTimespec* left) {
    if (!wanted) return -L_EFAULT;
    if (readClock(clock) < 0 || !validTime(*wanted)) return -L_EINVAL;
    if (clock == L_CLOCK_THREAD_CPUTIME_ID) return -L_EINVAL;
    uint64_t deadline;
    if (flags & L_TIMER_ABSTIME) {
        LinuxTimespec now = toTimespec(readClock(clock));
        LinuxTimespec rest = {wanted->seconds - now.seconds, wanted->nanoseconds - now.nanoseconds};
        if (rest.nanoseconds < 0) rest = {rest.seconds - 1, rest.nanoseconds + kSecond};
        deadline = rest.seconds < 0 ? 0 : deadlineAfter(rest);
    } else {
        deadline = deadlineAfter(*wanted);
    }
    waitForSignal(deadline);
    uint64_t now = __dyad_clock();
    if (now >= deadline) return 0;
    if (left && !(flags & L_TIMER_ABSTIME)) *left = toTimespec(static_cast<int64_t>(deadline - now));
    return -L_EINTR;
}

long sysNanosleep(const LinuxTimespec* wanted, LinuxTimespec* left) {
    return sysClockNanosleep(L_CLOCK_MONOTONIC, 0, wanted, left);
}

long sysTimes(LinuxTms* times) {
    if (times) *times = {static_cast<int64_t>(cpuTime()) / kTick, 0, 0, 0};
    return static_cast<long>(__dyad_clock() / kTick);
}

long sysGetrusage(int who, LinuxRusage* usage) {
    if (who < -1 || who > 1) return -L_EINVAL;
    if (!usage) return -L_EFAULT;
    *usage = {};
    if (who != -1) usage->user = toTimeval(static_cast<int64_t>(cpuTime()));
    return 0;
}

namespace {
LinuxItimerval currentTimer() {
    LinuxItimerval timer = {};
    if (signals.timerAt == kForever) return timer;
    uint64_t now = __dyad_clock();
    timer.interval = toTimeval(static_cast<int64_t>(signals.timerInterval));
    timer.value = toTimeval(signals.timerAt > now ? static_cast<int64_t>(signals.timerAt - now) : 1000);
    return timer;
}
bool validTimeval(const LinuxTimeval& time) {
    return time.seconds >= 0 && time.seconds < INT64_MAX / kSecond / 2 && time.microseconds >= 0 &&
           time.microseconds < 1000000;
}
uint64_t timevalNs(const LinuxTimeval& time) {
    return static_cast<uint64_t>(time.seconds * kSecond + time.microseconds * 1000);
}
} // namespace

/// Only ITIMER_REAL: the others count CPU time, which nothing here interrupts.
long sysSetitimer(int which, const LinuxItimerval* wanted, LinuxItimerval* old) {
    if (which < 0 || which > 2) return -L_EINVAL;
    if (which != 0) return -L_EOPNOTSUPP;
    LinuxItimerval before = currentTimer();
    if (wanted) {
        if (!validTimeval(wanted->value) || !validTimeval(wanted->interval)) return -L_EINVAL;
        uint64_t value = timevalNs(wanted->value);
        signals.timerAt = value ? __dyad_clock() + value : kForever;
        signals.timerInterval = value ? timevalNs(wanted->interval) : 0;
    }
    if (old) *old = before;
    return 0;
}

long sysGetitimer(int which, LinuxItimerval* timer) {
    if (which < 0 || which > 2) return -L_EINVAL;
    if (!timer) return -L_EFAULT;
    *timer = which == 0 ? currentTimer() : LinuxItimerval{};
    return 0;
}

} // namespace libos
