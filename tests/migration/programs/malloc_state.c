// The allocator's state: thousands of blocks of all sizes made, grown, checked and freed in a random order.
#include "check.h"
#include <malloc.h>

enum { BLOCKS = 400 };
static unsigned char* blocks[BLOCKS];
static size_t sizes[BLOCKS];

static APART void check(int i) {
    for (size_t k = 0; k < sizes[i]; k += 1 + sizes[i] / 64)
        EXPECT(blocks[i][k] == (unsigned char)(i * 7 + (int)k));
}
static APART void fill(int i, size_t from) {
    for (size_t k = from; k < sizes[i]; k++)
        blocks[i][k] = (unsigned char)(i * 7 + (int)k);
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 4000);
    uint64_t seed = 777, total = 0;
    for (int round = 0; round < rounds; round++) {
        uint64_t r = next_random(&seed);
        int i = (int)(r % BLOCKS);
        size_t size = (r >> 20) % ((r >> 50) % 97 == 0 ? 200000 : (r >> 50) % 7 == 0 ? 5000 : 200) + 1;
        if (!blocks[i]) {
            if (r >> 60 == 3) {
                blocks[i] = aligned_alloc(256, (size + 255) / 256 * 256);
                EXPECT((uintptr_t)blocks[i] % 256 == 0);
            } else if (r >> 60 == 4) {
                blocks[i] = calloc(size, 1);
                for (size_t k = 0; k < size; k += 61)
                    EXPECT(blocks[i][k] == 0);
            } else {
                blocks[i] = malloc(size);
            }
            EXPECT(blocks[i] && malloc_usable_size(blocks[i]) >= size);
            sizes[i] = size;
            fill(i, 0);
        } else if (r >> 61 == 0) {
            check(i);
            size_t old = sizes[i];
            blocks[i] = realloc(blocks[i], size);
            EXPECT(blocks[i]);
            sizes[i] = size;
            if (size > old) fill(i, old);
            check(i);
        } else {
            check(i);
            total += sizes[i];
            free(blocks[i]);
            blocks[i] = NULL;
        }
        if (round % 16 == 0) work(r & 15);
    }
    size_t in_use = 0;
    for (int i = 0; i < BLOCKS; i++)
        if (blocks[i]) {
            check(i);
            in_use += sizes[i];
            free(blocks[i]);
        }
    printf("%llu freed, %zu in use\n", (unsigned long long)total, in_use);
    return finish();
}
