// strftime and strptime with every conversion, mktime's normalisation, time zones by TZ, setlocale, error texts.
// env: TZ=UTC0
#define _GNU_SOURCE
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    time_t times[] = {0, 951782400, 1709164800, 1735689599, -86400, 4102444800};
    char text[200];
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct tm *t = gmtime(&times[i]);
        strftime(text, sizeof text, "%a %A %b %B %c|%C %d %D %e %F %g %G %h %H %I %j|%m %M %n%p %r %R %S %t%T %u %U %V %w %W|%x %X %y %Y %z %Z %% %s", t);
        printf("%s\n", text);
    }
    printf("%d\n", (int)strftime(text, 5, "%Y-%m-%d", gmtime(&times[0])));
    static const char *const parsed[][2] = {
        {"2024-02-29 12:34:56", "%Y-%m-%d %H:%M:%S"}, {"Thu Jan  1 00:00:00 1970", "%a %b %d %T %Y"},
        {"12/31/99", "%D"}, {"11:59:59 PM", "%r"}, {"  7 366", "%d %j"}, {"January 5", "%B %d"}, {"99 68 69", "%y"}, {"bad", "%d"}, {"25", "%H"}};
    for (size_t i = 0; i < sizeof parsed / sizeof *parsed; i++) {
        struct tm t = {0};
        char *end = strptime(parsed[i][0], parsed[i][1], &t);
        printf("%s: %s %d %d %d %d:%d:%d %d %d\n", parsed[i][0], end ? *end ? end : "all" : "none", t.tm_year, t.tm_mon, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, t.tm_wday, t.tm_yday);
    }
    struct tm odd = {.tm_year = 124, .tm_mon = 14, .tm_mday = -3, .tm_hour = 49, .tm_min = -1, .tm_sec = 3601};
    time_t at = mktime(&odd);
    printf("%ld %d-%d-%d %d:%d:%d\n", (long)at, odd.tm_year, odd.tm_mon, odd.tm_mday, odd.tm_hour, odd.tm_min, odd.tm_sec);
    static const char *const zones[] = {"CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "<+0545>-5:45", "UTC0", "garbage!"};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        setenv("TZ", zones[i], 1), tzset();
        for (int month = 0; month < 12; month += 6) {
            time_t when = 1704067200 + month * 30 * 86400L;
            struct tm *t = localtime(&when);
            strftime(text, sizeof text, "%F %T %z %Z", t);
            printf("%s %d %d | ", text, t->tm_isdst, mktime(t) == when);
        }
        printf("%ld %d\n", timezone, daylight);
    }
    printf("%s %s %d\n", setlocale(LC_ALL, NULL), setlocale(LC_ALL, "C"), setlocale(LC_CTYPE, "C.UTF-8") != NULL);
    printf("%s %s %s|%s\n", nl_langinfo(CODESET), nl_langinfo(RADIXCHAR), nl_langinfo(DAY_1), localeconv()->thousands_sep);
    for (int e = 0; e < 140; e++) printf("%s%s", strerror(e), e % 4 == 3 ? "\n" : "; ");
    for (int s = 0; s < 33; s++) printf("%s%s", strsignal(s), s % 4 == 3 ? "\n" : "; ");
    printf("\n%d %s\n", strerror_r(ERANGE, text, 5), text);
    dup2(1, 2), errno = ENOSPC, fflush(stdout), perror("perror"), errno = 0, perror(NULL);
    return 0;
}
