// Every function of <math.h> on float: a hash over many inputs, and raw bits of samples.
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>

#include "bits.h"

typedef float unary(float);
typedef float binary(float, float);
#define F(name) {#name, name}

// Through volatile pointers: the library's functions, not what the compiler knows of them.
static const struct {
    const char *name;
    unary *volatile function;
} unaries[] = {
    F(acosf), F(acoshf), F(asinf), F(asinhf), F(atanf), F(atanhf), F(cbrtf), F(ceilf), F(cosf), F(coshf), F(erff), F(erfcf),
    F(expf), F(exp10f), F(exp2f), F(expm1f), F(fabsf), F(floorf), F(j0f), F(j1f), F(lgammaf), F(logf), F(log10f), F(log1pf),
    F(log2f), F(logbf), F(nearbyintf), F(rintf), F(roundf), F(sinf), F(sinhf), F(sqrtf), F(tanf), F(tanhf), F(tgammaf), F(truncf),
    F(y0f), F(y1f), F(significandf),
};

static const struct {
    const char *name;
    binary *volatile function;
} binaries[] = {
    F(atan2f), F(copysignf), F(dremf), F(fdimf), F(fmaxf), F(fminf), F(fmodf), F(hypotf), F(nextafterf), F(powf), F(remainderf),
};

static const float special[] = {
    0.0f, -0.0f, 1, -1, 0.5f, -0.5f, 1.5f, 2, -2, 2.5f, 3, 10, -10, 100, 0.1f, 1e-5f, 1e5f, 8388609, 16777217, 1e10f, 1e22f,
    1e38f, 1e-38f, 1e-40f, 1e-45f, -1e-45f, 3.4028235e38f, INFINITY, -INFINITY, NAN, 3.1415927f, 1.5707964f, 2.7182817f,
    88.7f, 89, -103.9f, -104, 127.5f, 128, -149.5f, 34.5f, 35.1f, 0.99999994f, 1.0000001f,
};
#define SPECIALS (sizeof special / sizeof *special)

static float random_float(int kind) {
    uint64_t bits = random_bits();
    float unit = (float)(bits >> 40) / 16777216.0f;
    switch (kind % 6) {
    case 0: return float_of((uint32_t)(bits >> 16)); // anything
    case 1: return (unit - 0.5f) * 2;                // -1 .. 1
    case 2: return (unit - 0.5f) * 20;               // moderate
    case 3: return unit * 85;                        // where exp is finite
    case 4: return 1 + (unit - 0.5f) / 1024;         // near 1
    default: return ldexpf(unit + 0.5f, (int)(bits % 80) - 40);
    }
}

int main(void) {
    for (size_t f = 0; f < sizeof unaries / sizeof *unaries; f++) {
        uint64_t hash = HASH_START;
        random_state = 12345;
        for (int i = 0; i < 6000; i++)
            hash = hash_value(hash, float_bits(unaries[f].function(random_float(i))));
        printf("%s %016llx\n", unaries[f].name, (unsigned long long)hash);
        for (size_t i = 0; i < SPECIALS; i++)
            printf(" %016llx", (unsigned long long)float_bits(unaries[f].function(special[i])));
        printf("\n");
    }
    for (size_t f = 0; f < sizeof binaries / sizeof *binaries; f++) {
        uint64_t hash = HASH_START;
        random_state = 54321;
        for (int i = 0; i < 6000; i++) {
            float a = random_float(i), b = random_float(i / 6);
            hash = hash_value(hash, float_bits(binaries[f].function(a, b)));
        }
        for (size_t i = 0; i < SPECIALS; i++)
            for (size_t j = 0; j < SPECIALS; j++)
                hash = hash_value(hash, float_bits(binaries[f].function(special[i], special[j])));
        printf("%s %016llx %016llx\n", binaries[f].name, (unsigned long long)hash,
               (unsigned long long)float_bits(binaries[f].function(2.75f, 1.125f)));
    }
    return 0;
}
