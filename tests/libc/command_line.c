// getopt, getopt_long, getsubopt, basename, dirname, fnmatch, tokens, and other small parsers.
// args: -ab value --long=x --flag operand -c --unknown -- -d rest
#define _GNU_SOURCE
#include <fnmatch.h>
#include <getopt.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

int main(int argc, char **argv) {
    static int flag;
    static const struct option options[] = {{"long", required_argument, NULL, 'l'}, {"flag", no_argument, &flag, 9}, {"optional", optional_argument, NULL, 'o'}, {0}};
    opterr = 0;
    int c, index = -1;
    while ((c = getopt_long(argc, argv, "ab:cd", options, &index)) >= 0)
        printf("%c %s %d | ", c ? c : '0', optarg ? optarg : "-", optind);
    printf("%d %d %s %s\n", flag, argc - optind, argv[optind], argv[argc - 1]);
    optind = 0;
    while ((c = getopt(argc, argv, "+:ab:")) >= 0) printf("%c%s ", c, optarg ? optarg : "");
    printf("%d\n", optind);
    char sub[] = "size=10,ro,bogus=1,name=", *at = sub, *value;
    char *const tokens[] = {"ro", "size", "name", NULL};
    while (*at) c = getsubopt(&at, tokens, &value), printf("%d:%s ", c, value ? value : "-");
    printf("\n");
    static const char *const paths[] = {"/usr/lib", "/usr/", "usr", "/", ".", "..", "", "a//b///"};
    for (int i = 0; i < 8; i++) {
        char a[16], b[16];
        strcpy(a, paths[i]), strcpy(b, paths[i]);
        printf("%s %s; ", dirname(a), basename(b));
    }
    printf("\n");
    static const char *const patterns[][2] = {{"*.c", "x.c"}, {"*.c", ".c"}, {"[a-c]?[!x]", "bzy"}, {"a/*", "a/b/c"}, {"\\*", "*"}, {"[[:digit:]]*", "7up"}, {"[]-]", "]"}, {"", ""}, {"**a", "bca"}};
    for (int i = 0; i < 9; i++)
        printf("%d%d%d ", fnmatch(patterns[i][0], patterns[i][1], 0), fnmatch(patterns[i][0], patterns[i][1], FNM_PATHNAME | FNM_PERIOD), fnmatch(patterns[i][0], patterns[i][1], FNM_NOESCAPE | FNM_CASEFOLD));
    printf("\n");
    char text[] = "a,b;;c", *save, *rest = text;
    for (char *t = strtok_r(text, ",;", &save); t; t = strtok_r(NULL, ",;", &save)) printf("<%s>", t);
    char again[] = "a,b;;c";
    rest = again;
    for (char *t; (t = strsep(&rest, ",;"));) printf("[%s]", t);
    printf("\n%jd %ju %d %d %d\n", strtoimax("-0x7f", NULL, 0), strtoumax("777", NULL, 8), ffs(0x50), ffsll(1ll << 40), ffs(0));
    printf("%s %ld %d %d\n", l64a(123456), a64l("zz1"), strverscmp("a9", "a10") < 0, strcasecmp("HeLLo", "hEllO"));
    return 0;
}
