// Frames of a megabyte, a page, and just around the border of what needs a check, one inside the other.
#include "check.h"

static APART unsigned char sum_of(const unsigned char* bytes, size_t size) {
    unsigned char sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = (unsigned char)(sum * 3 + bytes[i]);
    return sum;
}

#define FRAME(name, size, inner)                                                                                       \
    static APART unsigned name(int depth, unsigned seed) {                                                             \
        unsigned char block[size];                                                                                     \
        for (size_t i = 0; i < sizeof block; i++)                                                                      \
            block[i] = (unsigned char)(seed * i + (unsigned)depth);                                                    \
        unsigned char before = sum_of(block, sizeof block);                                                            \
        unsigned below = inner;                                                                                        \
        EXPECT(sum_of(block, sizeof block) == before);                                                                 \
        return below * 31 + before + block[seed % sizeof block];                                                       \
    }

FRAME(small, 4000, depth ? small(depth - 1, seed + 1) : work(97))
FRAME(border, 4096, depth ? border(depth - 1, seed * 3) : small(3, seed))
FRAME(above, 4100, depth ? border(depth - 1, seed + 7) : work(5))
FRAME(large, 70000, depth ? large(depth - 1, seed + 5) : above(4, seed))
FRAME(huge, 1 << 20, large(3, seed) + deep_work(3, 9))

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 3);
    for (int i = 0; i < rounds; i++)
        printf("%08x %08x %08x\n", huge(i, (unsigned)i + 3), small(20 + i, 5), large(2, 11));
    return finish();
}
