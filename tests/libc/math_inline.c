// Mathematical operations as the compiler sees them: by name, in loops, with constant operands, in other rounding modes.
// flags: -frounding-math
#include <fenv.h>
#include <math.h>
#include <stdio.h>

#include "bits.h"

#define COUNT 512
static double a[COUNT], b[COUNT], r[COUNT];
static float af[COUNT], rf[COUNT];

static void sum(const char *name) {
    uint64_t hash = HASH_START;
    for (int i = 0; i < COUNT; i++)
        hash = hash_value(hash, double_bits(r[i]));
    printf("%s %016llx\n", name, (unsigned long long)hash);
}

static void sumf(const char *name) {
    uint64_t hash = HASH_START;
    for (int i = 0; i < COUNT; i++)
        hash = hash_value(hash, float_bits(rf[i]));
    printf("%s %016llx\n", name, (unsigned long long)hash);
}

#define LOOP(text, expression)                                                                                         \
    for (int i = 0; i < COUNT; i++)                                                                                    \
        r[i] = expression;                                                                                             \
    sum(text)
#define LOOPF(text, expression)                                                                                        \
    for (int i = 0; i < COUNT; i++)                                                                                    \
        rf[i] = expression;                                                                                            \
    sumf(text)

int main(void) {
    for (int i = 0; i < COUNT; i++) {
        a[i] = ((double)(random_bits() >> 11) / 9007199254740992.0 - 0.5) * (i % 7 ? 40 : 1e9);
        b[i] = ((double)(random_bits() >> 11) / 9007199254740992.0 - 0.5) * 7;
        af[i] = (float)a[i];
    }
    a[0] = 0.5, a[1] = -0.5, a[2] = 1.5, a[3] = 2.5, a[4] = -1.5, a[5] = 0.0, a[6] = -0.0;
    LOOP("floor", floor(a[i]));
    LOOP("ceil", ceil(a[i]));
    LOOP("trunc", trunc(a[i]));
    LOOP("rint", rint(a[i]));
    LOOP("nearbyint", nearbyint(a[i]));
    LOOP("round", round(a[i]));
    LOOP("fmod", fmod(a[i], b[i]));
    LOOP("fma", fma(a[i], b[i], 1.0));
    LOOP("sqrt", sqrt(fabs(a[i])));
    LOOP("exp", exp(b[i]));
    LOOP("log", log(fabs(a[i])));
    LOOP("pow", pow(fabs(a[i]), b[i]));
    LOOP("pow2", pow(a[i], 2));
    LOOP("powhalf", pow(fabs(a[i]), 0.5));
    LOOP("powthird", pow(fabs(a[i]), 1.0 / 3));
    LOOP("2^x", pow(2, b[i]));
    LOOP("10^x", pow(10, b[i]));
    LOOP("sin+cos", sin(a[i]) + cos(a[i]));
    LOOP("tan", tan(b[i]));
    LOOP("copysign", copysign(a[i], b[i]));
    LOOP("fmax", fmax(a[i], b[i]));
    LOOP("fmin", fmin(a[i], b[i]));
    LOOP("muladd", a[i] * b[i] + r[i]);
    LOOP("lrint", (double)lrint(a[i]) + (double)lround(a[i]));
    LOOP("ldexp", ldexp(a[i], i % 30 - 15));
    LOOP("exp2i", exp2(i % 40));
    LOOPF("floorf", floorf(af[i]));
    LOOPF("rintf", rintf(af[i]));
    LOOPF("roundf", roundf(af[i]));
    LOOPF("sqrtf", sqrtf(fabsf(af[i])));
    LOOPF("expf", expf(af[i] / 8));
    LOOPF("sinf", sinf(af[i]));
    LOOPF("powf", powf(fabsf(af[i]), 0.3f));
    LOOPF("fmaf", fmaf(af[i], af[i], -1.0f));

    // Zeros of either sign are equal, and C lets fmin and fmax return either; what they return must not depend on the ISA.
    volatile double zero = 0.0, minus = -0.0;
    double zeros[] = {fmin(zero, minus), fmin(minus, zero), fmax(zero, minus), fmax(minus, zero)};
    for (int i = 0; i < 4; i++)
        printf("%d", signbit(zeros[i]) != 0);
    printf("\n");

    static const int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
    for (int m = 0; m < 4; m++) {
        fesetround(modes[m]);
        LOOP("rint", rint(a[i]));
        LOOP("nearbyint", nearbyint(a[i]));
        LOOP("lrint", (double)lrint(a[i]));
        LOOP("floor", floor(a[i]));
        LOOP("div", a[i] / b[i]);
        LOOP("muladd", a[i] * b[i] + 0.1);
        LOOP("sqrt", sqrt(fabs(a[i])));
        LOOPF("narrow", (float)a[i]);
        printf("%.20f %.3e\n", a[9], b[9]);
        fesetround(FE_TONEAREST);
    }
    return 0;
}
