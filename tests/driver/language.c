// What portable lowering, layout and code generation must get right, each as a line of output that is known beforehand.
#include <complex.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A section of its own, walked between its bounds.
struct item { const char *name; int value; };
#define ITEM(n, v) static const struct item item_##n __attribute__((used, section("items"))) = {#n, v};
ITEM(one, 1) ITEM(two, 2) ITEM(three, 3)
extern const struct item __start_items[], __stop_items[];
static int __attribute__((section(".mine"))) mine = 5;

// Start and end.
__attribute__((constructor(200))) static void second(void) { puts("constructor 200"); }
__attribute__((constructor(101))) static void first(void) { puts("constructor 101"); }
__attribute__((destructor)) static void last(void) { puts("destructor"); }

// Linkage.
int absent(void) __attribute__((weak));
int present(void) __attribute__((weak));
int present(void) { return 1; }
int aliased(int x) { return x + 1; }
int alias(int) __attribute__((alias("aliased")));

// Values that go in and out of functions.
typedef int ints __attribute__((vector_size(16)));
typedef double doubles __attribute__((vector_size(32)));
struct large { long a[5]; double d; };
struct floats { float x, y; };
struct mixed { double d; int i; };
struct three { int a, b, c; };
__attribute__((noinline)) ints on_ints(ints a, ints b) { return a * b + a; }
__attribute__((noinline)) doubles on_doubles(doubles a, doubles b) { return a * b + a; }
__attribute__((noinline)) struct large on_large(struct large s, int k) { s.a[k] += k; s.d *= 2; return s; }
__attribute__((noinline)) struct floats on_floats(struct floats s) { s.x += s.y; return s; }
__attribute__((noinline)) struct mixed on_mixed(struct mixed s) { s.d += s.i; return s; }
__attribute__((noinline)) struct three on_three(struct three s) { s.c += s.a; return s; }
__attribute__((noinline)) double many(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, double k, double l,
                                      double m, double n, double o, double p, double q, double r, double s, float t,
                                      unsigned char u, short v, long w) {
    return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 10 + k + l * 2 + m * 3 + n * 4 + o * 5 +
           p * 6 + q * 7 + r * 8 + s * 9 + t * 10 + u + v + w;
}
static void variadic(int n, ...) {
    va_list list, copy;
    va_start(list, n);
    va_copy(copy, list);
    struct large l = va_arg(list, struct large);
    struct floats f = va_arg(list, struct floats);
    struct mixed m = va_arg(list, struct mixed);
    struct three t = va_arg(list, struct three);
    __int128 w = va_arg(list, __int128);
    long double ld = va_arg(list, long double);
    char c = va_arg(list, int);
    printf("variadic %ld %g %g %g %d %d %d %llx %Lg %c\n", l.a[2], l.d, f.x, m.d, m.i, t.b, t.c,
           (unsigned long long)(w >> 64), ld, c);
    l = va_arg(copy, struct large);
    printf("copied %ld\n", l.a[4]);
    va_end(copy);
    va_end(list);
}

struct bits { unsigned a : 3; int b : 7; unsigned long c : 40; _Bool d : 1; };
_Thread_local int local = 42;
_Thread_local char local_zero[100];
static int by_value(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

int main(int argc, char **argv) {
    for (const struct item *item = __start_items; item < __stop_items; ++item) printf("%s %d\n", item->name, item->value);
    printf("linkage %d %d %d %d\n", mine, absent ? 1 : 0, present(), alias(3));

    ints x = on_ints((ints){1, 2, 3, 4}, (ints){5, 6, 7, 8});
    doubles y = on_doubles((doubles){1, 2, 3, 4}, (doubles){.5, .25, .125, 3});
    printf("vectors %d %d %d %d %g %g %g %g\n", x[0], x[1], x[2], x[3], y[0], y[1], y[2], y[3]);
    struct large l = on_large((struct large){{1, 2, 3, 4, 5}, 1.5}, 2);
    struct floats f = on_floats((struct floats){1, 2});
    struct mixed m = on_mixed((struct mixed){1.25, 7});
    struct three t = on_three((struct three){1, 2, 3});
    __int128 wide = ((__int128)0x123456789abcdefLL << 64) | 99;
    variadic(1, l, f, m, t, wide, (long double)3.25L, 'z');
    printf("wide %lld %llx %g %g\n", (long long)(wide / 1234567891011LL % 1000003), (unsigned long long)((unsigned __int128)wide >> 3),
           (double)wide, (double)(float)(wide * -3));
    printf("many %g\n", many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1.5, 2, 3, 4, 5, 6, 7, 8, 9, 1.25f, 'a', -3, 1L << 3));

    struct bits b = {5, -33, 123456789012UL, 1};
    b.b += 3;
    printf("bits %u %d %lu %d\n", b.a, b.b, (unsigned long)b.c, b.d);
    int numbers[] = {5, 3, 9, 1, -4, 7};
    qsort(numbers, 6, sizeof *numbers, by_value);
    printf("sorted %d %d %d %d %d %d\n", numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
    printf("locals %d %s %d\n", local, strcpy(local_zero, "text"), local_zero[99]);
    double complex z = (1 + 2 * I) * (3 - 1 * I);
    printf("complex %g %g\n", creal(z), cimag(z));
    int n = argc + 5, array[n];
    for (int i = 0; i < n; ++i) array[i] = i * i;
    char *area = __builtin_alloca(n * 10);
    memset(area, 'q', n);
    area[n] = 0;
    printf("stack %d %s\n", array[n - 1], area);
    _Float16 half = 1.5f16 * 3;
    printf("half %g\n", (double)half);
    volatile double zero = 0;
    printf("special %d %d %d %zu %d\n", isnan(zero / zero), isinf(1 / zero), signbit(fmin(-0.0, zero)) != 0, sizeof(long double),
           (char)-1 < 0);
    static const void *const table[] = {&&even, &&odd};
    goto *table[argc & 1];
even:
    puts("even");
odd:
    puts("odd");
    return 7;
}
