// long double: held over moves, passed, returned, in structures and variable arguments, printed and parsed.
// flags: -mlong-double-64
#include "check.h"
#include <math.h>
#include <stdarg.h>

struct with {
    char c;
    long double value;
};

static APART long double horner(const long double* coefficients, int n, long double x) {
    long double sum = 0;
    for (int i = n - 1; i >= 0; i--) {
        sum = sum * x + coefficients[i];
        work((uint64_t)i & 3);
    }
    return sum;
}
static APART struct with make(struct with w, long double by) {
    w.value = w.value / by + deep_work(1, 3) % 2;
    w.c++;
    return w;
}
static APART long double last(int n, ...) {
    va_list list;
    va_start(list, n);
    long double value = 0;
    while (n--) {
        value = value / 2 + va_arg(list, long double);
        work((uint64_t)n & 3);
    }
    va_end(list);
    return value;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 25);
    long double coefficients[9] = {1, -1.5L, 2.25L, 0.1L, 1e-3L, -7, 3, 0.5L, 1};
    struct with w = {'a', 1e10L};
    for (int i = 0; i < rounds; i++) {
        long double x = 1.0L / (i + 3), y = horner(coefficients, 9, x);
        HOLD(0, x);
        w = make(w, 1.25L + x);
        SAME(0, x);
        long double z = last(5, x, y, 1.5L, 2.0L, w.value);
        printf("%.17g %.17g %c %.17g %.17g\n", (double)y, (double)w.value, w.c, (double)z,
               (double)(y > z ? y - z : z - y));
    }
    return finish();
}
