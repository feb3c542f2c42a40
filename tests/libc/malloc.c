// malloc and relatives: contents survive, alignment holds, blocks do not overlap, errors are reported.
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"

#define SLOTS 500
static struct {
    unsigned char *block;
    size_t size;
    unsigned char fill;
} slots[SLOTS];

static int intact(int s) {
    for (size_t i = 0; i < slots[s].size; i++)
        if (slots[s].block[i] != slots[s].fill)
            return 0;
    return 1;
}

int main(void) {
    int damaged = 0, misaligned = 0, failed = 0, nonzero = 0;
    for (int step = 0; step < 60000; step++) {
        int s = (int)(random_bits() % SLOTS), kind = (int)(random_bits() % 10);
        size_t size = random_bits() % (step % 50 == 0 ? 300000 : step % 7 == 0 ? 5000 : 200);
        if (slots[s].block)
            damaged += !intact(s);
        if (kind < 3) {
            free(slots[s].block);
            slots[s].block = NULL, slots[s].size = 0;
            continue;
        }
        if (kind < 6 && slots[s].block) {
            size_t kept = size < slots[s].size ? size : slots[s].size;
            unsigned char *moved = realloc(slots[s].block, size ? size : 1);
            if (!moved) {
                failed++;
                continue;
            }
            for (size_t i = 0; i < kept; i++)
                damaged += moved[i] != slots[s].fill;
            slots[s].block = moved;
        } else {
            free(slots[s].block);
            if (kind == 9) {
                size_t alignment = (size_t)16 << random_bits() % 9;
                slots[s].block = aligned_alloc(alignment, size);
                misaligned += (uintptr_t)slots[s].block % alignment != 0;
            } else if (kind == 8) {
                slots[s].block = calloc(size, 1);
                for (size_t i = 0; slots[s].block && i < size; i++)
                    nonzero += slots[s].block[i] != 0;
            } else
                slots[s].block = malloc(size);
            if (!slots[s].block) {
                failed++;
                slots[s].size = 0;
                continue;
            }
        }
        misaligned += (uintptr_t)slots[s].block % 16 != 0;
        damaged += malloc_usable_size(slots[s].block) < size;
        slots[s].size = size, slots[s].fill = (unsigned char)step;
        memset(slots[s].block, step, size);
    }
    printf("%d %d %d %d\n", damaged, misaligned, failed, nonzero);
    for (int s = 0; s < SLOTS; s++)
        free(slots[s].block);
    volatile size_t huge = SIZE_MAX - 100;
    errno = 0;
    printf("%d %d ", malloc(huge) == NULL, errno == ENOMEM);
    errno = 0;
    printf("%d %d ", calloc(huge / 2, 4) == NULL, errno == ENOMEM);
    printf("%d ", reallocarray(NULL, huge / 8, 16) == NULL);
    void *p = NULL;
    printf("%d %d %d\n", posix_memalign(&p, 3, 10) == EINVAL, posix_memalign(&p, 4096, 100), (uintptr_t)p % 4096 == 0);
    free(p);
    p = malloc(0);
    printf("%d\n", p != NULL);
    free(p), free(NULL);
    // Large blocks: freed memory must come back.
    unsigned char *big = NULL;
    int bad = 0;
    for (int i = 0; i < 200; i++) {
        big = malloc(4 << 20);
        if (!big) {
            bad++;
            continue;
        }
        big[0] = 1, big[(4 << 20) - 1] = 2;
        free(big);
    }
    char *growing = NULL;
    for (size_t size = 1; size < 3000000; size = size * 5 / 4 + 1) {
        growing = realloc(growing, size);
        if (!growing)
            return 1;
        growing[size - 1] = (char)size;
    }
    printf("%d %d\n", bad, growing[0]);
    free(growing);
    return 0;
}
