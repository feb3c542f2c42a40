// Clocks go on over a move and never go back, sleeps last as long as they must, timers ring, CPU time grows. fine
// _GNU_SOURCE
// qemu: yes
#define _GNU_SOURCE
#include "check.h"
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t rings;
static void ring(int number) {
    (void)number, rings++;
}

static int64_t now(clockid_t clock) {
    struct timespec t;
    EXPECT(clock_gettime(clock, &t) == 0);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 40);
    const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_PROCESS_CPUTIME_ID, CLOCK_MONOTONIC};
    int64_t last[4], start[4];
    for (int k = 0; k < 4; k++)
        last[k] = start[k] = now(clocks[k]);
    signal(SIGALRM, ring);
    struct itimerval every = {{0, 20000}, {0, 20000}};
    setitimer(ITIMER_REAL, &every, NULL);
    for (int i = 0; i < rounds; i++) {
        for (int k = 0; k < 4; k++) {
            int64_t t = now(clocks[k]);
            EXPECT(t >= last[k]);
            last[k] = t;
            deep_work(4, (uint64_t)i & 15);
        }
        int64_t before = now(CLOCK_MONOTONIC);
        struct timespec nap = {0, 3000000};
        while (nanosleep(&nap, &nap) != 0) {
        }
        int64_t slept = now(CLOCK_MONOTONIC) - before;
        EXPECT(slept >= 3000000);
    }
    memset(&every, 0, sizeof every);
    setitimer(ITIMER_REAL, &every, NULL);
    // At least the naps have passed, and the two clocks agree on how long it was.
    int64_t passed = now(CLOCK_MONOTONIC) - start[0], real = now(CLOCK_REALTIME) - start[1];
    EXPECT(passed >= rounds * 3000000LL);
    EXPECT(real - passed < 2000000000 && passed - real < 2000000000);
    EXPECT(rings >= rounds * 3 / 20 / 2 && rings <= passed / 20000000 + 1);
    EXPECT(now(CLOCK_PROCESS_CPUTIME_ID) > start[2] && time(NULL) >= start[1] / 1000000000);
    printf("clocks went on\n");
    return finish();
}
