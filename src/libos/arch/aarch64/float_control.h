// AArch64: FPCR, FPSR and the portable floating-point environment. Specification: Arm ARM C5.2.8, C5.2.10.
#pragma once

#include "libos/leaf/fenv.h"

constexpr unsigned kRoundingShift = 22, kRoundingMask = 3u << kRoundingShift;

// By number: code that may use general registers only does not know them by name.
inline unsigned long readFpcr() {
    unsigned long value;
    asm volatile("mrs %0, s3_3_c4_c4_0" : "=r"(value));
    return value;
}
inline void writeFpcr(unsigned long value) { asm volatile("msr s3_3_c4_c4_0, %0" ::"r"(value)); }
inline unsigned long readFpsr() {
    unsigned long value;
    asm volatile("mrs %0, s3_3_c4_c4_1" : "=r"(value));
    return value;
}
inline void writeFpsr(unsigned long value) { asm volatile("msr s3_3_c4_c4_1, %0" ::"r"(value)); }

// FPSR's flags are in the portable order. FPCR has upward 1 and downward 2: the portable numbers with their bits swapped.
constexpr unsigned swapBits(unsigned rounding) { return (rounding & 1) << 1 | (rounding >> 1 & 1); }

constexpr FloatEnvironment environmentOf(unsigned long fpcr, unsigned long fpsr) {
    return {swapBits(fpcr >> kRoundingShift), static_cast<unsigned>(fpsr & kAllExceptions)};
}
inline void writeEnvironment(FloatEnvironment environment) {
    writeFpcr(swapBits(environment.rounding) << kRoundingShift);
    writeFpsr(environment.exceptions & kAllExceptions);
}
