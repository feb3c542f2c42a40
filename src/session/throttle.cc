// Stopped and going on in turn, by signals that no process can refuse.
#include "session/throttle.h"

#include "machine/ticks.h"

#include <csignal>

namespace dyad {

namespace {

/// Short enough for nobody who waits for the program's output to see it stutter.
constexpr std::uint64_t kPeriodNs = 10'000'000;

} // namespace

void Throttle::change(bool stopped) {
    if (stopped_ == stopped) return;
    stopped_ = stopped;
    machine_.child.signal(stopped ? SIGSTOP : SIGCONT);
}

void Throttle::set(unsigned percent) {
    percent_ = percent;
    nextNs_ = percent ? 0 : UINT64_MAX;
    if (percent == 0) change(false);
}

void Throttle::step() {
    const std::uint64_t now = monotonicNs();
    if (now < nextNs_) return;
    change(!stopped_);
    nextNs_ = now + kPeriodNs * (stopped_ ? percent_ : 100 - percent_) / 100;
}

} // namespace dyad
