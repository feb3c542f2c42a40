// Variable arguments of every kind, copied, nested, passed on, more than fit in registers.
#include <complex.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

struct tiny { char a; };
struct two { long a; double b; };
struct three { int a, b, c; };
struct large { double values[9]; };
typedef int callback(int);
static int square(int x) { return x * x; }

static void show(const char *kinds, ...) {
    va_list list, again;
    va_start(list, kinds);
    va_copy(again, list);
    for (const char *k = kinds; *k; k++)
        switch (*k) {
        case 'i': printf("%d ", va_arg(list, int)); break;
        case 'u': printf("%u ", va_arg(list, unsigned)); break;
        case 'l': printf("%ld ", va_arg(list, long)); break;
        case 'L': printf("%lld ", va_arg(list, long long)); break;
        case 'd': printf("%g ", va_arg(list, double)); break;
        case 's': printf("%s ", va_arg(list, const char *)); break;
        case 'p': printf("%d ", va_arg(list, void *) == NULL); break;
        case 'f': printf("%d ", va_arg(list, callback *)(5)); break;
        case '1': printf("{%c} ", va_arg(list, struct tiny).a); break;
        case '2': { struct two t = va_arg(list, struct two); printf("{%ld %g} ", t.a, t.b); break; }
        case '3': { struct three t = va_arg(list, struct three); printf("{%d %d %d} ", t.a, t.b, t.c); break; }
        case '9': { struct large t = va_arg(list, struct large); printf("{%g %g} ", t.values[0], t.values[8]); break; }
        case 'z': { double complex t = va_arg(list, double complex); printf("(%g %g) ", creal(t), cimag(t)); break; }
        }
    if (*kinds == 'i')
        printf("| %d", va_arg(again, int));
    printf("\n");
    va_end(again);
    va_end(list);
}

static int sum_list(int n, va_list list) {
    int total = 0;
    while (n--)
        total += va_arg(list, int);
    return total;
}

static int sum(int n, ...) {
    va_list list;
    va_start(list, n);
    int half = sum_list(n / 2, list);
    va_end(list);
    va_start(list, n);
    int whole = sum_list(n, list);
    va_end(list);
    return whole * 1000 + half;
}

static int recurse(int depth, ...) {
    va_list list;
    va_start(list, depth);
    int a = va_arg(list, int);
    double b = va_arg(list, double);
    int below = depth ? recurse(depth - 1, a + 1, b * 2) : 0;
    int c = va_arg(list, int); // after the recursion: the list must have kept its place
    va_end(list);
    return below + a + (int)b + (depth == 20 ? c : 0);
}

static const char *last_string(int first, ...) {
    va_list list;
    va_start(list, first);
    const char *last = "", *next;
    while ((next = va_arg(list, const char *)))
        last = next;
    va_end(list);
    return last;
}

int main(void) {
    show("iuldsp", -1, 4000000000u, 5L, 2.5, "text", NULL);
    show("dddddddddd", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0);
    show("iiiiiiiiii", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    show("idididididididididid", 1, 2.0, 3, 4.0, 5, 6.0, 7, 8.0, 9, 10.0, 11, 12.0, 13, 14.0, 15, 16.0, 17, 18.0, 19, 20.0);
    show("1i2i3i9i", (struct tiny){'t'}, 1, (struct two){2, 3.5}, 2, (struct three){4, 5, 6}, 3, (struct large){{1, [8] = 9}}, 4);
    show("iiiiiii2i", 1, 2, 3, 4, 5, 6, 7, (struct two){8, 9.5}, 10);
    show("ziz", CMPLX(1, 2), 3, CMPLX(0, 4.5));
    show("fLs", square, 1LL << 60, "end");
    show("iid", 'c', (short)-3, 1.5f); // promoted
    printf("%d %d\n", sum(6, 1, 2, 3, 4, 5, 6), sum(0));
    printf("%d\n", recurse(20, 1, 0.001, 5000));
    printf("%s\n", last_string(0, "a", "b", "c", "d", "e", "f", "g", "h", "i", (char *)NULL));
    int (*indirect)(int, ...) = sum;
    printf("%d\n", indirect(3, 10, 20, 30));
    return 0;
}
