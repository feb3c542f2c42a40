// Clocks of the host.
#include "machine/ticks.h"

#include "machine/host.h"

#include <ctime>

namespace dyad {

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

std::uint64_t read(clockid_t clock) {
    timespec now;
    clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * kSecond + static_cast<std::uint64_t>(now.tv_nsec);
}

} // namespace

std::uint64_t monotonicNs() {
    return read(CLOCK_MONOTONIC);
}
std::uint64_t realTimeNs() {
    return read(CLOCK_REALTIME);
}

TickMeter::TickMeter() : startTicks_(hostTicks()), startNs_(monotonicNs()) {}

std::uint64_t TickMeter::rate() const {
    std::uint64_t ns = monotonicNs() - startNs_;
    auto ticks = static_cast<unsigned __int128>(hostTicks() - startTicks_);
    return ns ? static_cast<std::uint64_t>(ticks * kSecond / ns) : 0;
}

} // namespace dyad
