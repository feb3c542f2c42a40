// mmap, munmap, mprotect, mremap, brk: what memory holds, what is refused, what a fault does.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf out;
static volatile uintptr_t fault_address;

static void fault(int signal, siginfo_t *info, void *context) {
    (void)context;
    fault_address = (uintptr_t)info->si_addr;
    siglongjmp(out, signal);
}

// 0, or the signal that writing there raises.
static int poke(volatile char *where) {
    int signal = sigsetjmp(out, 1);
    if (!signal)
        *where = 'p';
    return signal;
}

static int peek(volatile char *where, char *value) {
    int signal = sigsetjmp(out, 1);
    if (!signal)
        *value = *where;
    return signal;
}

int main(void) {
    struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, NULL), sigaction(SIGBUS, &action, NULL);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char value, *m = mmap(NULL, 16 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int nonzero = 0;
    for (size_t i = 0; i < 16 * page; i++)
        nonzero += m[i];
    printf("%d %d %d\n", m != MAP_FAILED, (int)((uintptr_t)m % page), nonzero);
    memset(m, 'x', 16 * page);
    printf("%d %d ", mprotect(m + page, page, PROT_READ), poke(m + page));
    printf("%d %d %c\n", fault_address == (uintptr_t)(m + page), peek(m + page, &value), value);
    printf("%d %d ", mprotect(m + 2 * page, page, PROT_NONE), peek(m + 2 * page, &value));
    printf("%d %d %d\n", poke(m + 2 * page), poke(m + 3 * page), poke(m));
    printf("%d %d %c\n", mprotect(m + page, 2 * page, PROT_READ | PROT_WRITE), poke(m + 2 * page), m[2 * page + 1]);
    printf("%d %d %d %d\n", munmap(m + 4 * page, 2 * page), poke(m + 4 * page), poke(m + 6 * page), poke(m + 5 * page));
    char *again = mmap(m + 4 * page, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    printf("%d %d %c\n", again == m + 4 * page, again[page], m[6 * page + 1]);
    printf("%d %d\n", madvise(m, 2 * page, MADV_DONTNEED), m[5]);
    char *bigger = mremap(m + 8 * page, 4 * page, 40 * page, MREMAP_MAYMOVE);
    printf("%d %c %d\n", bigger != MAP_FAILED, bigger[4 * page - 1], bigger[39 * page]);
    bigger = mremap(bigger, 40 * page, page, 0);
    printf("%d %d\n", bigger != MAP_FAILED && bigger[0] == 'x', poke(bigger + 2 * page) != 0);
    errno = 0;
    printf("%d %d ", mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED, errno == EINVAL);
    printf("%d %d ", munmap(m + 1, page), errno == EINVAL);
    printf("%d %d\n", mmap(NULL, (size_t)1 << 60, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED, errno == ENOMEM);

    int fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0644);
    write(fd, "content of the file", 19);
    char *file = mmap(NULL, 19, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    printf("%d %.19s %d\n", file != MAP_FAILED, file == MAP_FAILED ? "" : file, file == MAP_FAILED ? 0 : file[19]);
    if (file != MAP_FAILED) {
        file[0] = 'C';
        char first;
        pread(fd, &first, 1, 0);
        printf("%c %c %d\n", file[0], first, munmap(file, 19));
    }
    close(fd);
    printf("%d %d\n", poke(NULL), peek((char *)8, &value));
    return 0;
}
