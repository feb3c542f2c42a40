// Append mode, shared and separate positions, dup2 in circles, close-on-exec, pipes, poll and select with timeouts.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(void) {
    int a = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600), b = open("log", O_RDWR);
    write(a, "one ", 4), write(b, "ONE", 3), write(a, "two ", 4);
    lseek(a, 0, SEEK_SET);
    write(a, "three", 5);
    char text[64] = "";
    pread(b, text, 63, 0);
    printf("%s %ld %ld\n", text, (long)lseek(a, 0, SEEK_CUR), (long)lseek(b, 0, SEEK_CUR));
    printf("%d ", fcntl(a, F_SETFL, 0)), lseek(a, 0, SEEK_SET), write(a, "1", 1), pread(b, text, 63, 0), printf("%s\n", text);
    int c = dup(b);
    lseek(b, 4, SEEK_SET);
    printf("%ld %d\n", (long)lseek(c, 0, SEEK_CUR), fcntl(c, F_GETFL) == fcntl(b, F_GETFL));
    printf("%d %d %d\n", dup2(b, b) == b, dup3(b, b, 0) == -1 && errno == EINVAL, dup2(99, 5) == -1 && errno == EBADF);
    fcntl(b, F_SETFD, FD_CLOEXEC);
    int d = dup(b), e = fcntl(b, F_DUPFD_CLOEXEC, 20);
    printf("%d %d %d %d\n", fcntl(b, F_GETFD), fcntl(d, F_GETFD), fcntl(e, F_GETFD), e >= 20);
    // Standard output goes elsewhere and comes back.
    fflush(stdout);
    int keep = dup(1), file = open("captured", O_RDWR | O_CREAT | O_TRUNC, 0600);
    dup2(file, 1);
    printf("captured text\n"), fflush(stdout);
    dup2(keep, 1), close(keep);
    memset(text, 0, sizeof text);
    printf("back: %d %s", (int)pread(file, text, 63, 0), text);
    int lowest = open("log", O_RDONLY);
    close(a);
    printf("%d\n", open("log", O_RDONLY) == a && lowest > a);

    int p[2], q[2];
    pipe(p), pipe2(q, O_NONBLOCK | O_CLOEXEC);
    printf("%d %d\n", (int)write(p[1], "pipe data", 9), (int)read(p[0], text, 4));
    struct pollfd polled[3] = {{p[0], POLLIN, 0}, {p[1], POLLOUT, 0}, {q[0], POLLIN, 0}};
    printf("%d %x %x %x\n", poll(polled, 3, 0), polled[0].revents, polled[1].revents, polled[2].revents);
    close(p[1]);
    printf("%d %d %d ", (int)read(p[0], text, 64), (int)read(p[0], text, 64), poll(polled, 1, 1000)), printf("%x\n", polled[0].revents);
    printf("%d %d\n", (int)read(q[0], text, 1), errno == EAGAIN);
    static char block[4096];
    long total = 0, part;
    while ((part = write(q[1], block, sizeof block)) > 0) total += part;
    printf("%ld %d\n", total, errno == EAGAIN);
    polled[0] = (struct pollfd){q[1], POLLOUT, 0};
    double start = now();
    printf("%d %d ", poll(polled, 1, 30), polled[0].revents), printf("%d\n", now() - start >= 0.029);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(q[1], &set);
    struct timeval tv = {0, 30000};
    start = now();
    printf("%d %d ", select(q[1] + 1, NULL, &set, NULL, &tv), FD_ISSET(q[1], &set) != 0), printf("%d\n", now() - start >= 0.029);
    FD_SET(q[0], &set);
    printf("%d %d\n", select(q[1] + 1, &set, NULL, NULL, NULL), FD_ISSET(q[0], &set) != 0);
    polled[0] = (struct pollfd){99, POLLIN, 0}, polled[1] = (struct pollfd){-1, POLLIN, 0};
    printf("%d %x %x\n", poll(polled, 2, 0), polled[0].revents, polled[1].revents);
    close(99);
    printf("%d %d\n", close(99), errno == EBADF);
    return 0;
}
