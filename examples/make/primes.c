#include "sieve.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    char *end = NULL;
    unsigned long limit = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
    if (argc != 2 || *end != '\0') {
        fprintf(stderr, "usage: primes LIMIT\n");
        return 2;
    }
    printf("%ld primes below %lu\n", count_primes(limit), limit);
    return 0;
}
