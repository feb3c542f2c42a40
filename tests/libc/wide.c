// Wide and multibyte characters: conversions and their states, wcs* functions, wide input and output, classification.
#define _GNU_SOURCE
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>
#include <wchar.h>
#include <wctype.h>

#include "bits.h"

int main(void) {
    printf("%s %s %zu %zu\n", setlocale(LC_ALL, NULL), nl_langinfo(CODESET), (size_t)MB_CUR_MAX, sizeof(wchar_t));
    wchar_t wide[64];
    char bytes[64];
    printf("%zu %d\n", mbstowcs(wide, "caf\xc3\xa9", 64), errno);
    printf("%s\n", setlocale(LC_ALL, "C.UTF-8") ? "utf-8" : "none");
    static const char *const inputs[] = {"caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80!", "\xc3", "\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf", "", "a\xff"};
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        errno = 0;
        size_t n = mbstowcs(wide, inputs[i], 64);
        printf("%zd %d:", (ssize_t)n, errno);
        for (size_t j = 0; n != (size_t)-1 && j < n; j++)
            printf(" %x", (unsigned)wide[j]);
        mbstate_t state = {0};
        printf(" |");
        for (const char *p = inputs[i]; *p; p++) { // one byte at a time
            wchar_t w = 0;
            size_t r = mbrtowc(&w, p, 1, &state);
            printf(" %zd,%x,%d", (ssize_t)r, (unsigned)w, mbsinit(&state) != 0);
            if (r == (size_t)-1)
                break;
        }
        printf(" | %d\n", mblen(inputs[i], 4));
    }
    for (unsigned w = 0x40; w < 0x120000; w = w * 3 + 1) {
        errno = 0;
        int n = wctomb(bytes, (wchar_t)w);
        printf("%x:%d,%d:%016llx ", w, n, errno, (unsigned long long)hash_bytes(HASH_START, bytes, n > 0 ? (size_t)n : 0));
    }
    printf("\n%zu ", wcstombs(bytes, L"\u20ac\u00e9x", 64));
    printf("%s %zu\n", bytes, wcstombs(NULL, L"\u20ac\u00e9x", 0));
    char16_t c16[2];
    mbstate_t state16 = {0};
    size_t r1 = mbrtoc16(&c16[0], "\xf0\x9f\x98\x80", 4, &state16), r2 = mbrtoc16(&c16[1], "", 0, &state16);
    printf("%zd %zd %x %x\n", (ssize_t)r1, (ssize_t)r2, c16[0], c16[1]);
    const wchar_t *source = L"\u00e9t\u00e9";
    mbstate_t state = {0};
    printf("%zu %d\n", wcsnrtombs(bytes, &source, 2, 64, &state), source != NULL);

    uint64_t hash = HASH_START;
    int counts[14] = {0};
    for (wint_t c = 0; c < 0x20000; c++) {
        int class = !!iswalpha(c) | !!iswdigit(c) << 1 | !!iswalnum(c) << 2 | !!iswspace(c) << 3 | !!iswupper(c) << 4 | !!iswlower(c) << 5 | !!iswpunct(c) << 6 |
                    !!iswprint(c) << 7 | !!iswgraph(c) << 8 | !!iswcntrl(c) << 9 | !!iswxdigit(c) << 10 | !!iswblank(c) << 11;
        for (int i = 0; i < 12; i++)
            counts[i] += class >> i & 1;
        hash = hash_value(hash, (uint64_t)class << 32 | (towupper(c) ^ towlower(c)) << 4 | (wcwidth((wchar_t)c) & 3));
    }
    for (int i = 0; i < 12; i++)
        printf("%d ", counts[i]);
    printf("%016llx\n", (unsigned long long)hash);
    printf("%d %x %x\n", iswctype(L'a', wctype("lower")) != 0, towctrans(L'\u00e9', wctrans("toupper")), towupper(0x1c6));

    wcscpy(wide, L"one,two;;three");
    wchar_t *save, *token = wcstok(wide, L",;", &save);
    for (; token; token = wcstok(NULL, L",;", &save))
        printf("[%ls]%zu ", token, wcslen(token));
    printf("\n%d %d %d %d\n", wcscmp(L"abc", L"abd") < 0, wcsncmp(L"abc", L"abd", 2), wcscoll(L"b", L"a") > 0, wcscasecmp(L"\u00c9", L"\u00e9"));
    printf("%td %td %td %zu %zu\n", wcschr(L"hello", L'l') - L"hello", wcsrchr(L"hello", L'l') - L"hello", wcsstr(L"hello world", L"o w") - L"hello world",
           wcsspn(L"aabbc", L"ab"), wcscspn(L"hello", L"lo"));
    wmemset(wide, L'z', 8);
    wmemcpy(wide + 2, L"ab", 2);
    wmemmove(wide + 1, wide, 6);
    wide[8] = 0;
    printf("%ls %d %d\n", wide, wmemcmp(L"ab", L"ac", 2) < 0, wmemchr(wide, L'b', 8) == wide + 4);
    printf("%d ", swprintf(wide, 64, L"%d %ls %s %5.2f %c", 42, L"w\u00eede", "narrow", 3.14159, 'x'));
    printf("%ls\n", wide);
    int a;
    wchar_t word[16];
    float f;
    printf("%d ", swscanf(L"17 gar\u00e7on 2.5", L"%d %ls %f", &a, word, &f));
    printf("%d %ls %g\n", a, word, f);
    fflush(stdout);
    FILE *file = tmpfile();
    if (!file)
        return 1;
    fwprintf(file, L"line \u20ac\nsecond\n");
    fputwc(L'\u00df', file);
    printf("%d ", fwide(file, 0) > 0);
    rewind(file);
    printf("%ls", fgetws(word, 16, file));
    wint_t c;
    while ((c = fgetwc(file)) != WEOF)
        printf("%x ", (unsigned)c);
    printf("%d\n", feof(file) != 0);
    ungetwc(L'q', file);
    printf("%x\n", (unsigned)fgetwc(file));
    fclose(file);
    wprintf(L"mixed\n"); // stdout is byte-oriented by now: fails
    return 0;
}
