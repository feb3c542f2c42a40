// Waits for input, then in a sleep, then in a timer's signal; says what it got, and how long it was.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t rang;
static void ring(int number) {
    (void)number;
    rang++;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(void) {
    char line[80];
    printf("reading\n");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        printf("line: %s", line);
        fflush(stdout);
    }
    double before = now();
    printf("sleeping\n");
    fflush(stdout);
    struct timespec nap = {3, 0};
    int got = nanosleep(&nap, NULL);
    double slept = now() - before;
    printf("sleep: %d, %s\n", got, slept >= 3 ? "long enough" : "too short");
    fflush(stdout);
    signal(SIGALRM, ring);
    alarm(3);
    printf("pausing\n");
    fflush(stdout);
    pause();
    printf("rang: %d\n", rang);
    return 0;
}
