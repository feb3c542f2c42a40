// <fenv.h>: exceptions, rounding modes, environments.
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "bits.h"

#pragma STDC FENV_ACCESS ON

static void flags(const char *what) {
    printf("%s:%s%s%s%s%s\n", what, fetestexcept(FE_INVALID) ? " invalid" : "",
           fetestexcept(FE_DIVBYZERO) ? " divbyzero" : "", fetestexcept(FE_OVERFLOW) ? " overflow" : "",
           fetestexcept(FE_UNDERFLOW) ? " underflow" : "", fetestexcept(FE_INEXACT) ? " inexact" : "");
    feclearexcept(FE_ALL_EXCEPT);
}

static const char *mode_name(int mode) {
    switch (mode) {
    case FE_TONEAREST: return "nearest";
    case FE_DOWNWARD: return "downward";
    case FE_UPWARD: return "upward";
    case FE_TOWARDZERO: return "towardzero";
    default: return "unknown";
    }
}

int main(void) {
    volatile double zero = 0, one = 1, three = 3, huge = DBL_MAX, tiny = DBL_MIN, minus = -1, result;
    volatile float narrow;
    feclearexcept(FE_ALL_EXCEPT);
    result = one + one;
    flags("exact");
    result = one / three;
    flags("one third");
    result = one / zero;
    flags("one by zero");
    result = zero / zero;
    flags("zero by zero");
    result = huge * huge;
    flags("huge squared");
    result = tiny * tiny;
    flags("tiny squared");
    result = sqrt(minus);
    flags("root of -1");
    narrow = (float)huge;
    flags("narrowed");
    result = log(zero);
    flags("log 0");
    result = exp(minus * 1000);
    flags("exp -1000");
    result = exp(one * 1000);
    flags("exp 1000");
    result = pow(minus, one / three);
    flags("root of -1 by pow");
    result = rint(one / three);
    flags("rint");
    result = nearbyint(three / 2);
    flags("nearbyint");
    result = fmod(one, zero);
    flags("fmod by zero");

    static const int each[] = {FE_INVALID, FE_DIVBYZERO, FE_OVERFLOW, FE_UNDERFLOW, FE_INEXACT};
    for (int i = 0; i < 5; i++) {
        printf("raise %d ", feraiseexcept(each[i]));
        printf("%d ", (fetestexcept(FE_ALL_EXCEPT) & each[i]) != 0);
        fexcept_t saved;
        fegetexceptflag(&saved, FE_ALL_EXCEPT);
        feclearexcept(each[i]);
        printf("%d ", (fetestexcept(FE_ALL_EXCEPT) & each[i]) != 0);
        fesetexceptflag(&saved, FE_ALL_EXCEPT);
        printf("%d\n", (fetestexcept(FE_ALL_EXCEPT) & each[i]) != 0);
        feclearexcept(FE_ALL_EXCEPT);
    }

    static const int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
    for (int i = 0; i < 4; i++) {
        int status = fesetround(modes[i]);
        volatile double third = one / three, negative = minus / three;
        volatile double up = rint(2.5), down = rint(-2.5);
        volatile float f = 0.1 * one;
        printf("%d %s %d %016llx %016llx %g %g %08x %ld %g\n", status, mode_name(fegetround()), FLT_ROUNDS,
               (unsigned long long)double_bits(third), (unsigned long long)double_bits(negative), up, down, float_bits(f),
               lrint(1.5), nearbyint(-0.5));
    }
    printf("%d\n", fesetround(12345) != 0);
    fesetround(FE_UPWARD);

    fenv_t environment;
    feraiseexcept(FE_OVERFLOW);
    fegetenv(&environment);
    feclearexcept(FE_ALL_EXCEPT);
    fesetround(FE_DOWNWARD);
    fesetenv(&environment);
    printf("%s", mode_name(fegetround()));
    flags(" restored");
    feraiseexcept(FE_INEXACT);
    feholdexcept(&environment);
    flags("held");
    feraiseexcept(FE_INVALID);
    feupdateenv(&environment);
    flags("updated");
    fesetenv(FE_DFL_ENV);
    printf("%s", mode_name(fegetround()));
    flags(" default");
    return result != result && narrow < 0;
}
