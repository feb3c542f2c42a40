// Wide streams: orientation, fgetws, ungetwc, wide printf and scanf, bytes that are no text.
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

int main(void) {
    printf("%d\n", setlocale(LC_CTYPE, "C.UTF-8") != NULL);
    FILE *f = fopen("wide", "w+");
    printf("%d ", fwide(f, 0)), printf("%d %d\n", fwide(f, 1) > 0, fwide(f, -1) > 0);
    fputws(L"gr\u00fc\u00df \u20ac \U0001f600\nsecond\n", f);
    fwprintf(f, L"%ls %lc %s %5d|%-6ls|%.2ls|%g\n", L"\u03b1\u03b2", L'\u03b3', "bytes \xc3\xa9", 42, L"ab", L"cut off", 1.5);
    printf("%ld\n", ftell(f));
    rewind(f);
    wchar_t line[64];
    while (fgetws(line, 64, f)) printf("%zu %x %d\n", wcslen(line), (unsigned)line[2], line[wcslen(line) - 1] == L'\n');
    rewind(f);
    wint_t c = fgetwc(f);
    printf("%x %x %x\n", (unsigned)c, (unsigned)ungetwc(0x20ac, f), (unsigned)fgetwc(f));
    rewind(f);
    wchar_t word[20];
    int number;
    printf("%d %zu\n", fwscanf(f, L"%19ls", word), wcslen(word));
    printf("%d %x\n", swscanf(L"\u00e9t\u00e9 -17 rest", L"%ls %d", word, &number), (unsigned)word[0]), printf("%d\n", number);
    fclose(f);
    f = fopen("bad", "w+");
    fwrite("ok\xff\xfe", 1, 4, f), rewind(f);
    printf("%x %x ", (unsigned)fgetwc(f), (unsigned)fgetwc(f));
    errno = 0;
    printf("%d ", fgetwc(f) == WEOF), printf("%d %d\n", errno == EILSEQ, ferror(f) != 0);
    wchar_t small[4];
    printf("%d %d\n", swprintf(small, 4, L"%d", 123), swprintf(small, 4, L"%d", 12345) < 0);
    return 0;
}
