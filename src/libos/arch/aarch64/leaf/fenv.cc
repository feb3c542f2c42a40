// AArch64: the floating-point environment (C11 7.6) in FPCR and FPSR. Constants: leaf/fenv.h.
#include "libos/leaf/fenv.h"

namespace {

constexpr unsigned kRoundingShift = 22, kRoundingMask = 3u << kRoundingShift;

unsigned long getControl() {
    unsigned long value;
    asm volatile("mrs %0, fpcr" : "=r"(value));
    return value;
}
void setControl(unsigned long value) { asm volatile("msr fpcr, %0" ::"r"(value)); }
unsigned long getStatus() {
    unsigned long value;
    asm volatile("mrs %0, fpsr" : "=r"(value));
    return value;
}
void setStatus(unsigned long value) { asm volatile("msr fpsr, %0" ::"r"(value)); }

// FPSR's flags are in the portable order. FPCR has upward 1 and downward 2: the portable numbers with their bits swapped.
constexpr unsigned swapBits(unsigned rounding) { return (rounding & 1) << 1 | (rounding >> 1 & 1); }

} // namespace

extern "C" {

int feclearexcept(int exceptions) {
    setStatus(getStatus() & ~static_cast<unsigned long>(exceptions & kAllExceptions));
    return 0;
}
int feraiseexcept(int exceptions) {
    setStatus(getStatus() | (exceptions & kAllExceptions));
    return 0;
}
int fetestexcept(int exceptions) { return getStatus() & exceptions & kAllExceptions; }
int fegetround() { return swapBits(getControl() >> kRoundingShift); }
int __fesetround(int rounding) {
    setControl((getControl() & ~static_cast<unsigned long>(kRoundingMask)) | swapBits(rounding) << kRoundingShift);
    return 0;
}
int fegetenv(FloatEnvironment* environment) {
    *environment = {swapBits(getControl() >> kRoundingShift), static_cast<unsigned>(getStatus() & kAllExceptions)};
    return 0;
}
int fesetenv(const FloatEnvironment* environment) {
    FloatEnvironment e = environment == kDefaultEnvironment ? FloatEnvironment{} : *environment;
    setControl(swapBits(e.rounding) << kRoundingShift);
    setStatus(e.exceptions & kAllExceptions);
    return 0;
}

} // extern "C"
