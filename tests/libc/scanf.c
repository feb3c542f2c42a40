// scanf: every conversion, widths, suppression, sets, lengths, failures.
// stdin: 12 -34 0x1f 077 word 3.25 rest of line\nsecond,line;x\n  99bottles\n1 2 3 4 5 nomore\n
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define TRY(expected, text, ...)                                                                                       \
    do {                                                                                                               \
        int n = sscanf(text, __VA_ARGS__);                                                                             \
        printf("%d%s ", n, n == (expected) ? "" : "!");                                                                \
    } while (0)

int main(void) {
    int a = 0, b = 0, c = 0, d = 0;
    char s[64] = "", t[64] = "";
    double x = 0, y = 0;
    float f = 0;
    TRY(4, "12 -34 0x1f 077", "%d %d %i %i", &a, &b, &c, &d);
    printf("%d %d %d %d\n", a, b, c, d);
    unsigned u = 0, o = 0, h = 0;
    TRY(3, "4294967295 777 DeadBeef", "%u %o %x", &u, &o, &h);
    printf("%u %o %x\n", u, o, h);
    signed char hh = 0;
    short sh = 0;
    long l = 0;
    long long ll = 0;
    size_t z = 0;
    TRY(5, "-5 -300 123456789012 -9223372036854775808 42", "%hhd %hd %ld %lld %zu", &hh, &sh, &l, &ll, &z);
    printf("%d %d %ld %lld %zu\n", hh, sh, l, ll, z);
    TRY(2, "12345678", "%3d%5d", &a, &b);
    printf("%d %d\n", a, b);
    TRY(1, "12 34", "%*d %d", &a);
    printf("%d\n", a);
    TRY(2, "hello world", "%5s%s", s, t);
    printf("%s %s\n", s, t);
    TRY(2, "key=value here", "%[^=]=%[a-z]", s, t);
    printf("%s %s\n", s, t);
    TRY(1, "]x-y", "%[]x-]", s);
    printf("%s\n", s);
    memset(s, 0, sizeof s);
    TRY(2, "abcdef", "%3c%c", s, t);
    printf("%s %c\n", s, t[0]);
    TRY(3, "3.14 -2.5e3 0x1.8p1", "%lf %le %f", &x, &y, &f);
    printf("%g %g %g\n", x, y, f);
    TRY(3, "inf -INFINITY nan", "%lf %lf %f", &x, &y, &f);
    printf("%g %g %d\n", x, y, f != f);
    TRY(1, "1e", "%lf", &x);
    TRY(1, "0x", "%x", &u);
    TRY(0, "abc", "%d", &a);
    TRY(-1, "", "%d", &a);
    TRY(-1, "   ", "%s", s);
    TRY(1, "5%", "%d%%", &a);
    TRY(1, "7 x", "%d y", &a);
    int n = -1;
    TRY(1, "12 34", "%d%n", &a, &n);
    printf("%d\n", n);
    char *allocated = NULL;
    TRY(1, "a-longer-word next", "%ms", &allocated);
    printf("%s\n", allocated);
    free(allocated);
    wchar_t w[16];
    TRY(1, "wide text", "%ls", w);
    printf("%ls %zu\n", w, wcslen(w));
    void *p = NULL;
    TRY(1, "0x1234", "%p", &p);
    printf("%p\n", p);
    TRY(2, "9 8", "%2$d %1$d", &a, &b);
    printf("%d %d\n", a, b);
    TRY(2, "99999999999999999999 -99999999999999999999", "%lld %ld", &ll, &l);
    printf("%lld %ld\n", ll, l);

    n = scanf("%d %d %x %o %s %lf", &a, &b, &u, &o, s, &x);
    printf("%d: %d %d %x %o %s %g\n", n, a, b, u, o, s, x);
    printf("%d ", scanf(" %[^\n]", s));
    printf("[%s]\n", s);
    printf("%d ", scanf(" %[^,],%[^;];%c", s, t, (char *)&a));
    printf("[%s] [%s]\n", s, t);
    printf("%d ", scanf("%d%s", &a, s));
    printf("%d [%s]\n", a, s);
    int total = 0, value;
    while (scanf("%d", &value) == 1)
        total += value;
    printf("%d %d ", total, feof(stdin) != 0);
    printf("%d [%s] ", scanf("%s", s), s);
    printf("%d %d\n", scanf("%s", s), feof(stdin) != 0);
    return 0;
}
