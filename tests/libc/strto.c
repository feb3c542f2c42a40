// Text to numbers: the strtol family with its limits, strtod and strtof with hard cases of rounding.
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "bits.h"

int main(void) {
    static const char *const integers[] = {"0", "  42", "-42", "+7", "0x1F", "0X", "077", "0b1", "z", "zz", "", "-", "+-1", "9223372036854775807",
                                           "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
                                           "18446744073709551616", "-1", "-18446744073709551615", "123abc", "\t\n 5 6", "0x1g", "99999999999999999999999"};
    static const int bases[] = {0, 2, 8, 10, 16, 36, 1, 37};
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
        for (size_t b = 0; b < sizeof bases / sizeof *bases; b++) {
            char *end = (char *)integers[i];
            errno = 0;
            long l = strtol(integers[i], &end, bases[b]);
            printf("%ld %d %d ", l, (int)(end - integers[i]), errno);
            errno = 0;
            unsigned long u = strtoul(integers[i], &end, bases[b]);
            printf("%lu %d %d ", u, (int)(end - integers[i]), errno);
            printf("%lld %llu\n", strtoll(integers[i], NULL, bases[b]), strtoull(integers[i], NULL, bases[b]));
        }
    printf("%d %ld %lld %g\n", atoi("12x"), atol("-7"), atoll("9000000000"), atof("2.5e1"));
    printf("%jd %ju\n", strtoimax("-99", NULL, 10), strtoumax("77", NULL, 8));

    static const char *const doubles[] = {
        "0", "-0", "1", ".5", "5.", ".", "1e1", "1e", "1e+", "1e-1x", "0x1p-1074", "0x1.fffffffffffffp1023", "0x1.fffffffffffff8p1023",
        "0x.8", "0xp1", "0x1.8p", "inf", "INFINITYx", "infinit", "nan", "nan(123)", "-NaN(", "1e308", "1e309", "-1e400", "1e-323", "2e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324", "4.9406564584124654e-324", "2.2250738585072011e-308", "2.2250738585072014e-308",
        "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "9007199254740993", "9007199254740992.999999999999999999",
        "9007199254740993.00000000000000000000000000000000001", "0.1", "0.3", "123456789012345678901234567890", "8.5e-46", "6.9294956446009195e15",
        "3.518437208883201171875e13", "1.00000000000000011102230246251565404236316680908203125", "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126", "  12.5abc", "1_000", "100000000000000016777215", "100000000000000016777216", "1e23",
        "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880",
        "0.000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001e120"};
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
        char *end;
        errno = 0;
        double d = strtod(doubles[i], &end);
        printf("%016llx %d %d ", (unsigned long long)double_bits(d), (int)(end - doubles[i]), errno);
        errno = 0;
        float f = strtof(doubles[i], &end);
        printf("%08x %d %d\n", float_bits(f), (int)(end - doubles[i]), errno);
    }

    // Round trips, and halfway cases of random decimal strings.
    uint64_t hash = HASH_START;
    char text[64];
    int bad = 0;
    for (int i = 0; i < 20000; i++) {
        double x = double_of(random_bits());
        if (x != x)
            continue;
        snprintf(text, sizeof text, "%.17g", x);
        bad += double_bits(strtod(text, NULL)) != double_bits(x);
        snprintf(text, sizeof text, "%llu.%llue%d", (unsigned long long)random_bits() >> (i % 60), (unsigned long long)random_bits(), (int)(random_bits() % 600) - 300);
        hash = hash_value(hash, double_bits(strtod(text, NULL)) ^ float_bits(strtof(text, NULL)));
    }
    printf("%d %016llx\n", bad, (unsigned long long)hash);
    wchar_t *wend;
    printf("%ld %g %lu\n", wcstol(L"-123x", &wend, 10), wcstod(L"1.5e3", NULL), wcstoul(L"ff", NULL, 16));
    return 0;
}
