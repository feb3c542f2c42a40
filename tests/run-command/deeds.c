/* deeds WHAT...: one small deed for each test of this folder. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static int copy(void) {
    char bytes[5000];
    long size;
    while ((size = read(0, bytes, sizeof bytes)) > 0)
        if (write(1, bytes, size) != size) return 3;
    if (size < 0) perror("read");
    return size < 0 ? 4 : 0;
}

/* Numbers, by turns to standard output and standard error. */
static int both(int count) {
    for (int i = 0; i < count; i++) {
        char line[32];
        int size = snprintf(line, sizeof line, "%d\n", i);
        if (write(1 + i % 2, line, size) != size) return 3;
    }
    return 0;
}

static int lines(int count) {
    for (int i = 0; i < count; i++)
        if (puts("a line of output that is somewhat long") < 0) {
            fprintf(stderr, "puts: %s\n", strerror(errno));
            return 6;
        }
    return 0;
}

static int arguments(int argc, char **argv) {
    unsigned long bytes = 0;
    for (int i = 2; i < argc; i++) bytes += strlen(argv[i]);
    printf("%s: %d arguments, %lu bytes\n", argv[0], argc - 2, bytes);
    for (int i = 2; i < argc && i < 12; i++) printf("[%.40s]\n", argv[i]);
    return 0;
}

/* A line, and then computing without any request to the machine. */
static int compute(long steps) {
    static volatile unsigned long sink;
    if (write(1, "before\n", 7) != 7) return 3;
    for (long i = 0; i < steps; i++) sink += i;
    return 0;
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    int number = argc > 2 ? atoi(argv[2]) : 0;
    if (!strcmp(what, "exit")) return number;
    if (!strcmp(what, "raise")) return raise(number);
    if (!strcmp(what, "hello")) return puts("hello") < 0;
    if (!strcmp(what, "wait")) return puts("started"), fflush(stdout), pause();
    if (!strcmp(what, "compute")) return compute(atol(argv[2]));
    if (!strcmp(what, "both")) return both(number);
    if (!strcmp(what, "lines")) return lines(number);
    if (!strcmp(what, "copy")) return copy();
    if (!strcmp(what, "arguments")) return arguments(argc, argv);
    if (!strcmp(what, "terminals")) return printf("%d%d%d\n", isatty(0), isatty(1), isatty(2)) < 0;
    if (!strcmp(what, "environment")) {
        for (char **entry = environ; *entry; entry++) puts(*entry);
        return 0;
    }
    return 99;
}
