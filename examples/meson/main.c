// morse TEXT...: prints the code of each argument on a line of its own.
#include "config.h"
#include "morse.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "--version")) {
        printf("morse " VERSION ", %d-byte pointers\n", SIZE_OF_POINTER);
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        char code[4096];
        if (!strncmp(argv[i], "--", 2)) {
            fprintf(stderr, "morse: unknown option '%s'\n", argv[i]);
            return 2;
        }
        morse_encode(argv[i], code, sizeof code);
        puts(code);
    }
    return 0;
}
