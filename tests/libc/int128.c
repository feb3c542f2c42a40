// 128-bit integers: arithmetic, shifts, division, conversions, passing.
#include <stdio.h>

#include "bits.h"

typedef __int128 i128;
typedef unsigned __int128 u128;

static void show(const char *name, u128 x) { printf("%s %016llx%016llx\n", name, (unsigned long long)(x >> 64), (unsigned long long)x); }
static u128 wide(void) {
    u128 high = random_bits();
    return high << 64 | random_bits();
}
__attribute__((noinline)) static i128 mix(int a, i128 b, char c, u128 d, i128 e, double f) { return a * b + c * (i128)d - e / (i128)f; }
int main(void) {
    uint64_t hash = HASH_START;
    for (int i = 0; i < 20000; i++) {
        u128 a = wide() >> random_bits() % 128, b = (wide() >> random_bits() % 128) | 1;
        i128 sa = (i128)(wide()) >> random_bits() % 128, sb = (i128)wide() >> random_bits() % 100;
        unsigned n = random_bits() % 128;
        sb |= 1;
        u128 results[] = {a * b, a / b, a % b, (u128)(sa / sb), (u128)(sa % sb), a << n, a >> n, (u128)(sa >> n), a + b, a - b, (u128)-sa, a ^ b};
        for (size_t k = 0; k < sizeof results / sizeof *results; k++)
            hash = hash_value(hash_value(hash, (uint64_t)results[k]), (uint64_t)(results[k] >> 64));
        hash = hash_value(hash, double_bits((double)a) ^ double_bits((double)sa));
        hash = hash_value(hash, float_bits((float)(a >> 2)) ^ float_bits((float)sa));
        hash = hash_value(hash, (uint64_t)(a < b) | (uint64_t)(sa < sb) << 1 | (uint64_t)(a == b) << 2);
        double d = (double)(sa >> 1);
        i128 back = (i128)(d / 3);
        u128 uback = (u128)((double)(a >> 1) / 5);
        hash = hash_value(hash_value(hash, (uint64_t)back), (uint64_t)(uback >> 64));
        i128 r;
        hash = hash_value(hash, (uint64_t)__builtin_mul_overflow(sa, sb, &r));
    }
    printf("%016llx\n", (unsigned long long)hash);
    show("mix", (u128)mix(-3, (i128)5 << 70, 7, (u128)9 << 66, (i128)11 << 80, 13.0));
    show("factorial", ({ u128 p = 1; for (int i = 2; i <= 34; i++) p *= (u128)i; p; }));
    struct { char c; i128 x; } s = {1, -2};
    printf("%zu %zu %d\n", sizeof s, _Alignof(i128), (int)s.x);
    return 0;
}
