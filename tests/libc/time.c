// Calendar: gmtime, mktime, timegm, strftime, strptime, asctime, time zones given by rule.
#define _GNU_SOURCE
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <wchar.h>

static void show(const struct tm *t) {
    printf("%d-%02d-%02d %02d:%02d:%02d wday %d yday %d dst %d off %ld %s\n", t->tm_year + 1900, t->tm_mon + 1, t->tm_mday, t->tm_hour,
           t->tm_min, t->tm_sec, t->tm_wday, t->tm_yday, t->tm_isdst, t->tm_gmtoff, t->tm_zone ? t->tm_zone : "-");
}

int main(void) {
    static const time_t times[] = {0, 1, -1, 86399, 86400, 951782400, 951868800, 1078012800, 1234567890, 1700000000, 2147483647, 2147483648, 4102444800,
                                   -2208988800, -62135596800, 253402300799, 32503680000, 67767976233532799, -67768040609740800};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct tm t;
        if (!gmtime_r(&times[i], &t)) {
            printf("%lld: %d\n", (long long)times[i], errno);
            continue;
        }
        show(&t);
        printf("%lld\n", (long long)timegm(&t));
    }
    struct tm broken = {.tm_year = 70, .tm_mon = 14, .tm_mday = -5, .tm_hour = 50, .tm_min = -70, .tm_sec = 4000};
    printf("%lld ", (long long)timegm(&broken));
    show(&broken);

    static const char formats[] = "aAbBcCdDeFgGhHIjklmMnprRsStTuUVwWxXyYzZ%";
    setenv("TZ", "UTC0", 1);
    tzset();
    for (size_t i = 0; i < 11; i++) {
        struct tm t;
        gmtime_r(&times[i], &t);
        for (const char *f = formats; *f; f++) {
            char format[] = {'%', *f, 0}, text[100] = "";
            size_t n = strftime(text, sizeof text, format, &t);
            printf("%c=%zu[%s] ", *f, n, *f == 'n' ? "" : text);
        }
        char text[100];
        strftime(text, sizeof text, "%5Y %+6Y %-d %_d %010e %EY %Oy %3C", &t);
        printf("%s\n", text);
    }
    struct tm t;
    gmtime_r(&times[9], &t);
    char text[64];
    printf("%zu %zu %s", strftime(text, 5, "%Y-%m", &t), strftime(text, 64, "", &t), asctime(&t));
    printf("%s", ctime(&times[8]));
    wchar_t wide[64];
    printf("%zu %ls\n", wcsftime(wide, 64, L"%A %d %B %Y", &t), wide);

    static const char *const zones[] = {"CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "<+0530>-5:30", "NZST-12NZDT,M9.5.0,M4.1.0/3", "XXX3:15:20", "AAA0BBB,J60,300/2:30", ""};
    static const time_t seasons[] = {1700000000, 1690000000, 1711846799, 1711846800, 1729990799, 1729990800, 1710054000, 1583020800};
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        setenv("TZ", zones[z], 1);
        tzset();
        printf("%s: %s %s %ld %d\n", zones[z], tzname[0], tzname[1], timezone, daylight);
        for (size_t s = 0; s < sizeof seasons / sizeof *seasons; s++) {
            struct tm local;
            localtime_r(&seasons[s], &local);
            show(&local);
            time_t back = mktime(&local);
            local.tm_isdst = -1;
            local.tm_mon += 7;
            printf("%d %lld\n", back == seasons[s], (long long)mktime(&local));
            strftime(text, sizeof text, "%c %Z %z", &local);
            puts(text);
        }
    }
    static const char *const inputs[][2] = {{"2024-02-29 12:34:56", "%Y-%m-%d %H:%M:%S"}, {"Tue Nov 14 22:13:20 2023", "%a %b %d %T %Y"}, {"03/04/05", "%D"},
                                            {"12:05 PM", "%I:%M %p"}, {"2023 366", "%Y %j"}, {"99", "%y"}, {"68", "%y"}, {"bad", "%d"}, {"31 December", "%d %B"},
                                            {"23:59", "%R"}, {"100%", "100%%"}};
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        struct tm parsed = {0};
        char *end = strptime(inputs[i][0], inputs[i][1], &parsed);
        printf("%td %d %d %d %d:%d:%d %d %d\n", end ? end - inputs[i][0] : -1, parsed.tm_year, parsed.tm_mon, parsed.tm_mday, parsed.tm_hour, parsed.tm_min,
               parsed.tm_sec, parsed.tm_wday, parsed.tm_yday);
    }
    printf("%g\n", difftime(times[8], times[9]));

    // The clocks themselves: what must hold of them, not what they show.
    struct timespec a, b, resolution, pause = {0, 3000000};
    clock_gettime(CLOCK_MONOTONIC, &a);
    printf("%d ", nanosleep(&pause, NULL));
    clock_gettime(CLOCK_MONOTONIC, &b);
    long long passed = (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec;
    printf("%d %d %d %d ", passed >= 3000000, clock_getres(CLOCK_REALTIME, &resolution), time(NULL) > 1700000000, clock() != (clock_t)-1);
    struct timeval now;
    printf("%d %d ", gettimeofday(&now, NULL), llabs(now.tv_sec - time(NULL)) <= 1);
    printf("%d\n", clock_gettime(12345, &a) == -1 && errno == EINVAL);
    return 0;
}
