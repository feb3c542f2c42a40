/* random_pages MIB STEPS [SEED]: changes random pages of an array, checks each before it does, and opens, closes, discards, gives
 * back and takes memory in between. What it prints depends on its arguments only. */
#define _DEFAULT_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, WORDS = PAGE / 8, SLOTS = 16 };

static uint64_t state;
static uint64_t next(void) {
    state += 0x9e3779b97f4a7c15;
    uint64_t x = state;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}
static uint64_t mix(uint64_t page, uint64_t count) { return count ? (page + 1) * 0x9e3779b97f4a7c15 ^ count * 0xff51afd7ed558ccd : 0; }

static uint64_t inData[64 * WORDS]; /* common data changes, too */

static void fail(const char* what, uint64_t page) {
    printf("wrong: %s, page %llu\n", what, (unsigned long long)page);
    fflush(stdout);
    abort();
}

static struct {
    uint64_t* start;
    size_t pages;
    uint64_t value;
    int closed;
} slots[SLOTS];

/* A mapping comes, is closed to writing or at all, opened again, discarded in part, or goes. */
static void changeMappings(void) {
    unsigned i = next() % SLOTS;
    if (!slots[i].start) {
        slots[i].pages = 1 + next() % 64;
        slots[i].value = next();
        slots[i].closed = 0;
        slots[i].start = mmap(NULL, slots[i].pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (slots[i].start == MAP_FAILED) fail("mmap", i);
        for (size_t page = 0; page < slots[i].pages; ++page) {
            if (slots[i].start[page * WORDS + 7]) fail("new mapping is not zero", page);
            slots[i].start[page * WORDS + 7] = slots[i].value + page;
        }
        return;
    }
    size_t size = slots[i].pages * PAGE;
    if (slots[i].closed && mprotect(slots[i].start, size, PROT_READ | PROT_WRITE)) fail("mprotect", i);
    for (size_t page = 0; page < slots[i].pages; ++page)
        if (slots[i].start[page * WORDS + 7] != slots[i].value + page) fail("mapping", page);
    slots[i].closed = 0;
    switch (next() % 4) {
    case 0:
        if (mprotect(slots[i].start, size, PROT_READ)) fail("mprotect", i);
        slots[i].closed = 1;
        break;
    case 1:
        if (mprotect(slots[i].start, size, PROT_NONE)) fail("mprotect", i);
        slots[i].closed = 1;
        break;
    case 2:
        if (madvise(slots[i].start, size, MADV_DONTNEED)) fail("madvise", i);
        for (size_t page = 0; page < slots[i].pages; ++page) {
            if (slots[i].start[page * WORDS + 7]) fail("discarded memory is not zero", page);
            slots[i].start[page * WORDS + 7] = slots[i].value + page;
        }
        break;
    default:
        if (munmap(slots[i].start, size)) fail("munmap", i);
        slots[i].start = NULL;
    }
}

int main(int argc, char** argv) {
    size_t pages = (argc > 1 ? strtoull(argv[1], NULL, 0) : 16) * 256;
    uint64_t steps = argc > 2 ? strtoull(argv[2], NULL, 0) : 1000000;
    state = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
    uint64_t* memory = malloc(pages * PAGE);
    uint32_t* counts = calloc(pages, sizeof *counts);
    if (!memory || !counts) return 1;
    for (size_t page = 0; page < pages; ++page)
        for (size_t word = 0; word < WORDS; word += 64)
            memory[page * WORDS + word] = mix(page, counts[page]);
    for (uint64_t step = 0; step < steps; ++step) {
        uint64_t random = next();
        size_t page = random % pages, word = (random >> 40) % (WORDS / 64) * 64;
        if (memory[page * WORDS + word] != mix(page, counts[page])) fail("array", page);
        ++counts[page];
        for (word = 0; word < WORDS; word += 64)
            memory[page * WORDS + word] = mix(page, counts[page]);
        inData[random >> 32 & (sizeof inData / 8 - 1)] += step;
        if (step % 64 == 0) changeMappings();
    }
    uint64_t hash = 0;
    for (size_t page = 0; page < pages; ++page) {
        for (size_t word = 0; word < WORDS; word += 64)
            if (memory[page * WORDS + word] != mix(page, counts[page])) fail("array at the end", page);
        hash = hash * 31 + counts[page];
    }
    for (size_t i = 0; i < sizeof inData / 8; ++i)
        hash = hash * 31 + inData[i];
    printf("%016llx\n", (unsigned long long)hash);
    return 0;
}
