// words: reads a text from standard input and prints how long its words are.
#include "histogram.h"
#include "version.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("words %s, %d-byte pointers\n", WORDS_VERSION, SIZE_OF_POINTER);
        return 0;
    }
    if (argc != 1) {
        fprintf(stderr, "usage: words [--version] < TEXT\n");
        return 2;
    }
    static struct histogram histogram;
    unsigned length = 0;
    int c;
    do {
        c = getchar();
        if (c != EOF && isalpha(c)) {
            length++;
        } else if (length > 0) {
            histogram_add(&histogram, length);
            length = 0;
        }
    } while (c != EOF);
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        if (histogram.count[i])
            printf("%2u %lu\n", i, histogram.count[i]);
    printf("mean %.3f, deviation %.3f\n", histogram_mean(&histogram), histogram_deviation(&histogram));
    return 0;
}
