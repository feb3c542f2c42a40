/* musl's src/internal/syscall.h, but that cancellation points pass the libOS's record of the call (syscall_arch.h), as a
 * syscall_arg_t, in place of its number. */
#include_next "syscall.h"

#ifndef __DYAD_SYSCALL_CP
#define __DYAD_SYSCALL_CP(n, ...) (__syscall_cp)(__scc(__dyad_call_of(n)), __VA_ARGS__)

#undef __syscall_cp0
#undef __syscall_cp1
#undef __syscall_cp2
#undef __syscall_cp3
#undef __syscall_cp4
#undef __syscall_cp5
#undef __syscall_cp6
#define __syscall_cp0(n) __DYAD_SYSCALL_CP(n, 0, 0, 0, 0, 0, 0)
#define __syscall_cp1(n, a) __DYAD_SYSCALL_CP(n, __scc(a), 0, 0, 0, 0, 0)
#define __syscall_cp2(n, a, b) __DYAD_SYSCALL_CP(n, __scc(a), __scc(b), 0, 0, 0, 0)
#define __syscall_cp3(n, a, b, c) __DYAD_SYSCALL_CP(n, __scc(a), __scc(b), __scc(c), 0, 0, 0)
#define __syscall_cp4(n, a, b, c, d) __DYAD_SYSCALL_CP(n, __scc(a), __scc(b), __scc(c), __scc(d), 0, 0)
#define __syscall_cp5(n, a, b, c, d, e) __DYAD_SYSCALL_CP(n, __scc(a), __scc(b), __scc(c), __scc(d), __scc(e), 0)
#define __syscall_cp6(n, a, b, c, d, e, f) \
    __DYAD_SYSCALL_CP(n, __scc(a), __scc(b), __scc(c), __scc(d), __scc(e), __scc(f))
#endif
