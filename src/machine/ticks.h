// The counter that an x86-64 guest under QEMU sees as its time-stamp counter runs at the rate of the host's own.
#pragma once

#include <cstdint>

namespace dyad {

/// CLOCK_MONOTONIC in ns.
std::uint64_t monotonicNs();
/// CLOCK_REALTIME in ns since 1970.
std::uint64_t realTimeNs();

/// Measures the rate of QEMU's idea of the host's ticks, from construction on.
class TickMeter {
  public:
    TickMeter();
    /// Ticks per second.
    std::uint64_t rate() const;

  private:
    std::uint64_t startTicks_, startNs_;
};

} // namespace dyad
