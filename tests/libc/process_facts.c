// sysconf, pathconf, getrusage, times, clock, limits, uname, environment of the process: what programs rely on.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    printf("%ld %ld %ld %ld\n", sysconf(_SC_PAGESIZE), sysconf(_SC_CLK_TCK), sysconf(_SC_IOV_MAX), sysconf(_SC_LINE_MAX));
    printf("%d %d %d ", sysconf(_SC_NPROCESSORS_ONLN) >= 1, sysconf(_SC_NPROCESSORS_CONF) >= 1, sysconf(_SC_PHYS_PAGES) > 1000);
    printf("%d %ld %ld\n", sysconf(_SC_OPEN_MAX) >= 256, sysconf(_SC_VERSION), sysconf(_SC_MONOTONIC_CLOCK));
    errno = 0;
    printf("%ld %d\n", sysconf(99999), errno == EINVAL);
    printf("%ld %ld %ld\n", pathconf("/", _PC_NAME_MAX), pathconf("/", _PC_PATH_MAX), pathconf("/", _PC_PIPE_BUF));
    volatile unsigned long work = 0;
    clock_t start = clock();
    struct tms before, after;
    times(&before);
    while (clock() - start < CLOCKS_PER_SEC / 20) work++;
    times(&after);
    struct rusage usage;
    printf("%d ", getrusage(RUSAGE_SELF, &usage)), printf("%d ", usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec >= 0);
    printf("%d %d\n", (int)(after.tms_utime + after.tms_stime - before.tms_utime - before.tms_stime) >= 3, after.tms_cutime == 0);
    printf("%d %d\n", getrusage(99, &usage), errno == EINVAL);
    struct timespec a, b;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    usleep(60000);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    printf("sleep is not cpu time: %d\n", (b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec) < 4e7);
    struct rlimit limit;
    printf("%d %d\n", getrlimit(RLIMIT_NOFILE, &limit), limit.rlim_cur >= 256);
    limit.rlim_cur = 10;
    printf("%d ", setrlimit(RLIMIT_NOFILE, &limit));
    int fd, most = -1;
    while ((fd = dup(1)) >= 0) most = fd;
    printf("%d %d\n", most, errno == EMFILE);
    struct utsname name;
    printf("%d %s\n", uname(&name), name.sysname);
    printf("%d %d %d\n", getpid() > 0, getppid() >= 0, getpgrp() >= 0);
    char host[65];
    printf("%d %d\n", gethostname(host, sizeof host), isatty(1));
    return 0;
}
