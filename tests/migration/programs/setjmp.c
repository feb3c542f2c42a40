// setjmp and longjmp over several frames, with moves in between: error handling in nested calls, a buffer armed once
// and jumped to many times, buffers in the heap and in other frames, the signal mask.
#include "check.h"
#include <setjmp.h>
#include <signal.h>

static jmp_buf top;
static int jumps;

static APART void fail_at(int depth, int when, jmp_buf* where) {
    volatile int mine = depth;
    work((uint64_t)depth & 7);
    if (depth == when) longjmp(*where, when + 100);
    fail_at(depth + 1, when, where);
    EXPECT(mine == depth); // not reached when the jump works
}

// Locals that do not change after setjmp need no volatile; moved in registers before and after.
static APART long guarded(int when, long a, double b) {
    jmp_buf mine;
    long twice = a * 2;
    double half = b / 2;
    volatile long steps = 0;
    int got = setjmp(mine);
    work((uint64_t)got & 7);
    if (got == 0) {
        steps = steps + 1;
        deep_work(3, 5);
        fail_at(0, when, &mine);
        return -1;
    }
    EXPECT(got == when + 100 && steps == 1);
    jumps++;
    return twice + got + (long)(half * 4) + a + (long)b;
}

// The same buffer again and again: a loop made of jumps.
static APART int loop_of_jumps(int count) {
    jmp_buf* mine = malloc(sizeof *mine);
    volatile int i = 0, sum = 0;
    int step = setjmp(*mine);
    sum = sum * 3 + step;
    i = i + 1;
    deep_work(2, (uint64_t)step & 7);
    if (i < count) fail_at(0, i % 5, mine);
    free(mine);
    jumps += i;
    return sum;
}

// Handlers on a stack of buffers, as programs with exceptions of their own have them; half pass the error on.
struct handler {
    jmp_buf buffer;
    struct handler* outer;
};
static struct handler* handlers;
static APART _Noreturn void throw(int what) {
    struct handler* h = handlers;
    handlers = h->outer;
    work((uint64_t)what & 15);
    longjmp(h->buffer, what);
}
static APART int catching(int depth) {
    struct handler mine = {.outer = handlers};
    volatile int here = depth;
    handlers = &mine;
    int what = setjmp(mine.buffer);
    if (what == 0) {
        int got = depth == 0 ? (work(6) ? (throw(1000), 0) : 0) : catching(depth - 1);
        handlers = mine.outer;
        return got + here;
    }
    EXPECT(here == depth);
    if (handlers && what % 2 == 0) throw(what + 1);
    deep_work(2, 9);
    if (handlers && depth % 3 != 2) throw(what + 1);
    return what * 10 + depth;
}

static APART int with_mask(int save) {
    sigset_t some, now;
    sigemptyset(&some);
    sigaddset(&some, SIGUSR2);
    sigprocmask(SIG_SETMASK, &some, NULL);
    sigjmp_buf mine;
    volatile int turns = 0;
    int got = sigsetjmp(mine, save);
    work(9);
    sigprocmask(SIG_SETMASK, NULL, &now);
    int blocked = sigismember(&now, SIGUSR2) * 2 + sigismember(&now, SIGUSR1);
    turns = turns + 1;
    if (got == 0) {
        sigaddset(&some, SIGUSR1);
        sigprocmask(SIG_SETMASK, &some, NULL);
        work(27);
        siglongjmp(mine, 0); // gives 1
    }
    sigemptyset(&some);
    sigprocmask(SIG_SETMASK, &some, NULL);
    return blocked * 10 + turns + got * 100;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 12);
    volatile int outer = 0;
    for (int i = 0; i < rounds; i++) {
        int got = setjmp(top);
        if (got == 0) {
            printf("%ld %d %d\n", guarded(i, i * 7, i / 3.0), loop_of_jumps(i), catching(i));
            printf("%d %d\n", with_mask(1), with_mask(0));
            handlers = NULL;
            fail_at(0, i % 9, &top);
        }
        outer = outer + got;
    }
    printf("%d %d\n", outer, jumps);
    return finish();
}
