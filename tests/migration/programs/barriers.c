// Empty inline assembly that hides values from the optimiser, volatile locals, restrict, and values kept over it all.
#include "check.h"

#define HIDE(x) __asm__ volatile("" : "+r"(x))
#define FENCE() __asm__ volatile("" ::: "memory")

static APART uint64_t hidden(uint64_t n, double d, uint32_t small) {
    uint64_t a = n, b = n * 3, c = n ^ 0xff;
    uint32_t narrow = small + 1;
    HIDE(a);
    HIDE(narrow);
    work(n & 7);
    HIDE(b);
    HOLD(0, a);
    HOLD(1, narrow);
    HOLD(2, d);
    deep_work(2, b & 15);
    FENCE();
    SAME(0, a);
    SAME(1, narrow);
    SAME(2, d);
    HIDE(c);
    return a + b * c + narrow;
}

static APART long through(long* restrict out, const long* restrict in, int n) {
    volatile long mine = 5;
    for (int i = 0; i < n; i++) {
        out[i] = in[i] * mine + (long)(work((uint64_t)i & 3) & 0);
        FENCE();
        mine = mine + 1;
    }
    return mine;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 60);
    long in[16], out[16];
    uint64_t sum = 0;
    for (int i = 0; i < rounds; i++) {
        for (int k = 0; k < 16; k++)
            in[k] = i + k;
        sum = sum * 31 + hidden((uint64_t)i * 77, i / 3.0, (uint32_t)i) + (uint64_t)through(out, in, 16);
        for (int k = 0; k < 16; k++)
            EXPECT(out[k] == (long)(i + k) * (5 + k));
    }
    printf("%016llx\n", (unsigned long long)sum);
    return finish();
}
