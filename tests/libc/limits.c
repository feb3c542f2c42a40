// Sizes, limits and constants that both halves and the native build agree on; sysconf; integer division; errors of unknown things.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#define SIZE(type) printf(#type " %zu %zu\n", sizeof(type), _Alignof(type))
#define VALUE(name) printf(#name " %lld\n", (long long)name)

int main(void) {
    SIZE(char), SIZE(short), SIZE(int), SIZE(long), SIZE(long long), SIZE(float), SIZE(double), SIZE(void *), SIZE(wchar_t), SIZE(wint_t);
    SIZE(size_t), SIZE(off_t), SIZE(time_t), SIZE(pid_t), SIZE(mode_t), SIZE(dev_t), SIZE(ino_t), SIZE(clock_t), SIZE(intmax_t), SIZE(int_fast16_t);
    SIZE(pthread_mutex_t), SIZE(pthread_cond_t), SIZE(pthread_attr_t), SIZE(sigset_t), SIZE(siginfo_t), SIZE(struct timespec), SIZE(struct tm), SIZE(fpos_t), SIZE(mbstate_t);
    printf("max_align_t %zu\n", _Alignof(max_align_t));
    VALUE(CHAR_MIN), VALUE(INT_MAX), VALUE(LONG_MIN), VALUE(SIZE_MAX), VALUE(PTRDIFF_MAX), VALUE(WCHAR_MAX), VALUE(WINT_MAX), VALUE(SIG_ATOMIC_MAX);
    VALUE(INT_FAST16_MAX), VALUE(PATH_MAX), VALUE(NAME_MAX), VALUE(IOV_MAX), VALUE(PIPE_BUF), VALUE(BUFSIZ), VALUE(EOF), VALUE(RAND_MAX), VALUE(FOPEN_MAX), VALUE(CLOCKS_PER_SEC);
    VALUE(DBL_DIG), VALUE(DBL_MANT_DIG), VALUE(DBL_MAX_EXP), VALUE(FLT_DIG), VALUE(FLT_MIN_10_EXP), VALUE(FLT_RADIX), VALUE(FLT_EVAL_METHOD), VALUE(O_CREAT), VALUE(O_APPEND), VALUE(SIGUSR1);
    printf("%a %a %a %a %a\n", DBL_MAX, DBL_MIN, DBL_EPSILON, FLT_MAX, FLT_TRUE_MIN);
    printf("%ld %ld %d %ld\n", sysconf(_SC_CLK_TCK), sysconf(_SC_ARG_MAX), sysconf(_SC_OPEN_MAX) > 15, sysconf(_SC_VERSION));
    errno = 0;
    printf("%ld %d\n", sysconf(9999), errno == EINVAL);
    printf("%d %d %d\n", getpid() > 0, getuid() == geteuid(), getppid() >= 0);
    struct rlimit limit;
    printf("%d %d\n", getrlimit(RLIMIT_NOFILE, &limit), limit.rlim_cur > 15);
    struct rusage usage;
    printf("%d\n", getrusage(RUSAGE_SELF, &usage));
    div_t d = div(-17, 5);
    lldiv_t ll = lldiv(1000000000007, -10);
    printf("%d %d %lld %lld %d %ld\n", d.quot, d.rem, ll.quot, ll.rem, abs(-5), labs(-6L));
    printf("%d %d\n", dlopen("none.so", RTLD_NOW) == NULL, dlerror() != NULL);
    return 0;
}
