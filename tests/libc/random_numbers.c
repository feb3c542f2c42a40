// Pseudo-random sequences of the library, for given seeds.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "bits.h"

int main(void) {
    for (unsigned seed = 0; seed < 4; seed++) {
        srand(seed);
        srandom(seed);
        srand48((long)seed);
        unsigned state = seed;
        for (int i = 0; i < 6; i++)
            printf("%d %ld %d %ld %ld %016llx\n", rand(), random(), rand_r(&state), lrand48(), mrand48(), (unsigned long long)double_bits(drand48()));
    }
    char state[128];
    char *old = initstate(5, state, sizeof state);
    long a = random();
    char small[8];
    initstate(5, small, sizeof small);
    printf("%ld %ld ", a, random());
    setstate(old);
    printf("%ld\n", random());
    unsigned short seed16[3] = {1, 2, 3};
    printf("%ld %ld %.17g ", nrand48(seed16), jrand48(seed16), erand48(seed16));
    seed48(seed16);
    printf("%ld ", lrand48());
    lcong48((unsigned short[7]){1, 2, 3, 4, 5, 6, 7});
    printf("%ld\n", lrand48());
    uint64_t hash = HASH_START;
    srand(99);
    for (int i = 0; i < 100000; i++)
        hash = hash_value(hash, (uint64_t)rand());
    printf("%016llx\n", (unsigned long long)hash);

    // True random bytes: only that they come, and differ.
    unsigned char x[32] = {0}, y[32] = {0};
    printf("%d %d ", (int)getrandom(x, sizeof x, 0), getentropy(y, sizeof y));
    printf("%d\n", memcmp(x, y, sizeof x) != 0);
    return 0;
}
