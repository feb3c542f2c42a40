/* Cancellation points, in place of musl's src/thread/__syscall_cp.c: in programs without pthread_cancel (pthread_cancel.c)
 * system calls like all others. The first argument is the libOS's record of the call (syscall.h of our architecture). */
#include "pthread_impl.h"
#include "syscall.h"

hidden long __syscall_cp_c();

static long plain_call(syscall_arg_t call, syscall_arg_t a, syscall_arg_t b, syscall_arg_t c, syscall_arg_t d,
                       syscall_arg_t e, syscall_arg_t f) {
    return __dyad_call((const struct __dyad_call *)call, a, b, c, d, e, f);
}
weak_alias(plain_call, __syscall_cp_c);

long(__syscall_cp)(syscall_arg_t call, syscall_arg_t a, syscall_arg_t b, syscall_arg_t c, syscall_arg_t d, syscall_arg_t e,
                   syscall_arg_t f) {
    return __syscall_cp_c(call, a, b, c, d, e, f);
}
