// Every function of <math.h> on double: a hash over many inputs, and raw bits of samples.
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>

#include "bits.h"

typedef double unary(double);
typedef double binary(double, double);
#define F(name) {#name, name}

// Through volatile pointers: the library's functions, not what the compiler knows of them.
static const struct {
    const char *name;
    unary *volatile function;
} unaries[] = {
    F(acos), F(acosh), F(asin), F(asinh), F(atan), F(atanh), F(cbrt), F(ceil), F(cos), F(cosh), F(erf), F(erfc),
    F(exp), F(exp10), F(exp2), F(expm1), F(fabs), F(floor), F(j0), F(j1), F(lgamma), F(log), F(log10), F(log1p),
    F(log2), F(logb), F(nearbyint), F(rint), F(round), F(sin), F(sinh), F(sqrt), F(tan), F(tanh), F(tgamma), F(trunc),
    F(y0), F(y1), F(significand),
};

static const struct {
    const char *name;
    binary *volatile function;
} binaries[] = {
    F(atan2), F(copysign), F(drem), F(fdim), F(fmax), F(fmin), F(fmod), F(hypot), F(nextafter), F(pow), F(remainder),
};

static const double special[] = {
    0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2, -2, 2.5, 3, 10, -10, 100, 0.1, 1e-5, 1e5, 1e10, 1e15, 4503599627370497.5, 1e16,
    1e22, 1e100, 1e300, 1e-300, 1e-310, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, INFINITY,
    -INFINITY, NAN, 3.141592653589793, 1.5707963267948966, 0.7853981633974483, 2.718281828459045, 0.6931471805599453,
    709.78, 710, -745.13, -746, 1023.5, 1024, -1074.5, 170.6, 171.7, 36.7, 1e-20, 0.9999999999999999, 1.0000000000000002,
};
#define SPECIALS (sizeof special / sizeof *special)

static double random_double(int kind) {
    uint64_t bits = random_bits();
    double unit = (double)(bits >> 11) / 9007199254740992.0;
    switch (kind % 6) {
    case 0: return double_of(bits);              // anything
    case 1: return (unit - 0.5) * 2;             // -1 .. 1
    case 2: return (unit - 0.5) * 20;            // moderate
    case 3: return unit * 700;                   // where exp is finite
    case 4: return 1 + (unit - 0.5) / 1024;      // near 1
    default: return ldexp(unit + 0.5, (int)(bits % 200) - 100);
    }
}

int main(void) {
    for (size_t f = 0; f < sizeof unaries / sizeof *unaries; f++) {
        uint64_t hash = HASH_START;
        random_state = 12345;
        for (int i = 0; i < 6000; i++)
            hash = hash_value(hash, double_bits(unaries[f].function(random_double(i))));
        printf("%s %016llx\n", unaries[f].name, (unsigned long long)hash);
        for (size_t i = 0; i < SPECIALS; i++)
            printf(" %016llx", (unsigned long long)double_bits(unaries[f].function(special[i])));
        printf("\n");
    }
    for (size_t f = 0; f < sizeof binaries / sizeof *binaries; f++) {
        uint64_t hash = HASH_START;
        random_state = 54321;
        for (int i = 0; i < 6000; i++) {
            double a = random_double(i), b = random_double(i / 6);
            hash = hash_value(hash, double_bits(binaries[f].function(a, b)));
        }
        for (size_t i = 0; i < SPECIALS; i++)
            for (size_t j = 0; j < SPECIALS; j++)
                hash = hash_value(hash, double_bits(binaries[f].function(special[i], special[j])));
        printf("%s %016llx %016llx\n", binaries[f].name, (unsigned long long)hash,
               (unsigned long long)double_bits(binaries[f].function(2.75, 1.125)));
    }
    return 0;
}
