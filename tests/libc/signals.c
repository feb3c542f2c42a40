// Signals that a program raises on itself: handlers, masks, pending, nesting, default and ignore, timers, abort.
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t seen[65], order, depth;
static sigjmp_buf out;

static void simple(int signal) { seen[signal] = seen[signal] + 1; }

static void informed(int signal, siginfo_t *info, void *context) {
    printf("signal %d %d code %d pid %d context %d\n", signal, info->si_signo, info->si_code == SI_TKILL || info->si_code == SI_USER, info->si_pid == getpid(), context != NULL);
}

static void nested(int signal) {
    order = order * 10 + signal % 10;
    depth++;
    if (signal == SIGUSR1)
        raise(SIGUSR2);
    depth--;
    order = order * 10 + signal % 10;
}

static void queued(int signal, siginfo_t *info, void *context) {
    (void)context;
    printf("queued %d %d\n", signal - SIGRTMIN, info->si_value.sival_int);
}

static void aborted(int signal) { siglongjmp(out, signal); }

int main(void) {
    printf("%d %d\n", signal(SIGUSR1, simple) == SIG_DFL, signal(SIGUSR1, simple) == simple);
    printf("%d %d %d\n", raise(SIGUSR1), kill(getpid(), SIGUSR1), (int)seen[SIGUSR1]);
    errno = 0;
    printf("%d %d ", raise(0), signal(SIGKILL, simple) == SIG_ERR);
    printf("%d %d\n", errno == EINVAL, sigaction(99, NULL, NULL));

    struct sigaction action = {.sa_sigaction = informed, .sa_flags = SA_SIGINFO}, old;
    sigaction(SIGUSR2, &action, NULL);
    raise(SIGUSR2);
    sigaction(SIGUSR2, NULL, &old);
    printf("%d %d\n", old.sa_sigaction == informed, (old.sa_flags & SA_SIGINFO) != 0);

    sigset_t set, before, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    printf("%d ", sigprocmask(SIG_BLOCK, &set, &before));
    printf("%d ", sigismember(&before, SIGUSR1));
    seen[SIGUSR1] = 0;
    raise(SIGUSR1), raise(SIGUSR1);
    sigpending(&pending);
    printf("%d %d %d ", (int)seen[SIGUSR1], sigismember(&pending, SIGUSR1), sigismember(&pending, SIGTERM));
    sigprocmask(SIG_SETMASK, &before, NULL);
    printf("%d\n", (int)seen[SIGUSR1]);

    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    sigset_t none;
    sigemptyset(&none);
    printf("%d %d %d\n", sigsuspend(&none), errno == EINTR, (int)seen[SIGUSR1]);
    raise(SIGUSR1);
    siginfo_t info;
    struct timespec soon = {0, 1000000};
    printf("%d ", sigtimedwait(&set, &info, &soon) == SIGUSR1);
    printf("%d %d\n", sigtimedwait(&set, &info, &soon), errno == EAGAIN);
    sigprocmask(SIG_SETMASK, &before, NULL);

    action = (struct sigaction){.sa_handler = nested};
    sigaction(SIGUSR1, &action, NULL), sigaction(SIGUSR2, &action, NULL);
    raise(SIGUSR1);
    printf("%d\n", (int)order);
    order = 0;
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    printf("%d\n", (int)order);
    action = (struct sigaction){.sa_handler = simple, .sa_flags = SA_RESETHAND};
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &old);
    printf("%d\n", old.sa_handler == SIG_DFL);

    signal(SIGTERM, SIG_IGN);
    raise(SIGTERM);
    raise(SIGCHLD), raise(SIGURG), raise(SIGWINCH); // ignored by default
    action = (struct sigaction){.sa_sigaction = queued, .sa_flags = SA_SIGINFO};
    sigaction(SIGRTMIN + 1, &action, NULL);
    printf("%d\n", sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 1234}));

    signal(SIGALRM, simple);
    struct itimerval timer = {{0, 0}, {0, 20000}};
    printf("%d ", setitimer(ITIMER_REAL, &timer, NULL));
    int interrupted = pause();
    printf("%d %d %d ", interrupted, errno == EINTR, (int)seen[SIGALRM]);
    alarm(100);
    printf("%d\n", alarm(0) > 90);
    static char stack_area[16384];
    stack_t stack = {.ss_sp = stack_area, .ss_size = sizeof stack_area};
    printf("%d ", sigaltstack(&stack, NULL));
    printf("%d %d\n", sigaltstack(NULL, &stack), stack.ss_size == sizeof stack_area);

    signal(SIGABRT, aborted);
    int value = sigsetjmp(out, 1);
    if (!value)
        abort();
    printf("left abort by %d\n", value);
    psignal(SIGUSR1, "not compared");
    printf("%d %d\n", SIGRTMIN, SIGRTMAX);
    return 0;
}
