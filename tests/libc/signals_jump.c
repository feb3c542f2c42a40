// Handlers that leave by siglongjmp, after a fault, a division or in the middle of waiting; handlers within handlers.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static sigjmp_buf out;
static volatile int depth, order[8], orders;
static void jump(int s) { siglongjmp(out, s); }
static void inner(int s) { order[orders++] = s; }
static void outer(int s) { order[orders++] = s; raise(SIGUSR2); order[orders++] = -s; }
static void again(int s) { order[orders++] = s; if (++depth < 3) raise(s); }
__attribute__((noinline)) static int divide(int a, volatile int *b) { return a / *b; }
__attribute__((noinline)) static long survive(long a, long b, long c, long d, double x, double y) {
    volatile int zero = 0;
    int s = sigsetjmp(out, 1);
    if (!s) { printf("not reached %d\n", divide((int)a, &zero)); }
    return s * 1000000 + a + 2 * b + 3 * c + 4 * d + (long)(x * 8 + y * 16);
}
int main(void) {
    signal(SIGFPE, jump); signal(SIGSEGV, jump);
    for (int i = 0; i < 3; i++) printf("%ld\n", survive(i, 2, 3, 4, 1.5, 2.25));
    int s = sigsetjmp(out, 1);
    if (!s) *(volatile int *)0 = 1;
    printf("null %d\n", s);
    for (int i = 0; i < 20000; i++) if (!sigsetjmp(out, 1)) *(volatile char *)(long)(i % 4096) = 1;
    sigset_t set; sigprocmask(SIG_SETMASK, NULL, &set);
    printf("blocked %d %d\n", sigismember(&set, SIGSEGV), sigismember(&set, SIGFPE));
    volatile int zero = 0; volatile long lzero = 0; volatile unsigned char czero = 0; volatile long min = (long)1 << 63, minus = -1;
    int t[6], n = 0;
    if (!(s = sigsetjmp(out, 1))) printf("%d", 7 % zero); t[n++] = s;
    if (!(s = sigsetjmp(out, 1))) printf("%ld", 7 / lzero); t[n++] = s;
    if (!(s = sigsetjmp(out, 1))) printf("%d", 7 / czero); t[n++] = s;
    if (!(s = sigsetjmp(out, 1))) printf("%d", 7u / (unsigned)zero); t[n++] = s;
    if (!(s = sigsetjmp(out, 1))) printf("%ld", min / minus); t[n++] = s;
    for (int i = 0; i < n; i++) printf("%d ", t[i]); printf("\n");
    struct sigaction action = {.sa_handler = outer};
    sigaction(SIGUSR1, &action, NULL); signal(SIGUSR2, inner);
    raise(SIGUSR1);
    for (int i = 0; i < orders; i++) printf("%d ", order[i]); printf("\n"); orders = 0;
    sigaddset(&action.sa_mask, SIGUSR2); sigaction(SIGUSR1, &action, NULL); raise(SIGUSR1);
    for (int i = 0; i < orders; i++) printf("%d ", order[i]); printf("\n"); orders = 0;
    action.sa_handler = again; action.sa_flags = SA_NODEFER; sigemptyset(&action.sa_mask); sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1); printf("nodefer %d %d\n", depth, orders); depth = orders = 0;
    action.sa_flags = 0; sigaction(SIGUSR1, &action, NULL); raise(SIGUSR1); printf("deferred %d %d\n", depth, orders);
    signal(SIGALRM, inner); orders = 0; alarm(1); pause(); printf("alarm %d\n", order[0]);
    if (!(s = sigsetjmp(out, 1))) { signal(SIGALRM, jump); ualarm(20000, 0); for (;;) pause(); }
    printf("jump out of pause %d\n", s);
    return 0;
}
