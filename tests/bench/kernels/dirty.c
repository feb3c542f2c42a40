// Writes to its memory at a rate and computes in between, telling how much: the program of transfer.sh.
//   dirty MIB RATE SECONDS   RATE: MiB of pages written in a second, one word each
// Prints "ready" when all memory has been written once, then every 20 ms the units of computing that it got done.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PAGE = 4096, UNIT = 20000, TELL_NS = 20000000 };

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv) {
    size_t size = (size_t)atoi(argv[1]) << 20, at = 0;
    double pages_per_ns = atof(argv[2]) * (1 << 20) / PAGE / 1e9;
    int64_t length = atoll(argv[3]) * 1000000000LL;
    uint64_t *memory = malloc(size), random = 88172645463325252;
    for (size_t i = 0; i < size / sizeof *memory; ++i) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        memory[i] = random;
    }
    puts("ready");
    fflush(stdout);
    int64_t start = now(), told = start, written = 0;
    for (long units = 0; now() - start < length;) {
        for (int i = 0; i < UNIT; ++i)
            random = random * 6364136223846793005 + 1442695040888963407;
        ++units;
        for (int64_t due = (int64_t)((double)(now() - start) * pages_per_ns); written < due; ++written) {
            memory[at / sizeof *memory] += random;
            at = (at + PAGE) % size;
        }
        if (now() - told < TELL_NS) continue;
        printf("%ld\n", units);
        fflush(stdout);
        units = 0;
        told = now();
    }
    return random == 0; // never
}
