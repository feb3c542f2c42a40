/* System calls are calls into the portable libOS: result >= 0 or -errno, structures of asm-generic Linux. Unused arguments
 * are zero. There is no vDSO: a call costs no more than one.
 *
 * Where the number is a constant, as nearly everywhere, the libOS's record of that call stands in its place. A program then
 * refers to the calls that it can make, and to no others. */
#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

struct __dyad_call;
#define SYSTEM_CALL(number, name, function) extern hidden const struct __dyad_call __dyad_call_##name;
#define ABSENT_CALL(number, name) extern hidden const struct __dyad_call __dyad_call_##name;
#include "libos/system_calls.def"
/* Defined nowhere: a constant number is one of the list. */
extern hidden const struct __dyad_call __dyad_call_of_unlisted_number;

hidden long __dyad_call(const struct __dyad_call *call, long a, long b, long c, long d, long e, long f);
hidden long __dyad_syscall(long n, long a, long b, long c, long d, long e, long f);

#define __DYAD_INLINE static inline __attribute__((__always_inline__))

__DYAD_INLINE const struct __dyad_call *__dyad_call_of(long n) {
    switch (n) {
#define SYSTEM_CALL(number, name, function) case number: return &__dyad_call_##name;
#define ABSENT_CALL(number, name) case number: return &__dyad_call_##name;
#include "libos/system_calls.def"
    default:
        return &__dyad_call_of_unlisted_number;
    }
}

__DYAD_INLINE long __syscall6(long n, long a, long b, long c, long d, long e, long f) {
    return __builtin_constant_p(n) ? __dyad_call(__dyad_call_of(n), a, b, c, d, e, f)
                                   : __dyad_syscall(n, a, b, c, d, e, f);
}

__DYAD_INLINE long __syscall0(long n) { return __syscall6(n, 0, 0, 0, 0, 0, 0); }
__DYAD_INLINE long __syscall1(long n, long a) { return __syscall6(n, a, 0, 0, 0, 0, 0); }
__DYAD_INLINE long __syscall2(long n, long a, long b) { return __syscall6(n, a, b, 0, 0, 0, 0); }
__DYAD_INLINE long __syscall3(long n, long a, long b, long c) { return __syscall6(n, a, b, c, 0, 0, 0); }
__DYAD_INLINE long __syscall4(long n, long a, long b, long c, long d) { return __syscall6(n, a, b, c, d, 0, 0); }
__DYAD_INLINE long __syscall5(long n, long a, long b, long c, long d, long e) { return __syscall6(n, a, b, c, d, e, 0); }

#define IPC_64 0
