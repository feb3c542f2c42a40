// x86-64: MXCSR and the portable floating-point environment. Specification: Intel SDM volume 1, 10.2.3. Nothing uses x87.
#pragma once

#include "libos/leaf/fenv.h"

constexpr unsigned kDefaultMxcsr = 0x1f80, kRoundingShift = 13; // all exceptions masked, round to nearest

inline unsigned readMxcsr() {
    unsigned value;
    asm volatile("stmxcsr %0" : "=m"(value));
    return value;
}
inline void writeMxcsr(unsigned value) { asm volatile("ldmxcsr %0" ::"m"(value)); }

// MXCSR has the denormal flag between invalid and divide by zero; the rest, and rounding, is in the portable order.
constexpr unsigned toFlags(unsigned exceptions) { return (exceptions & 1) | (exceptions & 0x1e) << 1; }
constexpr unsigned fromFlags(unsigned flags) { return (flags & 1) | (flags >> 1 & 0x1e); }

constexpr FloatEnvironment environmentOf(unsigned mxcsr) { return {mxcsr >> kRoundingShift & 3, fromFlags(mxcsr)}; }
constexpr unsigned mxcsrOf(FloatEnvironment environment) {
    return kDefaultMxcsr | (environment.rounding & 3) << kRoundingShift | toFlags(environment.exceptions & kAllExceptions);
}
