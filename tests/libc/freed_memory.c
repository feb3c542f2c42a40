// Large blocks that were freed, and what surrounds mappings, cannot be touched; what comes next in their place is zero.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static sigjmp_buf out;
static void fault(int signal) { siglongjmp(out, signal); }
static int touch(volatile char *where) {
    int signal = sigsetjmp(out, 1);
    if (!signal)
        *where = *where;
    return signal;
}

int main(void) {
    signal(SIGSEGV, fault);
    for (int round = 0; round < 3; round++) {
        size_t size = (size_t)(1 + round) << 20;
        char *volatile block = malloc(size);
        memset(block, 'x', size);
        int alive = touch(block + size / 2);
        free(block);
        printf("%d %d %d\n", alive, touch(block + size / 2), touch(block + 100));
        char *zero = calloc(1, size);
        size_t nonzero = 0;
        for (size_t i = 0; i < size; i++) nonzero += zero[i] != 0;
        printf("%zu\n", nonzero);
        free(zero);
    }
    // A mapping with holes on purpose.
    char *m = mmap(NULL, 9 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(m, 'm', 9 * 4096);
    for (int i = 1; i < 9; i += 2) munmap(m + i * 4096, 4096);
    for (int i = 0; i < 9; i++) printf("%d ", touch(m + i * 4096));
    printf("\n");
    mmap(m + 4096, 7 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    for (int i = 0; i < 9; i++) printf("%d ", touch(m + i * 4096) ? -1 : m[i * 4096 + 7]);
    printf("\n%d ", munmap(m, 9 * 4096));
    for (int i = 0; i < 9; i++) printf("%d ", touch(m + i * 4096));
    printf("\n");
    // Reserved, then committed piece by piece, then shrunk.
    m = mmap(NULL, 1 << 24, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    printf("%d %d ", touch(m), mprotect(m, 65536, PROT_READ | PROT_WRITE));
    printf("%d %d %d\n", touch(m + 65535), touch(m + 65536), m[5]);
    m = mremap(m, 65536, 4096, 0);
    printf("%d %d\n", touch(m), touch(m + 4096));
    return 0;
}
