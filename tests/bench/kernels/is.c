// After the specification of the NAS benchmark IS: integer keys are ranked again and again by counting.
//   is [LOG_KEYS LOG_MAXIMUM ROUNDS]: 16 11 10 is class S, 20 16 10 class W.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

static void rank(const int* keys, int count, int* ranks, int maximum) {
    memset(ranks, 0, (size_t)maximum * sizeof *ranks);
    for (int i = 0; i < count; i++)
        ranks[keys[i]]++;
    for (int i = 1; i < maximum; i++)
        ranks[i] += ranks[i - 1];
}

int main(int argc, char** argv) {
    int log_keys = argc > 1 ? atoi(argv[1]) : 16, log_maximum = argc > 2 ? atoi(argv[2]) : 11,
        rounds = argc > 3 ? atoi(argv[3]) : 10;
    int count = 1 << log_keys, maximum = 1 << log_maximum;
    int *keys = malloc((size_t)count * sizeof *keys), *ranks = malloc((size_t)maximum * sizeof *ranks),
        *sorted = malloc((size_t)count * sizeof *sorted);
    uint64_t state = 314159265, sum = 0;
    for (int i = 0; i < count; i++) {
        double value = 0;
        for (int k = 0; k < 4; k++)
            value += next_random(&state);
        keys[i] = (int)(maximum / 4 * value);
    }
    for (int round = 1; round <= rounds; round++) {
        keys[round % count] = round % maximum;
        keys[(round + 10) % count] = (maximum - round % maximum) % maximum;
        rank(keys, count, ranks, maximum);
        for (int probe = 1; probe <= 5; probe++)
            sum = sum * 31 + (uint64_t)ranks[keys[(long)count * probe / 7]];
    }
    for (int i = count - 1; i >= 0; i--)
        sorted[--ranks[keys[i]]] = keys[i];
    for (int i = 1; i < count; i++)
        if (sorted[i - 1] > sorted[i]) return 1;
    printf("%llu\n", (unsigned long long)sum);
    return 0;
}
