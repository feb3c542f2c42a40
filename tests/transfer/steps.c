// Prints a line now and then, changes its memory, and at its end what that has come to. Status 7.
//   steps LINES MIB [MILLISECONDS [PAGES]]
// MILLISECONDS between lines (10), PAGES that are changed with each line (all). Three quarters of each page are easy to pack.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
    int lines = atoi(argv[1]);
    size_t size = (size_t)atoi(argv[2]) << 20;
    long pause = argc > 3 ? atol(argv[3]) : 10;
    size_t changed = argc > 4 ? (size_t)atol(argv[4]) * 4096 : size;
    unsigned char *memory = malloc(size);
    unsigned long sum = 0, random = 88172645463325252;
    for (size_t i = 0; i < size; ++i) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        memory[i] = i % 4096 < 1024 ? (unsigned char)random : 1;
    }
    for (int line = 0; line < lines; ++line) {
        for (size_t page = 0; page < changed; page += 4096) {
            sum = sum * 31 + memory[page + line % 4096];
            ++memory[page + line % 4096];
        }
        printf("line %d\n", line);
        fflush(stdout);
        struct timespec time = {0, pause * 1000000};
        nanosleep(&time, NULL);
    }
    for (size_t i = 0; i < size; ++i)
        sum = sum * 31 + memory[i];
    FILE *file = fopen("/result", "w");
    if (!file || fprintf(file, "%lu\n", sum) < 0 || fclose(file) != 0) return 1;
    printf("sum %lu\n", sum);
    return 7;
}
