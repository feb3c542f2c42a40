// Reads and writes its memory here and there, prints a line now and then, and at its end what all of that has come to.
// Status 7.
//   wander LINES MIB [MILLISECONDS [ACCESSES]]
// MILLISECONDS between lines (10), ACCESSES for each line (500). A page in eight is zero until it is met.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static unsigned long next(unsigned long *random) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

int main(int argc, char **argv) {
    int lines = atoi(argv[1]);
    size_t words = ((size_t)atoi(argv[2]) << 20) / sizeof(unsigned long);
    long pause = argc > 3 ? atol(argv[3]) : 10, accesses = argc > 4 ? atol(argv[4]) : 500;
    unsigned long *memory = calloc(words, sizeof *memory), random = 88172645463325252, sum = 0;
    for (size_t i = 0; i < words; ++i)
        if (i / 512 % 8 != 7) memory[i] = next(&random);
    for (int line = 0; line < lines; ++line) {
        for (long access = 0; access < accesses; ++access) {
            // Where it goes depends on what it finds.
            unsigned long *word = &memory[(next(&random) + sum) % words];
            sum = sum * 31 + *word;
            *word ^= random;
        }
        printf("line %d: %lu\n", line, sum);
        fflush(stdout);
        struct timespec time = {0, pause * 1000000};
        nanosleep(&time, NULL);
    }
    for (size_t i = 0; i < words; ++i)
        sum = sum * 31 + memory[i];
    printf("sum %lu\n", sum);
    return 7;
}
