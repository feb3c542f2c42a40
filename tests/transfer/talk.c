// Answers each line of its standard input with that line in capital letters, and tells standard error how many there were.
// Before that: "poll" tells whether there is more to read, "await" when there is, "wait" waits for a moment, "burst N" writes
// N bytes, "quit" ends it with status 8. At the end of the input "end"; status 9.
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    char line[4096];
    int lines = 0;
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdin, NULL, _IONBF, 0);
    while (fgets(line, sizeof line, stdin)) {
        ++lines;
        if (!strcmp(line, "poll\n")) {
            struct pollfd entry = {0, POLLIN, 0};
            printf("poll: %d\n", poll(&entry, 1, 0));
        } else if (!strcmp(line, "await\n")) {
            struct pollfd entry = {0, POLLIN, 0};
            printf("await: %d\n", poll(&entry, 1, -1));
        } else if (!strcmp(line, "quit\n")) {
            return 8;
        } else if (!strcmp(line, "wait\n")) {
            struct timespec time = {0, 20000000};
            nanosleep(&time, NULL);
        } else if (!strncmp(line, "burst ", 6)) {
            for (long i = 0, size = atol(line + 6); i < size; ++i)
                putchar(i % 80 == 79 ? '\n' : 'a' + (int)(i / 80 % 26));
            putchar('\n');
        }
        for (char *c = line; *c; ++c)
            *c = (char)toupper((unsigned char)*c);
        fputs(line, stdout);
        if (fflush(stdout) != 0) {
            fprintf(stderr, "output failed: %s\n", strerror(errno));
            return 3;
        }
        fprintf(stderr, "%d lines\n", lines);
    }
    puts("end");
    return 9;
}
