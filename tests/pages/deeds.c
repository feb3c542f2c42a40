/* deeds WHAT COUNT: what else a watched program does.
 *   violations   writes to pages that it has closed itself, and handles the signals
 *   naps         sleeps, and writes a little in between
 *   crash        the same as violations, and dies of the last one */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { PAGE = 4096, PAGES = 64 };

static sigjmp_buf place;
static volatile uint64_t handled;
static void handle(int signal) {
    (void)signal;
    ++handled;
    siglongjmp(place, 1);
}

static int violations(uint64_t count, int crash) {
    volatile char* memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if ((void*)memory == MAP_FAILED) return 1;
    signal(SIGSEGV, handle);
    volatile uint64_t sum = 0;
    for (volatile uint64_t i = 0; i < count; ++i) {
        size_t page = i * 7 % PAGES;
        volatile char* byte = memory + page * PAGE + i % PAGE;
        char before = *byte;
        if (mprotect((void*)(memory + page * PAGE), PAGE, i % 3 ? PROT_READ : PROT_NONE)) return 2;
        if (crash && i + 1 == count) signal(SIGSEGV, SIG_DFL);
        if (!sigsetjmp(place, 1)) {
            *byte = 99;
            return 3; /* that must not work */
        }
        if (mprotect((void*)(memory + page * PAGE), PAGE, PROT_READ | PROT_WRITE)) return 4;
        if (*byte != before) return 5;
        ++*byte;
        for (int k = 0; k < 500; ++k)
            sum += k * i;
    }
    uint64_t hash = sum;
    for (size_t i = 0; i < PAGES * PAGE; ++i)
        hash = hash * 31 + (unsigned char)memory[i];
    printf("%llu %016llx\n", (unsigned long long)handled, (unsigned long long)hash);
    return 0;
}

static int naps(uint64_t count) {
    struct timespec nap = {0, 3000000};
    uint64_t* memory = calloc(PAGES, PAGE);
    if (!memory) return 1;
    for (uint64_t i = 0; i < count; ++i) {
        nanosleep(&nap, NULL);
        memory[i * 37 % PAGES * (PAGE / 8) + i % (PAGE / 8)] += i;
    }
    uint64_t hash = 0;
    for (size_t i = 0; i < PAGES * PAGE / 8; ++i)
        hash = hash * 31 + memory[i];
    printf("%016llx\n", (unsigned long long)hash);
    return 0;
}

int main(int argc, char** argv) {
    if (argc != 3) return 9;
    uint64_t count = strtoull(argv[2], NULL, 0);
    return strcmp(argv[1], "naps") ? violations(count, !strcmp(argv[1], "crash")) : naps(count);
}
