// Conversion between a counter of known rate and nanoseconds, with multiplications only.
#pragma once

#include <stdint.h>

namespace dyad::native {

class Rate {
  public:
    /// hz: 1 kHz to 16 GHz.
    void set(uint64_t hz) {
        nsPerTick_ = (1000000000ull << kNsShift) / hz;
        ticksPerNs_ = (hz << kTickShift) / 1000000000ull;
    }
    bool known() const { return nsPerTick_ != 0; }
    uint64_t toNs(uint64_t ticks) const { return (unsigned __int128)ticks * nsPerTick_ >> kNsShift; }
    /// Rounded down: a sleep may end early, by less than 1e-8 of its length for rates above 100 MHz.
    uint64_t toTicks(uint64_t ns) const { return (unsigned __int128)ns * ticksPerNs_ >> kTickShift; }

  private:
    // 1e9 < 2^30 and 16e9 < 2^34: the largest shifts that 64 bits hold.
    static constexpr unsigned kNsShift = 34, kTickShift = 30;
    uint64_t nsPerTick_ = 0, ticksPerNs_ = 0;
};

} // namespace dyad::native
