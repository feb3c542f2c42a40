// A product of square matrices in blocks, added up as often as is asked for: a vectorisable inner loop over memory that fits the cache.
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK = 48 };

static void multiply(int n, const double *restrict a, const double *restrict b, double *restrict c) {
    for (int ii = 0; ii < n; ii += BLOCK)
        for (int kk = 0; kk < n; kk += BLOCK)
            for (int i = ii; i < ii + BLOCK && i < n; i++)
                for (int k = kk; k < kk + BLOCK && k < n; k++) {
                    double factor = a[i * n + k];
                    for (int j = 0; j < n; j++)
                        c[i * n + j] += factor * b[k * n + j];
                }
}

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 100, times = argc > 2 ? atoi(argv[2]) : 1;
    size_t size = (size_t)n * (size_t)n;
    double *a = malloc(size * sizeof *a), *b = malloc(size * sizeof *b), *c = calloc(size, sizeof *c);
    if (!a || !b || !c)
        return 1;
    for (size_t i = 0; i < size; i++) {
        a[i] = (double)(i * 7 % 101) / 101;
        b[i] = (double)(i * 13 % 103) / 103;
    }
    for (int i = 0; i < times; i++)
        multiply(n, a, b, c);
    double trace = 0, sum = 0;
    for (int i = 0; i < n; i++)
        trace += c[i * n + i];
    for (size_t i = 0; i < size; i++)
        sum += c[i];
    printf("%.10f %.10f\n", trace, sum);
    return 0;
}
