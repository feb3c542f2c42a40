#include "sieve.h"

#include <stdlib.h>

long count_primes(size_t limit) {
    unsigned char *composite = calloc(limit + 1, 1);
    if (!composite)
        return -1;
    long count = 0;
    for (size_t i = 2; i < limit; i++) {
        if (composite[i])
            continue;
        count++;
        for (size_t multiple = i * i; i <= limit / i && multiple < limit; multiple += i)
            composite[multiple] = 1;
    }
    free(composite);
    return count;
}
