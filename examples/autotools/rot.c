// rot [-n PLACES]: a letter cipher from standard input to standard output.
#include "config.h"

#include "cipher.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#if !defined HAVE_GETOPT_LONG || !defined HAVE_GETLINE || SIZEOF_LONG != 8
#error "configure did not find what is there"
#endif
#if defined HAVE_FUNCTION_OF_NO_SYSTEM || defined HAVE_SYS_EPOLL_OF_NO_SYSTEM_H || defined WORDS_BIGENDIAN
#error "configure found what is not there"
#endif

int main(int argc, char **argv) {
    static const struct option options[] = {{"places", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
    int places = 13, option;
    while ((option = getopt_long(argc, argv, "n:", options, NULL)) != -1) {
        if (option != 'n')
            return 2;
        places = atoi(optarg);
    }
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, stdin)) > 0) {
        for (ssize_t i = 0; i < length; i++)
            line[i] = cipher_turn(line[i], places);
        fwrite(line, 1, (size_t)length, stdout);
    }
    free(line);
    return ferror(stdout) != 0;
}
