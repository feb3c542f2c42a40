// Arguments, environment variables, getopt, program name, exit status 7.
// args: -a -bvalue --long=x --flag -c file1 --unknown -d file2 -- -e last
// env: NAME=value
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static int count(void) {
    int n = 0;
    for (char **e = environ; e && *e; e++)
        n++;
    return n;
}

int main(int argc, char **argv) {
    printf("%d", argc);
    for (int i = 1; i < argc; i++)
        printf(" [%s]", argv[i]);
    printf(" %d\n", argv[argc] == NULL);
    const char *value = getenv("NAME");
    printf("%s %d\n", value ? value : "(none)", getenv("ABSENT") == NULL);
    clearenv();
    printf("%d ", count());
    printf("%d %d %s ", setenv("A", "1", 0), setenv("A", "2", 0), getenv("A"));
    printf("%d %s ", setenv("A", "3", 1), getenv("A"));
    static char put[] = "B=put";
    printf("%d %s ", putenv(put), getenv("B"));
    put[2] = 'P';
    printf("%s %d\n", getenv("B"), count());
    printf("%d %d ", setenv("", "x", 1), errno == EINVAL);
    printf("%d %d ", setenv("a=b", "x", 1) == -1, unsetenv("B"));
    printf("%d %d\n", getenv("B") == NULL, count());
    for (int i = 0; i < 50; i++) {
        char name[8];
        snprintf(name, sizeof name, "V%d", i);
        setenv(name, name + 1, 1);
    }
    printf("%d %s %s\n", count(), getenv("V49"), secure_getenv("V0"));

    static const struct option options[] = {{"long", required_argument, NULL, 'l'}, {"flag", no_argument, NULL, 'f'}, {"optional", optional_argument, NULL, 'o'}, {0}};
    int c, index = -1;
    opterr = 0;
    while ((c = getopt_long(argc, argv, "ab:c::d", options, &index)) != -1)
        printf("%c(%s,%d,%d) ", c, optarg ? optarg : "", index, optopt == '?' ? 0 : c == '?' ? optopt : 0);
    printf("%d:", optind);
    for (int i = optind; i < argc; i++)
        printf(" %s", argv[i]);
    printf("\n");
    char *simple[] = {"prog", "-x", "-y", "-zarg", "rest", NULL};
    optind = 0;
    while ((c = getopt(5, simple, ":xy:z")) != -1)
        printf("%c(%s) ", c, optarg ? optarg : "");
    printf("%d\n", optind);
    char sub[] = "ro,size=5,bad", *sub_value, *p = sub;
    char *const tokens[] = {"ro", "size", NULL};
    while (*p)
        printf("%d(%s) ", getsubopt(&p, tokens, &sub_value), sub_value ? sub_value : "");
    printf("\n%d\n", program_invocation_short_name != NULL);
    return 7;
}
