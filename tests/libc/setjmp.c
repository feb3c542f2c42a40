// setjmp, longjmp, and their relatives: values, nesting, loops, signal masks, what survives.
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static jmp_buf outer, inner;
static sigjmp_buf with_mask, without_mask;

__attribute__((noinline)) static void leap(jmp_buf where, int value, int depth) {
    volatile char frame[100];
    frame[depth] = (char)value;
    if (depth)
        leap(where, frame[depth], depth - 1);
    longjmp(where, value);
}

static double chain(int n) {
    volatile double kept = n * 1.5;
    volatile long also = n;
    switch (setjmp(inner)) {
    case 0: leap(inner, 3, 20); break;
    case 3: kept += 1; leap(inner, 4, 5); break;
    case 4: also++; break;
    default: abort();
    }
    return kept + (double)also;
}

static int masked(int signal) {
    sigset_t set;
    sigprocmask(SIG_BLOCK, NULL, &set);
    return sigismember(&set, signal);
}

static void handler(int signal) { siglongjmp(with_mask, signal); }

int main(void) {
    volatile int rounds = 0;
    int value = setjmp(outer);
    printf("%d ", value);
    if (rounds++ < 5)
        longjmp(outer, rounds * 2);
    printf("\n");
    if (setjmp(outer) == 0)
        longjmp(outer, 0);
    else
        printf("0 becomes nonzero\n");
    printf("%g\n", chain(7));

    // Armed twice, used many times from below.
    volatile long sum = 0;
    for (volatile int i = 0; i < 1000; i++) {
        int r = setjmp(outer);
        if (!r)
            leap(outer, i % 50 + 1, i % 30);
        sum += r;
    }
    printf("%ld\n", sum);

    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    if (sigsetjmp(with_mask, 1) == 0) {
        sigprocmask(SIG_BLOCK, &set, NULL);
        printf("%d ", masked(SIGUSR1));
        siglongjmp(with_mask, 1);
    }
    printf("%d ", masked(SIGUSR1));
    if (sigsetjmp(without_mask, 0) == 0) {
        sigprocmask(SIG_BLOCK, &set, NULL);
        siglongjmp(without_mask, 1);
    }
    printf("%d\n", masked(SIGUSR1));
    sigprocmask(SIG_UNBLOCK, &set, NULL);

    signal(SIGUSR2, handler);
    for (volatile int i = 0; i < 3; i++)
        if (sigsetjmp(with_mask, 1) == 0) {
            raise(SIGUSR2);
            printf("not reached\n");
        } else
            printf("out of handler, %d\n", masked(SIGUSR2));
    return 0;
}
