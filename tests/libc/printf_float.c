// printf: every floating conversion with flags, widths and precisions; hard cases of rounding and length.
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "bits.h"

static const char *const flag_sets[] = {"", "-", "+", " ", "#", "0", "-+#", "+0", " #0"};
static const char *const sizes[] = {"", "12", ".0", ".1", ".3", "15.6", "30.20", "2.1"};
static const double values[] = {0.0, -0.0, 1, -1, 0.5, 1.5, 2.5, 0.1, 9.5, 9.995, 99.95, 123456789.125, 1e10, 1e15, 1e16, 1e17, 1e21,
                                1e-4, 1e-5, 1.2345e-7, 1e100, 5e-324, DBL_MIN, INFINITY, -INFINITY, 0.000099999995};

int main(void) {
    char format[40];
    for (size_t f = 0; f < sizeof flag_sets / sizeof *flag_sets; f++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (const char *conversion = "fFeEgGaA"; *conversion; conversion++) {
                snprintf(format, sizeof format, " [%%%s%s%c]", flag_sets[f], sizes[s], *conversion);
                printf("%s", format + 1);
                for (size_t v = 0; v < sizeof values / sizeof *values; v++)
                    printf(format, values[v]);
                putchar('\n');
            }
    printf("%f %F %e %10.3g|%-8a|%08f\n", NAN, NAN, NAN, NAN, NAN, NAN);
    printf("%.0f %.0f %.0f %.0f %.1f %.2f %.3f\n", 0.5, 1.5, 2.5, 3.5, 0.25, 1.005, 2.0005);
    printf("%.400f\n%.1100e\n", DBL_MAX, 5e-324);
    printf("%.60f\n%.55e\n%a %.3a %.0a\n", 0.1, M_PI, 5e-324, 1.999999, 1.5);
    // long double: exactly representable values, whose digits do not depend on the format
    printf("%Lf %Le %Lg %.3LF %12.2Lf|%-12.1Le|%+Lg\n", 1.5L, 1024.0L, 0.0625L, -2.25L, 1e6L, 12345.0L, 3.0L);
    uint64_t hash = HASH_START;
    char text[400];
    for (int i = 0; i < 4000; i++) {
        double x = double_of(random_bits());
        if (x != x)
            continue;
        static const char *const formats[] = {"%.17g", "%.15e", "%a", "%.3f", "%g", "%.12g"};
        int length = snprintf(text, sizeof text, formats[i % 6], x);
        hash = hash_bytes(hash, text, (size_t)(length < 399 ? length : 399));
    }
    printf("%016llx\n", (unsigned long long)hash);
    return 0;
}
