// The floating-point environment: rounding mode and exception flags move along, and so does what was computed under
// them.
// flags: -frounding-math
// qemu: yes
#include "check.h"
#include <fenv.h>
#include <math.h>
#pragma STDC FENV_ACCESS ON

static const int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
static volatile double one = 1, three = 3, tiny = 0x1p-1040, huge = 0x1.8p1000;
static volatile float single = 3;

static APART double series(int n) {
    double sum = 0;
    for (int i = 1; i < n; i++) {
        sum += one / (i * three);
        if (i % 16 == 0) work((uint64_t)i & 31);
    }
    return sum;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 16);
    for (int i = 0; i < rounds; i++) {
        int mode = modes[i % 4];
        fesetround(mode);
        feclearexcept(FE_ALL_EXCEPT);
        work((uint64_t)i);
        EXPECT(fegetround() == mode);
        EXPECT(fetestexcept(FE_ALL_EXCEPT) == 0);
        double sum = series(60 + i);
        float narrow = (float)(one / three) + 1 / single;
        EXPECT(fegetround() == mode && fetestexcept(FE_INEXACT));
        printf("%d %a %a %a %a\n", i % 4, sum, (double)narrow, rint(2.5 * one), rint(-0.3 * one));
        feclearexcept(FE_ALL_EXCEPT);
        volatile double raised = i % 3 == 0 ? one / (one - 1) : i % 3 == 1 ? huge * huge : tiny * 0x1p-20 * three;
        int before = fetestexcept(FE_ALL_EXCEPT);
        deep_work(3, (uint64_t)i & 7);
        EXPECT(fetestexcept(FE_ALL_EXCEPT) == before);
        fenv_t kept;
        feholdexcept(&kept);
        work(9);
        EXPECT(fetestexcept(FE_ALL_EXCEPT) == 0);
        feupdateenv(&kept);
        EXPECT(fetestexcept(FE_ALL_EXCEPT) == before && fegetround() == mode);
        printf("%d%d%d%d %a\n", !!(before & FE_DIVBYZERO), !!(before & FE_OVERFLOW), !!(before & FE_UNDERFLOW),
               !!(before & FE_INEXACT), raised);
    }
    fesetround(FE_TONEAREST);
    return finish();
}
