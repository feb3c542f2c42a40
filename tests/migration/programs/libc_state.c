// State inside the C library: random sequences, strtok, the locale, buffers of stdio in all three modes, errno,
// environment, getopt, regular expressions, wide characters half-way through a conversion. fine _GNU_SOURCE
#define _GNU_SOURCE
#include "check.h"
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <regex.h>
#include <time.h>
#include <wchar.h>

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 12);
    srand(5);
    srandom(7);
    srand48(9);
    setlocale(LC_ALL, "C.UTF-8");
    regex_t expression;
    EXPECT(regcomp(&expression, "^([a-z]+)-([0-9]{2,})(x|yy)*$", REG_EXTENDED) == 0);
    setenv("KEPT", "first", 1);
    char* kept = getenv("KEPT");
    for (int i = 0; i < rounds; i++) {
        char text[] = "one,two;three four,five", *rest = NULL;
        unsigned sum = 0;
        for (char* word = strtok(text, ",; "); word; word = strtok(NULL, ",; ")) {
            sum = sum * 31 + (unsigned)word[0];
            work(sum & 7);
            char copy[] = "a:b:c";
            for (char* part = strtok_r(copy, ":", &rest); part; part = strtok_r(NULL, ":", &rest))
                sum += (unsigned)*part + (work(1) & 0);
        }
        errno = 30 + i;
        deep_work(2, (uint64_t)i & 7);
        EXPECT(errno == 30 + i);
        printf("%u %d %ld %.17g %s\n", sum, rand(), random(), drand48(), kept);
        mbstate_t state = {0};
        wchar_t wide = 0;
        const char euro[] = "\xe2\x82\xac";
        EXPECT(mbrtowc(&wide, euro, 2, &state) == (size_t)-2); // two bytes of three
        work(27);
        EXPECT(mbrtowc(&wide, euro + 2, 1, &state) == 1 && wide == 0x20ac);
        regmatch_t match[4];
        char subject[40];
        snprintf(subject, sizeof subject, "abc-%dxyyx", 10 + i * 7);
        EXPECT(regexec(&expression, subject, 4, match, 0) == 0);
        printf("%d %d %d\n", (int)match[1].rm_eo, (int)match[2].rm_so, (int)match[3].rm_so);
        char arg0[] = "p", arg1[] = "-ab", arg2[] = "value", arg3[] = "-c";
        char* arguments[] = {arg0, arg1, arg2, arg3, NULL};
        optind = 0;
        for (int option; (option = getopt(4, arguments, "ab:c")) != -1; work((uint64_t)option & 15))
            printf("%c %s,", option, option == 'b' ? optarg : "");
        struct tm date = {.tm_year = 100 + i, .tm_mon = i % 12, .tm_mday = 28 + i};
        time_t when = timegm(&date);
        work(9);
        printf("%lld %s", (long long)when, asctime(gmtime(&when)));
    }
    regfree(&expression);
    fprintf(stderr, "unbuffered");
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("by line");
    work(97);
    printf(" and on\n");
    return finish();
}
