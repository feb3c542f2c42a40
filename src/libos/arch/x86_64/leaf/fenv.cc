// x86-64: the floating-point environment (C11 7.6) in MXCSR; nothing uses x87. Constants: leaf/fenv.h.
#include "libos/leaf/fenv.h"

namespace {

constexpr unsigned kDefault = 0x1f80, kRoundingShift = 13; // all exceptions masked, round to nearest

unsigned get() {
    unsigned value;
    asm volatile("stmxcsr %0" : "=m"(value));
    return value;
}
void set(unsigned value) { asm volatile("ldmxcsr %0" ::"m"(value)); }

// MXCSR has the denormal flag between invalid and divide by zero; the rest is in the portable order.
constexpr unsigned toFlags(unsigned exceptions) { return (exceptions & 1) | (exceptions & 0x1e) << 1; }
constexpr unsigned fromFlags(unsigned flags) { return (flags & 1) | (flags >> 1 & 0x1e); }
constexpr unsigned kAllFlags = toFlags(kAllExceptions);

} // namespace

extern "C" {

int feclearexcept(int exceptions) {
    set(get() & ~toFlags(exceptions & kAllExceptions));
    return 0;
}
int feraiseexcept(int exceptions) {
    set(get() | toFlags(exceptions & kAllExceptions));
    return 0;
}
int fetestexcept(int exceptions) { return fromFlags(get()) & exceptions & kAllExceptions; }
int fegetround() { return get() >> kRoundingShift & 3; } // the portable order is MXCSR's
int __fesetround(int rounding) {
    set((get() & ~(3u << kRoundingShift)) | (rounding & 3u) << kRoundingShift);
    return 0;
}
int fegetenv(FloatEnvironment* environment) {
    unsigned value = get();
    *environment = {value >> kRoundingShift & 3, fromFlags(value)};
    return 0;
}
int fesetenv(const FloatEnvironment* environment) {
    FloatEnvironment e = environment == kDefaultEnvironment ? FloatEnvironment{} : *environment;
    unsigned control = kDefault & ~(3u << kRoundingShift) & ~kAllFlags;
    set(control | (e.rounding & 3) << kRoundingShift | toFlags(e.exceptions & kAllExceptions));
    return 0;
}

} // extern "C"
