// Clocks (time.cc).
#pragma once

#include "base.h"

namespace libos {

/// ns since 1970.
int64_t realTime();
/// Fixes the difference between real and monotonic time from WELCOME.
void initialiseClock();
/// ns of CPU time: what the machine says, or time since start without what was spent asleep.
uint64_t cpuTime();
/// Makes it go on after a move; `before`: what __dyad_cpu_time said on the other machine.
void restoreCpuTime(uint64_t before);
/// Whether 0 <= nanoseconds < 1e9 and the time is not negative.
bool validTime(const LinuxTimespec& time);
/// now + duration, as a deadline of __dyad_clock; kForever if it does not fit.
uint64_t deadlineAfter(const LinuxTimespec& duration);
inline LinuxTimespec toTimespec(int64_t ns) {
    int64_t seconds = ns / kSecond, rest = ns % kSecond;
    return rest < 0 ? LinuxTimespec{seconds - 1, rest + kSecond} : LinuxTimespec{seconds, rest};
}

} // namespace libos
