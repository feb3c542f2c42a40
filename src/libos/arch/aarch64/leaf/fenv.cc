// AArch64: the floating-point environment (C11 7.6) in FPCR and FPSR. Constants: leaf/fenv.h.
#include "libos/arch/aarch64/float_control.h"

extern "C" {

int feclearexcept(int exceptions) {
    writeFpsr(readFpsr() & ~static_cast<unsigned long>(exceptions & kAllExceptions));
    return 0;
}
int feraiseexcept(int exceptions) {
    writeFpsr(readFpsr() | (exceptions & kAllExceptions));
    return 0;
}
int fetestexcept(int exceptions) { return readFpsr() & exceptions & kAllExceptions; }
int fegetround() { return swapBits(readFpcr() >> kRoundingShift); }
int __fesetround(int rounding) {
    writeFpcr((readFpcr() & ~static_cast<unsigned long>(kRoundingMask)) | swapBits(rounding) << kRoundingShift);
    return 0;
}
int fegetenv(FloatEnvironment* environment) {
    *environment = environmentOf(readFpcr(), readFpsr());
    return 0;
}
int fesetenv(const FloatEnvironment* environment) {
    writeEnvironment(environment == kDefaultEnvironment ? FloatEnvironment{} : *environment);
    return 0;
}

} // extern "C"
