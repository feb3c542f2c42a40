// Is twice in native code for three seconds, says so before and after, and ends with status 3.
#include <stdint.h>
#include <stdio.h>
#include <time.h>

void spin(uint64_t turns);

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

int main(void) {
    const uint64_t some = 10000000;
    uint64_t start = now();
    spin(some);
    uint64_t turns = (uint64_t)(3e9 * (double)some / (double)(now() - start));
    for (int time = 1; time <= 2; ++time) {
        printf("in native code, time %d\n", time);
        fflush(stdout);
        spin(turns);
        printf("back\n");
        fflush(stdout);
        struct timespec second = {1, 0};
        nanosleep(&second, NULL);
    }
    return 3;
}
