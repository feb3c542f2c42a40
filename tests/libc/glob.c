// glob and fnmatch.
#define _GNU_SOURCE
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
    static const char *const names[] = {"a.c", "b.c", "b.h", ".hidden", "long name", "x1", "x2", "x10", "dir/c.c", "dir/d.txt", "dir/sub/e.c", "[odd]", "q*"};
    mkdir("work", 0755); // the root folder of a guest holds more than the program made
    if (chdir("work"))
        return 1;
    mkdir("dir", 0755);
    mkdir("dir/sub", 0755);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        close(open(names[i], O_CREAT | O_WRONLY, 0644));
    static const char *const patterns[] = {"*.c", "*", "x?", "x[0-9]", "x[!1]", "*/*.c", "*/*/*.c", "dir/", "none*", ".*d*", "[[]odd]", "q\\*", "{a,b}.c", "*.[ch]", "dir*"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        for (int flags = 0; flags < 3; flags++) {
            glob_t found = {0};
            int status = glob(patterns[i], flags == 1 ? GLOB_MARK | GLOB_NOCHECK : flags == 2 ? GLOB_PERIOD : 0, NULL, &found);
            printf("%s %d %d:", patterns[i], flags, status);
            for (size_t k = 0; status == 0 && k < found.gl_pathc; k++)
                printf(" %s", found.gl_pathv[k]);
            printf("\n");
            globfree(&found);
        }
    static const char *const cases[][2] = {{"a*b", "axxb"}, {"a*b", "axxbc"}, {"*", ".x"}, {"[a-c]?", "b9"}, {"[!a-c]?", "b9"}, {"a/*", "a/b/c"}, {"\\*", "*"}, {"\\*", "a"},
                                           {"[[:digit:]]*", "7up"}, {"[]]", "]"}, {"[a", "[a"}, {"*a*b*c*", "xxaxxbxxcxx"}, {"A*", "abc"}, {"", ""}, {"?", ""}, {"*/b", "a/.x/b"}, {"a*", "a/b"}};
    static const int flags[] = {0, FNM_PATHNAME, FNM_PERIOD, FNM_NOESCAPE, FNM_CASEFOLD, FNM_LEADING_DIR, FNM_PATHNAME | FNM_PERIOD};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        printf("%s %s:", cases[c][0], cases[c][1]);
        for (size_t f = 0; f < sizeof flags / sizeof *flags; f++)
            printf(" %d", fnmatch(cases[c][0], cases[c][1], flags[f]));
        printf("\n");
    }
    return 0;
}
