// mmap and mprotect: pages mapped before a move are there after it, with their content and their protection. fine
// _GNU_SOURCE
#define _GNU_SOURCE
#include "check.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

static sigjmp_buf out;
static void caught(int number) {
    siglongjmp(out, number);
}

static APART int writable(volatile char* p) {
    if (sigsetjmp(out, 1)) return 0;
    *p = (char)(*p);
    return 1;
}
static APART int readable(volatile char* p) {
    if (sigsetjmp(out, 1)) return 0;
    (void)*p;
    return 1;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 12);
    enum { PAGE = 4096, PAGES = 24 };
    struct sigaction action = {.sa_handler = caught};
    sigaction(SIGSEGV, &action, NULL);
    char* map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(map != MAP_FAILED);
    uint64_t sum = 0;
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < PAGES; i++) {
            char* page = map + i * PAGE;
            EXPECT(mprotect(page, PAGE, PROT_READ | PROT_WRITE) == 0);
            memset(page, round * 31 + i, PAGE);
            int protection = (i + round) % 3;
            EXPECT(mprotect(page, PAGE,
                            protection == 0   ? PROT_READ | PROT_WRITE
                            : protection == 1 ? PROT_READ
                                              : PROT_NONE) == 0);
        }
        deep_work(10, (uint64_t)round);
        for (int i = 0; i < PAGES; i++) {
            char* page = map + i * PAGE;
            int protection = (i + round) % 3;
            EXPECT(writable(page) == (protection == 0) && readable(page) == (protection < 2));
            work(3);
            if (protection < 2) {
                EXPECT(page[0] == (char)(round * 31 + i) && page[PAGE - 1] == page[0]);
                sum = sum * 31 + (unsigned char)page[77];
            }
        }
        char* more = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        more[3 * PAGE] = 'x';
        work(27);
        EXPECT(more[3 * PAGE] == 'x' && more[0] == 0 && munmap(more, 5 * PAGE) == 0);
    }
    printf("%016llx\n", (unsigned long long)sum);
    return finish();
}
