// Handlers installed before a move and run after it, moves inside handlers, masks, pending signals, an alternate
// stack's setting, jumping out of a handler, and what an ignored signal does.
#include "check.h"
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t seen[65], nested, value_in_handler;
static sigjmp_buf out;

static void simple(int number) {
    seen[number]++;
    deep_work(2, 9);
}
static void with_info(int number, siginfo_t* info, void* context) {
    EXPECT(info->si_signo == number && context);
    nested++;
    if (nested < 3) raise(SIGUSR1);
    work(27);
    seen[number] += nested;
    nested--;
}
static void jumping(int number) {
    seen[number]++;
    value_in_handler = 7;
    work(9);
    siglongjmp(out, number);
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 30);
    struct sigaction action = {.sa_handler = simple}, before;
    EXPECT(sigaction(SIGUSR1, &action, NULL) == 0);
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR1);
    action.sa_sigaction = with_info;
    action.sa_flags = SA_SIGINFO;
    EXPECT(sigaction(SIGUSR2, &action, NULL) == 0);
    signal(SIGTERM, jumping);
    signal(SIGHUP, SIG_IGN);
    for (int i = 0; i < rounds; i++) {
        int kept = i * 3;
        double weight = i / 7.0;
        HOLD(0, kept);
        HOLD(1, weight);
        raise(SIGUSR1);
        deep_work(2, (uint64_t)i & 7);
        raise(SIGUSR2);
        raise(SIGHUP);
        SAME(0, kept);
        SAME(1, weight);
        sigset_t block, old, waiting;
        sigemptyset(&block);
        sigaddset(&block, SIGUSR1);
        sigprocmask(SIG_BLOCK, &block, &old);
        int count = seen[SIGUSR1];
        kill(getpid(), SIGUSR1); // stays pending over the move
        work(97);
        sigpending(&waiting);
        EXPECT(sigismember(&waiting, SIGUSR1) && seen[SIGUSR1] == count);
        sigprocmask(SIG_SETMASK, &old, NULL);
        EXPECT(seen[SIGUSR1] == count + 1);
        if (sigsetjmp(out, 1) == 0) {
            work(5);
            raise(SIGTERM);
            EXPECT(0);
        }
        work(3);
        EXPECT(value_in_handler == 7);
        EXPECT(sigaction(SIGUSR2, NULL, &before) == 0 && before.sa_sigaction == with_info &&
               (before.sa_flags & SA_SIGINFO));
    }
    printf("%d %d %d %d\n", seen[SIGUSR1], seen[SIGUSR2], seen[SIGTERM], seen[SIGHUP]);
    return finish();
}
