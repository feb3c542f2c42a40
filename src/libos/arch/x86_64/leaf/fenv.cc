// x86-64: the floating-point environment (C11 7.6) in MXCSR; nothing uses x87. Constants: leaf/fenv.h.
#include "libos/arch/x86_64/float_control.h"

extern "C" {

int feclearexcept(int exceptions) {
    writeMxcsr(readMxcsr() & ~toFlags(exceptions & kAllExceptions));
    return 0;
}
int feraiseexcept(int exceptions) {
    writeMxcsr(readMxcsr() | toFlags(exceptions & kAllExceptions));
    return 0;
}
int fetestexcept(int exceptions) { return fromFlags(readMxcsr()) & exceptions & kAllExceptions; }
int fegetround() { return environmentOf(readMxcsr()).rounding; }
int __fesetround(int rounding) {
    writeMxcsr((readMxcsr() & ~(3u << kRoundingShift)) | (rounding & 3u) << kRoundingShift);
    return 0;
}
int fegetenv(FloatEnvironment* environment) {
    *environment = environmentOf(readMxcsr());
    return 0;
}
int fesetenv(const FloatEnvironment* environment) {
    writeMxcsr(mxcsrOf(environment == kDefaultEnvironment ? FloatEnvironment{} : *environment));
    return 0;
}

} // extern "C"
