// Calls itself as often as its argument says, prints a line now and then at the bottom, and on the way back what the frames
// remember. Status 7.
//   deep FRAMES LINES
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int lines;

static unsigned long descend(long left, unsigned long seed) {
    unsigned long here[4] = {seed, seed ^ (unsigned long)left, seed * 31, seed + 7};
    if (left == 0) {
        for (int line = 0; line < lines; ++line) {
            printf("line %d\n", line);
            fflush(stdout);
            struct timespec time = {0, 20000000};
            nanosleep(&time, NULL);
        }
        return seed;
    }
    const unsigned long below = descend(left - 1, here[left % 4] * 6364136223846793005 + 1);
    return below * 31 + here[below % 4];
}

int main(int argc, char **argv) {
    lines = atoi(argv[2]);
    printf("sum %lu\n", descend(atol(argv[1]), 1));
    return 7;
}
