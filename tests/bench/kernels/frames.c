// A stack of so many frames under a loop that runs for so many turns: what capturing and rebuilding a frame costs.
//   frames DEPTH TURNS
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static volatile uint64_t step = 1;

static __attribute__((noinline)) uint64_t turn(uint64_t turns) {
    uint64_t x = 88172645463325252u;
    while (turns > 0) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        turns -= step;
    }
    return x;
}

static __attribute__((noinline)) uint64_t descend(int depth, uint64_t a, uint64_t b, double c, uint64_t turns) {
    if (depth == 0) return turn(turns) + a;
    uint64_t below = descend(depth - 1, a + b, a ^ (uint64_t)depth, c * 0.5 + depth, turns);
    return below * 31 + a + b + (uint64_t)c;
}

int main(int argc, char** argv) {
    int depth = argc > 1 ? atoi(argv[1]) : 10;
    uint64_t turns = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000;
    printf("%016llx\n", (unsigned long long)descend(depth, 1, 2, 3, turns));
    return 0;
}
