// <complex.h> and complex arithmetic, with the infinities and zeros of Annex G.
#include <complex.h>
#include <math.h>
#include <stdio.h>

#include "bits.h"

typedef double complex unary(double complex);
typedef float complex unaryf(float complex);
#define F(name) {#name, name, name##f}
static const struct {
    const char *name;
    unary *volatile function;
    unaryf *volatile functionf;
} functions[] = {F(cacos), F(cacosh), F(casin), F(casinh), F(catan), F(catanh), F(ccos), F(ccosh), F(cexp), F(clog), F(conj), F(cproj), F(csin), F(csinh), F(csqrt), F(ctan), F(ctanh)};

static uint64_t hash_complex(uint64_t hash, double complex z) { return hash_value(hash_value(hash, double_bits(creal(z))), double_bits(cimag(z))); }
static uint64_t hash_complexf(uint64_t hash, float complex z) { return hash_value(hash_value(hash, float_bits(crealf(z))), float_bits(cimagf(z))); }
// Where one part is NaN, its unpromised sign may decide the other's.
static uint64_t hash_special(uint64_t hash, double complex z) { return isnan(creal(z)) || isnan(cimag(z)) ? hash_value(hash, 1) : hash_complex(hash, z); }
static double moderate(void) { return ((double)(random_bits() >> 11) / 9007199254740992.0 - 0.5) * 8; }

__attribute__((noinline)) static double complex by_value(double complex a, float complex b, int n, double complex c) { return n % 2 ? a * b + c : a / b - c; }

int main(void) {
    static const double parts[] = {0.0, -0.0, 1, -1, 0.5, 3, 1e300, 1e-300, INFINITY, -INFINITY, NAN};
    enum { PARTS = sizeof parts / sizeof *parts };
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
        uint64_t hash = HASH_START, hashf = HASH_START;
        random_state = 777;
        for (int i = 0; i < 1000; i++) {
            double complex z = CMPLX(moderate(), moderate());
            hash = hash_complex(hash, functions[f].function(z));
            hashf = hash_complexf(hashf, functions[f].functionf((float complex)z));
        }
        for (int i = 0; i < PARTS; i++)
            for (int j = 0; j < PARTS; j++)
                hash = hash_special(hash, functions[f].function(CMPLX(parts[i], parts[j])));
        double complex sample = functions[f].function(1.25 - 0.5 * I);
        printf("%s %016llx %016llx %.17g %.17g\n", functions[f].name, (unsigned long long)hash, (unsigned long long)hashf, creal(sample), cimag(sample));
    }
    uint64_t product = HASH_START, quotient = HASH_START, power = HASH_START, single = HASH_START;
    for (int i = 0; i < PARTS * PARTS; i++)
        for (int j = 0; j < PARTS * PARTS; j++) {
            volatile double complex a = CMPLX(parts[i / PARTS], parts[i % PARTS]), b = CMPLX(parts[j / PARTS], parts[j % PARTS]);
            volatile float complex af = CMPLXF((float)parts[i / PARTS], (float)parts[i % PARTS]), bf = CMPLXF((float)parts[j / PARTS], (float)parts[j % PARTS]);
            product = hash_complex(product, a * b);
            quotient = hash_complex(quotient, a / b);
            single = hash_complexf(hash_complexf(single, af * bf), af / bf);
        }
    for (int i = 0; i < 300; i++) {
        double complex a = CMPLX(moderate(), moderate()), b = CMPLX(moderate(), moderate());
        power = hash_complex(power, cpow(a, b));
        power = hash_complex(power, a * b / (a + b) - (double)i * a);
        power = hash_value(power, double_bits(cabs(a)) ^ double_bits(carg(b)));
    }
    printf("%016llx %016llx %016llx %016llx\n", (unsigned long long)product, (unsigned long long)quotient, (unsigned long long)single, (unsigned long long)power);
    double complex z = by_value(1 + 2 * I, 3 - I, 1, 0.5 * I) + by_value(1 + 2 * I, 3 - I, 2, 0.5 * I);
    printf("%g %g %d\n", creal(z), cimag(z), z == z);
    __real__ z = 5;
    printf("%g %g %g\n", creal(z), cimag(~z), __imag__ z);
    return 0;
}
