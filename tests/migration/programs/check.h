// What the programs of this folder share. A program holds values over work during which it may be moved, and looks at
// them again: a copy taken before (in memory, which moves as it is) must equal the value itself, which was in a
// register, in a spill slot, or recomputed after the move. Everything is printed too, so that the output shows a
// difference even if the copy is wrong.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APART __attribute__((noinline))

static unsigned char held_bytes[128][64];
static uint64_t held_sum = 0xcbf29ce484222325u; // FNV-1a over all that was held
static unsigned long held_count;
static volatile uint64_t unknown; // zero, but the compiler cannot know
static volatile unsigned worked;  // keeps work whose result nobody wants

static APART void hold_bytes(int slot, const void* value, size_t size) {
    memcpy(held_bytes[slot], value, size);
}

static APART void same_bytes(int slot, const void* value, size_t size, int summed, const char* file, int line) {
    if (memcmp(held_bytes[slot], value, size) != 0) {
        printf("%s:%d: value %d is not what it was:", file, line, slot);
        for (size_t i = 0; i < size; i++)
            printf(" %02x/%02x", held_bytes[slot][i], ((const unsigned char*)value)[i]);
        printf("\n");
        fflush(stdout);
        exit(3);
    }
    for (size_t i = 0; summed && i < size; i++)
        held_sum = (held_sum ^ held_bytes[slot][i]) * 0x100000001b3u;
    held_count++;
}

// HOLD notes a scalar or vector, SAME compares it with what was noted. (A structure has padding; hold its members.)
// Addresses differ between a Dyad and a native program: SAME_ADDRESS leaves them out of the sum that is printed.
#define HOLD(slot, value)                                                                                              \
    do {                                                                                                               \
        __typeof__(value) copy_ = (value);                                                                             \
        hold_bytes(slot, &copy_, sizeof copy_);                                                                        \
    } while (0)
#define SAME(slot, value)                                                                                              \
    do {                                                                                                               \
        __typeof__(value) copy_ = (value);                                                                             \
        same_bytes(slot, &copy_, sizeof copy_, 1, __FILE_NAME__, __LINE__);                                            \
    } while (0)
#define SAME_ADDRESS(slot, value)                                                                                      \
    do {                                                                                                               \
        const void* copy_ = (value);                                                                                   \
        same_bytes(slot, &copy_, sizeof copy_, 0, __FILE_NAME__, __LINE__);                                            \
    } while (0)

#define EXPECT(condition)                                                                                              \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            printf("%s:%d: expected %s\n", __FILE_NAME__, __LINE__, #condition);                                       \
            fflush(stdout);                                                                                            \
            exit(3);                                                                                                   \
        }                                                                                                              \
    } while (0)

// Work of unknown length in a loop that no compiler counts: the steps of the 3n+1 problem from `start`.
static APART unsigned work(uint64_t start) {
    unsigned steps = 0;
    for (uint64_t n = start + 1 + unknown; n != 1; n = n & 1 ? 3 * n + 1 : n / 2)
        steps++;
    worked = steps;
    return steps;
}

// The same work at the end of `depth` calls.
static APART unsigned deep_work(int depth, uint64_t start) {
    if (depth == 0) return work(start);
    unsigned below = deep_work(depth - 1 - (int)unknown, start + (uint64_t)depth);
    worked = below;
    return below + (unsigned)(depth & 3);
}

// A small generator, the same everywhere.
static inline uint64_t next_random(uint64_t* state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static inline int scale(int argc, char** argv, int normal) {
    return argc > 1 ? atoi(argv[1]) : normal;
}

static inline int finish(void) {
    printf("%lu values held, %016llx\n", held_count, (unsigned long long)held_sum);
    return 0;
}
