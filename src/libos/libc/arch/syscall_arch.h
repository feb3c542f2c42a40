/* System calls are calls into the portable libOS: result >= 0 or -errno, numbers and structures of asm-generic Linux.
 * Unused arguments are zero. There is no vDSO: a call costs no more than one. */
#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

long __dyad_syscall(long n, long a, long b, long c, long d, long e, long f);

static inline long __syscall0(long n) { return __dyad_syscall(n, 0, 0, 0, 0, 0, 0); }
static inline long __syscall1(long n, long a) { return __dyad_syscall(n, a, 0, 0, 0, 0, 0); }
static inline long __syscall2(long n, long a, long b) { return __dyad_syscall(n, a, b, 0, 0, 0, 0); }
static inline long __syscall3(long n, long a, long b, long c) { return __dyad_syscall(n, a, b, c, 0, 0, 0); }

static inline long __syscall4(long n, long a, long b, long c, long d) { return __dyad_syscall(n, a, b, c, d, 0, 0); }

static inline long __syscall5(long n, long a, long b, long c, long d, long e) {
    return __dyad_syscall(n, a, b, c, d, e, 0);
}

static inline long __syscall6(long n, long a, long b, long c, long d, long e, long f) {
    return __dyad_syscall(n, a, b, c, d, e, f);
}

#define IPC_64 0
