// __int128 and long double as variable arguments, alone and among others: va_arg gives back the value that was passed.
// self-checking: clang 19 for x86-64, which builds the reference, aligns an __int128 on the stack in the call but not in
// va_arg, and reads a neighbour; gcc reads what was passed.
#include <stdarg.h>
#include <stdio.h>

static int failures;
#define CHECK(condition) ((condition) ? (void)0 : (void)(failures++, printf("line %d: %s\n", __LINE__, #condition)))

struct wide { __int128 value; };
struct real { long double value; };
struct mixed { int first; long double second; };

static const __int128 big = ((__int128)0x0123456789abcdef << 64) | 0xfedcba9876543210;

static void integers(int count, ...) {
    va_list list;
    va_start(list, count);
    for (int i = 0; i < count; i++) {
        CHECK(va_arg(list, int) == i);
        CHECK(va_arg(list, __int128) == big + i);
    }
    CHECK(va_arg(list, unsigned __int128) == (unsigned __int128)-1);
    CHECK(va_arg(list, int) == -7);
    va_end(list);
}

static void reals(int count, ...) {
    va_list list, copy;
    va_start(list, count);
    va_copy(copy, list);
    for (int i = 0; i < count; i++) {
        CHECK(va_arg(list, long double) == i + 0.5L);
        CHECK(va_arg(list, int) == i);
    }
    CHECK(va_arg(list, double) == 2.25);
    CHECK(va_arg(list, long double) == -1e300L);
    CHECK(va_arg(copy, long double) == 0.5L);
    va_end(copy);
    va_end(list);
}

static void aggregates(int first, ...) {
    va_list list;
    va_start(list, first);
    CHECK(va_arg(list, struct wide).value == big);
    CHECK(va_arg(list, int) == 1);
    CHECK(va_arg(list, struct real).value == 3.5L);
    struct mixed m = va_arg(list, struct mixed);
    CHECK(m.first == 9 && m.second == 4.5L);
    CHECK(va_arg(list, __int128) == -big);
    va_end(list);
}

static long double sum(int count, va_list list) {
    long double total = 0;
    while (count--)
        total += va_arg(list, long double);
    return total;
}
static long double total(int count, ...) {
    va_list list;
    va_start(list, count);
    long double value = sum(count, list);
    va_end(list);
    return value;
}

int main(void) {
    integers(5, 0, big, 1, big + 1, 2, big + 2, 3, big + 3, 4, big + 4, (unsigned __int128)-1, -7);
    reals(4, 0.5L, 0, 1.5L, 1, 2.5L, 2, 3.5L, 3, 2.25, -1e300L);
    aggregates(0, (struct wide){big}, 1, (struct real){3.5L}, (struct mixed){9, 4.5L}, -big);
    CHECK(total(10, 1.0L, 2.0L, 3.0L, 4.0L, 5.0L, 6.0L, 7.0L, 8.0L, 9.0L, 10.0L) == 55);
    printf("%Lf %.3Le %Lg %d %La\n", 1.5L, -12345.678L, 1e10L, 42, 0.0L);
    printf("%d failures\n", failures);
    return failures != 0;
}
