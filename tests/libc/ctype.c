// <ctype.h> on every character, and what the C locale says of itself.
#define _GNU_SOURCE
#include <ctype.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    static int (*volatile const tests[])(int) = {isalnum, isalpha, isblank, iscntrl, isdigit, isgraph, islower, isprint, ispunct, isspace, isupper, isxdigit, isascii};
    for (int c = EOF; c <= UCHAR_MAX; c++) {
        printf("%d:", c);
        for (size_t t = 0; t < sizeof tests / sizeof *tests; t++)
            putchar('0' + (tests[t](c) != 0));
        printf(" %d %d %d\n", toupper(c), tolower(c), toascii(c & 0xff));
    }
    struct lconv *l = localeconv();
    printf("[%s] [%s] [%s] [%s] %d %d\n", l->decimal_point, l->thousands_sep, l->grouping, l->currency_symbol, l->frac_digits, l->p_sign_posn);
    static const nl_item items[] = {RADIXCHAR, THOUSEP, YESEXPR, NOEXPR, D_T_FMT, D_FMT, T_FMT, T_FMT_AMPM, AM_STR, PM_STR, DAY_1, ABDAY_7, MON_12, ABMON_5, CODESET, CRNCYSTR};
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        printf("%s|", nl_langinfo(items[i]));
    printf("\n%s\n", setlocale(LC_ALL, ""));
    printf("%s %s\n", setlocale(LC_CTYPE, "C"), setlocale(LC_ALL, NULL));
    locale_t c = newlocale(LC_ALL_MASK, "C", NULL), utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    locale_t old = uselocale(utf8);
    printf("%s ", nl_langinfo(CODESET));
    uselocale(c);
    printf("%s %d %d\n", nl_langinfo(CODESET), isalpha_l('x', c) != 0, toupper_l('q', utf8));
    uselocale(old);
    locale_t copy = duplocale(utf8);
    printf("%s\n", nl_langinfo_l(CODESET, copy));
    freelocale(copy);
    printf("%d %d %d %d %d\n", CHAR_BIT, CHAR_MIN, CHAR_MAX, (int)MB_LEN_MAX, (char)-1 < 0);
    return 0;
}
