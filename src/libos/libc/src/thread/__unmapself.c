/* The end of a detached thread, in place of musl's src/thread/__unmapself.c, which switches stacks first.
 *
 * No switch is needed: the mapping holds the portable stack and the descriptor, but this function's frame and return
 * address are on the native stack, which belongs to the libOS. */
#include "pthread_impl.h"
#include "syscall.h"

_Noreturn void __unmapself(void *base, size_t size) {
    __syscall(SYS_munmap, base, size);
    for (;;)
        __syscall(SYS_exit, 0);
}
