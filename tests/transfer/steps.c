// Prints a line now and then, changes its memory, and at its end what that has come to. Status 7.
//   steps LINES MIB [MILLISECONDS]
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
    int lines = atoi(argv[1]);
    size_t size = (size_t)atoi(argv[2]) << 20;
    long pause = argc > 3 ? atol(argv[3]) : 10;
    unsigned char *memory = malloc(size);
    unsigned long sum = 0;
    for (size_t i = 0; i < size; ++i)
        memory[i] = (unsigned char)(i * 2654435761u >> 7);
    for (int line = 0; line < lines; ++line) {
        for (size_t page = 0; page < size; page += 4096) {
            sum = sum * 31 + memory[page + line % 4096];
            ++memory[page + line % 4096];
        }
        printf("line %d\n", line);
        fflush(stdout);
        struct timespec time = {0, pause * 1000000};
        nanosleep(&time, NULL);
    }
    FILE *file = fopen("/result", "w");
    if (!file || fprintf(file, "%lu\n", sum) < 0 || fclose(file) != 0) return 1;
    printf("sum %lu\n", sum);
    return 7;
}
