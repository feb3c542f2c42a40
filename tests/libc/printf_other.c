// printf: strings, characters, pointers, %n, truncation, and the other functions of the family.
#define _GNU_SOURCE
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

static int wrap(char *buffer, size_t size, const char *format, ...) {
    va_list arguments, copy;
    va_start(arguments, format);
    va_copy(copy, arguments);
    int first = vsnprintf(buffer, size, format, arguments);
    int second = vsnprintf(NULL, 0, format, copy);
    va_end(copy);
    va_end(arguments);
    return first == second ? first : -1;
}

int main(void) {
    printf("[%s] [%10s] [%-10s] [%.3s] [%10.2s] [%-6.1s] [%.0s] [%.*s]\n", "hello", "hello", "hello", "hello", "hello", "hello",
           "hello", 2, "hello");
    printf("[%c] [%5c] [%-5c] [%%] [%s]\n", 'x', 'y', 'z', (char *)NULL);
    printf("[%p] [%p] [%20p] [%-20p]\n", (void *)0, (void *)0x1234abcd, (void *)0xff, (void *)0xff);
    int count = -1;
    long lcount = -1;
    signed char ccount = -1;
    printf("12345%n678%ln9%hhn\n", &count, &lcount, &ccount);
    printf("%d %ld %d\n", count, lcount, ccount);

    setlocale(LC_ALL, "C.UTF-8");
    printf("[%ls] [%10ls] [%.4ls] [%lc] [%5lc]\n", L"h\u00e9llo", L"\u20ac", L"\u00e9\u00e9\u00e9", (wint_t)0x20ac, (wint_t)'a');

    char buffer[16];
    for (size_t size = 0; size <= 12; size++) {
        memset(buffer, '#', sizeof buffer);
        int length = snprintf(size ? buffer : NULL, size, "%s-%d", "abc", 12345);
        printf("%zu: %d [%.*s]\n", size, length, (int)sizeof buffer, buffer);
    }
    printf("%d\n", wrap(buffer, sizeof buffer, "%d %s %c %g", 1, "two", '3', 4.5));
    puts(buffer);
    char *text = NULL;
    int length = asprintf(&text, "%0*d|%s", 8, 77, "allocated");
    printf("%d %s\n", length, text);
    free(text);
    fflush(stdout);
    dprintf(1, "direct %d %s\n", 5, "write");
    fprintf(stdout, "%s", "fprintf\n");
    errno = ENOENT;
    printf("%m\n");
    printf("%5m|\n");

    // Many arguments: more than any ISA passes in registers, of alternating kinds.
    printf("%d %g %s %ld %c %g %d %g %llu %g %hd %g %s %g %d %g %x %g %d %g %p\n", 1, 2.5, "three", 4L, '5', 6.5, 7, 8.5, 9ULL,
           10.5, (short)11, 12.5, "thirteen", 14.5, 15, 16.5, 17, 18.5, 19, 20.5, (void *)21);
    printf("%s\n", "no newline at the end follows");
    errno = 0;
    printf("%d", printf("%.*d\n", 1000, 7));
    printf(" %d\n", snprintf(NULL, 0, "%2147483647d%2147483647d", 1, 1) < 0 && errno == EOVERFLOW);
    putc('p', stdout), putchar_unlocked('q'), fputs("r\n", stdout);
    return fwrite("end", 1, 3, stdout) != 3;
}
