/* longjmp and its relatives, and the signal mask of sigsetjmp (C11 7.13; POSIX), in place of each ISA's assembly.
 *
 * A buffer holds portable data only (docs/migration.md, section 1): word 0 is the address of a context, native registers that lie in
 * the frame of the function that called setjmp, word 1 its portable stack pointer. Calls of setjmp are compiled to the
 * code that fills it in. */
#include <setjmp.h>
#include <signal.h>

#include "syscall.h"

extern char *__dyad_stack_pointer;
_Noreturn void __dyad_context_load(void *context, int value);

/* Part of what a call of sigsetjmp becomes. */
void __dyad_save_mask(struct __jmp_buf_tag *buffer, int save) {
    buffer->__fl = save != 0;
    if (save) __syscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, buffer->__ss, _NSIG / 8);
}

_Noreturn void longjmp(jmp_buf buffer, int value) {
    if (buffer->__fl) __syscall(SYS_rt_sigprocmask, SIG_SETMASK, buffer->__ss, 0, _NSIG / 8);
    __dyad_stack_pointer = (char *)buffer->__jb[1];
    __dyad_context_load((void *)buffer->__jb[0], value ? value : 1);
}
weak_alias(longjmp, _longjmp);
weak_alias(longjmp, siglongjmp);
