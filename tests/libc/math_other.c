// <math.h> functions with integer arguments or results, and several results; classification.
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>

#include "bits.h"

static const double values[] = {0.0,    -0.0,   1,      -1,     0.5,     -0.5,     1.5,       2.5,      -2.5,     3.75,
                                1e-5,   1e5,    1e15,   1e18,   -1e18,   1e300,    1e-300,    5e-324,   1e-310,   INFINITY,
                                -INFINITY, NAN, 0.49999999999999994, 4503599627370495.5, 9007199254740993.0, 3.999999999999999};
#define VALUES (sizeof values / sizeof *values)

static void show(const char *name, double x) { printf(" %s=%016llx", name, (unsigned long long)double_bits(x)); }
static void showf(const char *name, float x) { printf(" %s=%08x", name, float_bits(x)); }

int main(void) {
    for (size_t i = 0; i < VALUES; i++) {
        volatile double v = values[i];
        volatile float vf = (float)v;
        int exponent = 0, quotient = 0;
        double whole;
        float wholef;
        printf("%.17g:", v);
        show("frexp", frexp(v, &exponent));
        if (isfinite(v))
            printf(",%d", exponent);
        exponent = 0;
        showf("frexpf", frexpf(vf, &exponent));
        if (isfinite(vf))
            printf(",%d", exponent);
        show("modf", modf(v, &whole));
        show("whole", whole);
        showf("modff", modff(vf, &wholef));
        showf("wholef", wholef);
        show("remquo", remquo(v, 0.7, &quotient));
        if (isfinite(v))
            printf(",%d", quotient);
        show("ldexp", ldexp(v, 3));
        show("ldexp-", ldexp(v, -1070));
        show("ldexp+", ldexp(v, 2000));
        show("scalbn", scalbn(v, -5));
        show("scalbln", scalbln(v, 40));
        showf("ldexpf", ldexpf(vf, -140));
        show("nextup", nextafter(v, INFINITY));
        show("nextdown", nextafter(v, -INFINITY));
        showf("nextupf", nextafterf(vf, INFINITY));
        show("jn", jn(3, v));
        show("yn", v > 0 ? yn(2, v) : 0);
        printf(" class=%d%d%d%d%d sign=%d", isnan(v) != 0, isinf(v) != 0, isfinite(v) != 0, isnormal(v) != 0,
               fpclassify(v) == FP_SUBNORMAL, isnan(v) ? 0 : signbit(v) != 0);
        if (fabs(v) < 9e18)
            printf(" %ld %lld %ld %lld", lrint(v), llrint(v), lround(v), llround(v));
        if (fabs(vf) < 9e18f)
            printf(" %ld %lld %ld %lld", lrintf(vf), llrintf(vf), lroundf(vf), llroundf(vf));
        if (v != 0 && isfinite(v))
            printf(" ilogb=%d,%d", ilogb(v), vf != 0 && isfinite(vf) ? ilogbf(vf) : 0);
        double s, c;
        sincos(v, &s, &c);
        show("sincos", s);
        show("", c);
        int sign = 0;
        show("lgamma_r", lgamma_r(v, &sign));
        if (isfinite(v))
            printf(",%d", sign);
        printf("\n");
    }

    uint64_t hash = HASH_START;
    for (int i = 0; i < 20000; i++) {
        volatile double a = double_of(random_bits()), b = double_of(random_bits()), c = -a * b;
        double d = double_of(random_bits());
        if (c != 0) // else musl's own fma loses the sign of a product that underflows
            hash = hash_value(hash, double_bits(fma(a, b, c)));
        hash = hash_value(hash, double_bits(fma(a, b, d)));
        volatile float fa = float_of((uint32_t)random_bits()), fb = float_of((uint32_t)random_bits());
        hash = hash_value(hash, float_bits(fmaf(fa, fb, -fa * fb)));
        hash = hash_value(hash, float_bits(fmaf(fa, fb, 1.0f)));
        double x = (double)(int64_t)random_bits() / 3;
        int exponent;
        double s, co;
        hash = hash_value(hash, double_bits(frexp(x, &exponent)) + exponent);
        sincos(x, &s, &co);
        hash = hash_value(hash, double_bits(s) ^ double_bits(co));
        hash = hash_value(hash, (uint64_t)lrint(x / 16) + (uint64_t)llround(x / 32));
    }
    printf("%016llx\n", (unsigned long long)hash);
    printf("%d %d %d\n", isgreater(1.0, NAN), isless(1.0, 2.0), isunordered(1.0, NAN));
    show("nan", nan("123"));
    show("huge", HUGE_VAL);
    show("scalb", scalb(3.0, 4.0));
    show("pow10", pow10(5));
    printf("\n%g %g %g\n", fmax(NAN, 1), fmin(2, NAN), fdim(5, 3));
    return 0;
}
