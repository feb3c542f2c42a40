// abort caught, alarm and interval timers, sleeps that are interrupted, sigwait, pending and blocked signals.
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static sigjmp_buf out;
static volatile int count;
static void jump(int signal) { siglongjmp(out, signal); }
static void tick(int signal) { count += signal == SIGALRM; }

int main(void) {
    signal(SIGABRT, jump);
    int s = sigsetjmp(out, 1);
    if (!s) abort();
    printf("abort %d\n", s);
    signal(SIGALRM, tick);
    printf("%u ", alarm(100)), printf("%d %u\n", alarm(0) >= 99, alarm(0));
    struct itimerval timer = {{0, 10000}, {0, 10000}}, old;
    setitimer(ITIMER_REAL, &timer, NULL);
    while (count < 5) pause();
    getitimer(ITIMER_REAL, &old);
    printf("%d %ld\n", count >= 5, (long)old.it_interval.tv_usec);
    timer = (struct itimerval){{0, 0}, {0, 20000}};
    setitimer(ITIMER_REAL, &timer, NULL);
    struct timespec wanted = {5, 0}, left;
    int result = nanosleep(&wanted, &left);
    printf("%d %d %d\n", result, errno == EINTR, left.tv_sec == 4);
    setitimer(ITIMER_REAL, &timer, NULL);
    printf("%d\n", sleep(3) >= 2);
    sigset_t set, before, pending;
    sigemptyset(&set), sigaddset(&set, SIGUSR1), sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, &before);
    raise(SIGUSR1), raise(SIGUSR1);
    sigpending(&pending);
    printf("%d %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGALRM));
    int taken = 0;
    printf("%d %d ", sigwait(&set, &taken), taken == SIGUSR1);
    setitimer(ITIMER_REAL, &timer, NULL);
    siginfo_t info;
    printf("%d %d\n", sigwaitinfo(&set, &info) == SIGALRM, info.si_signo == SIGALRM);
    struct timespec soon = {0, 10000000};
    printf("%d %d\n", sigtimedwait(&set, &info, &soon), errno == EAGAIN);
    union sigval value = {.sival_int = 77};
    sigqueue(getpid(), SIGUSR1, value);
    printf("%d %d %d\n", sigwaitinfo(&set, &info) == SIGUSR1, info.si_value.sival_int, info.si_code == SI_QUEUE);
    sigprocmask(SIG_SETMASK, &before, NULL);
    printf("%d %d\n", kill(getpid(), 0), signal(SIGKILL, SIG_IGN) == SIG_ERR && errno == EINVAL);
    count = 0, timer.it_value.tv_usec = 5000;
    setitimer(ITIMER_REAL, &timer, NULL);
    sigset_t none;
    sigemptyset(&none);
    printf("%d %d %d\n", sigsuspend(&none), errno == EINTR, count);
    return 0;
}
