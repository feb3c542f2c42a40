// A hundred thousand frames, moved while they grow, at the bottom, and while they return; values live in every frame.
// flags: -Wl,-z,stack-size=67108864
#include "check.h"

static uint64_t sums[4];

static APART uint64_t descend(int depth, uint64_t a, uint64_t b, double c) {
    if (depth == 0) {
        sums[0] += work(a & 1023);
        return a ^ b;
    }
    uint64_t mine = a * 31 + (uint64_t)depth;
    double weight = c * 0.999 + depth;
    uint64_t below = descend(depth - 1, b, mine, weight);
    sums[1] += mine ^ (uint64_t)depth;
    sums[2] += (uint64_t)weight;
    return below + (mine >> 3) + (uint64_t)(int64_t)(weight - c);
}

// Frames of different sizes, with memory of their own.
static APART unsigned wide(int depth, const unsigned* above) {
    unsigned local[8];
    for (int i = 0; i < 8; i++)
        local[i] = above[i] + (unsigned)(i * depth);
    unsigned below = depth ? wide(depth - 1, local) : work(99);
    for (int i = 0; i < 8; i++)
        EXPECT(local[i] == above[i] + (unsigned)(i * depth));
    return below * 3 + local[depth & 7];
}

int main(int argc, char** argv) {
    int depth = scale(argc, argv, 100000);
    for (int round = 1; round <= 3; round++)
        printf("%016llx\n", (unsigned long long)descend(depth / round, (uint64_t)round, 77, 1.5));
    unsigned start[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    printf("%08x\n", wide(depth / 10, start));
    printf("%llu %llx %llu\n", (unsigned long long)sums[0], (unsigned long long)sums[1], (unsigned long long)sums[2]);
    return finish();
}
