// printf: every integer conversion with every flag, width, precision and length.
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

static const char *const flag_sets[] = {"", "-", "+", " ", "#", "0", "-+", "- ", "-#", "+0", " 0", "#0", "+#0", "-+#0", "'"};
static const char *const sizes[] = {"", "1", "8", "20", ".0", ".1", ".5", "10.4", "4.10", "12.0", "."};

int main(void) {
    static const long long values[] = {0, 1, -1, 42, -42, 127, 128, 255, 32767, -32768, 65535, INT_MAX, INT_MIN, LLONG_MAX, LLONG_MIN};
    char format[40];
    for (size_t f = 0; f < sizeof flag_sets / sizeof *flag_sets; f++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            for (const char *conversion = "diouxX"; *conversion; conversion++) {
                printf("%%%s%s%c", flag_sets[f], sizes[s], *conversion);
                for (size_t v = 0; v < sizeof values / sizeof *values; v += 2) {
                    snprintf(format, sizeof format, " [%%%s%s%c]", flag_sets[f], sizes[s], *conversion);
                    printf(format, (int)values[v]);
                }
                putchar('\n');
            }
        }
    static const char *const lengths[] = {"hh", "h", "l", "ll", "j", "z", "t"};
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
        for (const char *conversion = "diouxX"; *conversion; conversion++) {
            printf("%%%s%c", lengths[l], *conversion);
            for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
                snprintf(format, sizeof format, " %%%s%c", lengths[l], *conversion);
                if (l < 2)
                    printf(format, (int)values[v]);
                else
                    printf(format, values[v]);
            }
            putchar('\n');
        }
    printf("%*d|%-*d|%.*d|%*.*d|%*d|%.*d\n", 6, 42, 6, 42, 4, 42, 8, 3, 42, -6, 42, -1, 42);
    printf("%2$d %1$d %2$05d %3$*4$d\n", 1, 2, 3, 7);
    printf("%" PRId8 " %" PRIu16 " %" PRIx32 " %" PRIo64 " %" PRIdMAX " %" PRIuPTR "\n", (int8_t)-5, (uint16_t)60000,
           (uint32_t)0xdeadbeef, (uint64_t)0777, (intmax_t)-1, (uintptr_t)123);
    return 0;
}
