// The language itself: bit-fields, arrays of variable length, structures by value, computed goto, unions, initialisers.
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"

struct fields {
    unsigned a : 3;
    int b : 5;
    unsigned long long c : 40;
    _Bool d : 1;
    signed char e : 4;
    int : 0;
    unsigned f : 17, g : 15;
} __attribute__((packed));
struct plain { char a; unsigned b : 7; unsigned c : 12; long long d : 33; short e; };
struct small { short a; char b; };
struct pair { double a; long b; };
struct floats { float a, b; };
struct big { int values[30]; double last; };
union both { double d; uint64_t u; unsigned char bytes[8]; };

__attribute__((noinline)) static struct small swap_small(struct small s) { return (struct small){s.b, (char)s.a}; }
__attribute__((noinline)) static struct pair twice(struct pair p, int times) { return times ? twice((struct pair){p.a * 2, p.b + 1}, times - 1) : p; }
__attribute__((noinline)) static struct floats cross(struct floats a, struct floats b) { return (struct floats){a.a * b.b, a.b * b.a}; }
__attribute__((noinline)) static struct big fill(struct big b, int n, struct small s, union both u) {
    for (int i = 0; i < 30; i++)
        b.values[i] += i * n + s.a + s.b;
    b.last = u.d;
    return b;
}

static long interpret(const unsigned char *code) {
    static void *const labels[] = {&&add, &&multiply, &&subtract, &&loop, &&stop};
    long accumulator = 1, count = 0;
    const unsigned char *start = code;
    goto *labels[*code++];
add: accumulator += *code++; goto *labels[*code++];
multiply: accumulator = accumulator * *code++ % 1000003; goto *labels[*code++];
subtract: accumulator -= *code++; goto *labels[*code++];
loop: if (++count < 1000) code = start; goto *labels[*code++];
stop: return accumulator;
}

static int vla(int n, int m, int table[n][m]) {
    int copy[m][n], sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            copy[j][i] = table[i][j];
    for (int j = 0; j < m; j++)
        sum = sum * 31 + copy[j][n - 1];
    return sum + (int)sizeof copy;
}

static int duff(char *to, const char *from, int n) {
    int rounds = (n + 7) / 8;
    switch (n % 8) {
    case 0: do { *to++ = *from++; __attribute__((fallthrough));
    case 7: *to++ = *from++; __attribute__((fallthrough));
    case 6: *to++ = *from++; __attribute__((fallthrough));
    case 5: *to++ = *from++; __attribute__((fallthrough));
    case 4: *to++ = *from++; __attribute__((fallthrough));
    case 3: *to++ = *from++; __attribute__((fallthrough));
    case 2: *to++ = *from++; __attribute__((fallthrough));
    case 1: *to++ = *from++;
            } while (--rounds > 0);
    }
    return n;
}

#define KIND(x) _Generic((x), int: "int", long: "long", double: "double", float: "float", char *: "char *", default: "other")

int main(void) {
    struct fields f = {.a = 9, .b = -17, .c = 0x123456789abcULL, .d = 5, .e = 7, .f = 0x1ffff, .g = 0x5555};
    f.c += 3, f.b--, f.e = (signed char)(f.e + 3);
    printf("%u %d %llx %d %d %u %u %zu\n", f.a, f.b, (unsigned long long)f.c, f.d, f.e, f.f, f.g, sizeof f);
    struct plain p = {1, 100, 4000, -5, 6};
    p.d <<= 20, p.c ^= 0xfff;
    printf("%d %d %d %lld %d %zu %zu\n", p.a, p.b, p.c, (long long)p.d, p.e, sizeof p, offsetof(struct plain, e));
    struct small s = swap_small((struct small){7, 9});
    struct pair q = twice((struct pair){1.5, 10}, 6);
    struct floats fl = cross((struct floats){2, 3}, (struct floats){5, 7});
    struct big b = fill((struct big){{1, 2, [10] = 5}, 0}, 3, s, (union both){.u = 0x4009000000000000});
    printf("%d %d %g %ld %g %g %d %d %g\n", s.a, s.b, q.a, q.b, fl.a, fl.b, b.values[10], b.values[29], b.last);
    printf("%ld\n", interpret((unsigned char[]){0, 5, 1, 7, 2, 3, 3, 4}));
    int table[4][6];
    for (int i = 0; i < 24; i++)
        table[i / 6][i % 6] = i * i;
    printf("%d\n", vla(4, 6, table));
    long total = 0;
    for (int n = 1; n < 200; n += 13) { // storage of this loop's array must be given back each round
        char *dynamic = __builtin_alloca((size_t)n * 10);
        double values[n];
        memset(dynamic, n, (size_t)n * 10);
        for (int i = 0; i < n; i++)
            values[i] = i + dynamic[i];
        total += (long)values[n - 1];
    }
    printf("%ld\n", total);
    char text[40] = "";
    printf("%d %s\n", duff(text, "duff's device copies this", 26), text);
    printf("%s %s %s %s %s\n", KIND(1), KIND(1L), KIND(1.0f), KIND(text + 0), KIND('a' + 1L));
    union both u = {.d = -2.5};
    printf("%016llx %d %zu\n", (unsigned long long)u.u, u.bytes[7], _Alignof(double));
    int (*functions[3])(const char *) = {atoi, (int (*)(const char *))strlen, puts};
    printf("%d %d\n", functions[0]("33"), functions[1]("four"));
    printf("%d %d %d %d\n", -7 / 2, -7 % 2, -7 >> 1, (int)(unsigned char)-1);
    printf("%d %lld %d %d\n", (int)-2.9, (long long)1e18, (int)(char)200, (short)70000);
    volatile unsigned long long wide = 0xfedcba9876543210u;
    volatile double from_wide = (double)wide, negative = (double)(long long)wide;
    volatile float narrow = (float)wide;
    printf("%.17g %.17g %.9g %llx %u\n", from_wide, negative, narrow, (unsigned long long)1.8446744073709550e19, (unsigned)4e9);
    printf("%d %d %d %d\n", __builtin_clz(5), __builtin_ctzll(wide), __builtin_popcountll(wide), __builtin_parity(7));
    printf("%x %llx %x\n", __builtin_bswap32(0x12345678), (unsigned long long)__builtin_bswap64(wide), (unsigned)(0x12345678u << 7 | 0x12345678u >> 25));
    int r;
    printf("%d %d %d\n", __builtin_add_overflow(INT32_MAX, 1, &r), __builtin_mul_overflow(65536, 65536, &r), __builtin_sub_overflow(5, 3, &r));
    return 0;
}
