/* Thread cancellation, in place of musl's src/thread/pthread_cancel.c.
 *
 * On Linux musl must cancel a thread that is inside the system call instruction, and looks at the interrupted program
 * counter to find out whether it is. Here a system call is a function of the libOS, which returns -EINTR when a signal
 * arrives while it blocks and has done nothing yet; so the flag is tested before the call and after such a return. */
#define _GNU_SOURCE
#include <string.h>

#include "pthread_impl.h"
#include "syscall.h"

hidden long __cancel(void), __syscall_cp_c();

long __cancel(void) {
    pthread_t self = __pthread_self();
    if (self->canceldisable == PTHREAD_CANCEL_ENABLE || self->cancelasync)
        pthread_exit(PTHREAD_CANCELED);
    self->canceldisable = PTHREAD_CANCEL_DISABLE; /* masked: fail once with ECANCELED */
    return -ECANCELED;
}

long __syscall_cp_c(syscall_arg_t record, syscall_arg_t a, syscall_arg_t b, syscall_arg_t c, syscall_arg_t d,
                    syscall_arg_t e, syscall_arg_t f) {
    const struct __dyad_call *call = (const struct __dyad_call *)record;
    pthread_t self = __pthread_self();
    int state = self->canceldisable;
    if (state == PTHREAD_CANCEL_DISABLE || (state && call == &__dyad_call_close))
        return __dyad_call(call, a, b, c, d, e, f);
    if (self->cancel)
        return __cancel();
    long result = __dyad_call(call, a, b, c, d, e, f);
    /* close has released the descriptor even when it was interrupted: it must be seen to succeed */
    if (result == -EINTR && call != &__dyad_call_close && self->cancel && self->canceldisable != PTHREAD_CANCEL_DISABLE)
        result = __cancel();
    return result;
}

/* Runs in the cancelled thread, to interrupt a blocking system call or to end asynchronous cancellation. */
static void cancel_handler(int signal, siginfo_t *info, void *context) {
    pthread_t self = __pthread_self();
    a_barrier();
    if (self->cancel && self->cancelasync && self->canceldisable != PTHREAD_CANCEL_DISABLE)
        __cancel();
}

void __testcancel(void) {
    pthread_t self = __pthread_self();
    if (self->cancel && !self->canceldisable)
        __cancel();
}

int pthread_cancel(pthread_t thread) {
    static int installed;
    if (!installed) {
        /* no SA_RESTART: a blocked system call must return, to see the flag */
        struct sigaction action = {.sa_flags = SA_SIGINFO, .sa_sigaction = cancel_handler};
        memset(&action.sa_mask, -1, _NSIG / 8);
        __libc_sigaction(SIGCANCEL, &action, 0);
        installed = 1;
    }
    a_store(&thread->cancel, 1);
    if (thread == pthread_self()) {
        if (thread->canceldisable == PTHREAD_CANCEL_ENABLE && thread->cancelasync)
            pthread_exit(PTHREAD_CANCELED);
        return 0;
    }
    return pthread_kill(thread, SIGCANCEL);
}
