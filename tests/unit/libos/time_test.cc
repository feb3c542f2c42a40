// Clocks and sleeping.
#include "fake_machine.h"

using namespace libos;

namespace {

class Time : public LibosTest {
  protected:
    Time() { start(); }
    static int64_t read(int clock) {
        LinuxTimespec time = {};
        EXPECT_EQ(call(kClockGettime, clock, &time), 0);
        return time.seconds * 1000000000 + time.nanoseconds;
    }
};

TEST_F(Time, RealTimeIsTheMonitors) {
    int64_t difference = read(L_CLOCK_REALTIME) - monitor().realTime;
    EXPECT_GE(difference, 0);
    EXPECT_LT(difference, 1000000000);
    int64_t first = read(L_CLOCK_MONOTONIC);
    EXPECT_LT(first, read(L_CLOCK_MONOTONIC));
}

TEST_F(Time, SleepIsNotCpuTime) {
    int64_t cpu = read(L_CLOCK_PROCESS_CPUTIME_ID), wall = read(L_CLOCK_MONOTONIC);
    LinuxTimespec wanted = {3, 500000000};
    EXPECT_EQ(call(kNanosleep, &wanted, nullptr), 0);
    EXPECT_GE(read(L_CLOCK_MONOTONIC) - wall, 3500000000);
    EXPECT_LT(read(L_CLOCK_PROCESS_CPUTIME_ID) - cpu, 100000000);
}

TEST_F(Time, AbsoluteSleepsEndAtTheirTime) {
    int64_t until = read(L_CLOCK_REALTIME) + 2000000000;
    LinuxTimespec wanted = {until / 1000000000, until % 1000000000};
    EXPECT_EQ(call(kClockNanosleep, L_CLOCK_REALTIME, L_TIMER_ABSTIME, &wanted, nullptr), 0);
    EXPECT_GE(read(L_CLOCK_REALTIME), until);
    EXPECT_LT(read(L_CLOCK_REALTIME), until + 100000000);
    EXPECT_EQ(call(kClockNanosleep, L_CLOCK_REALTIME, L_TIMER_ABSTIME, &wanted, nullptr), 0); // past
}

TEST_F(Time, BadArguments) {
    LinuxTimespec time = {0, 1000000000};
    EXPECT_EQ(call(kNanosleep, &time, nullptr), -L_EINVAL);
    time = {-1, 0};
    EXPECT_EQ(call(kNanosleep, &time, nullptr), -L_EINVAL);
    EXPECT_EQ(call(kClockGettime, 99, &time), -L_EINVAL);
}

} // namespace
