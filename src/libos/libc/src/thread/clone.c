/* Threads and child processes, in place of musl's src/thread/clone.c: the libOS refuses them, and says so once. */
#include "pthread_impl.h"
#include "syscall.h"

int __clone(int (*func)(void *), void *stack, int flags, void *arg, ...) {
    (void)func;
    (void)arg;
    return __syscall(SYS_clone, flags, stack);
}
