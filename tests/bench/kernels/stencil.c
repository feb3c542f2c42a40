// Heat in a plate: a five-point stencil, swept over memory that does not fit the cache.
#include <stdio.h>
#include <stdlib.h>

static double sweep(int n, const double *restrict from, double *restrict to) {
    double change = 0;
    for (int y = 1; y < n - 1; y++)
        for (int x = 1; x < n - 1; x++) {
            double old = from[y * n + x];
            double value = 0.2 * (old + from[y * n + x - 1] + from[y * n + x + 1] + from[(y - 1) * n + x] + from[(y + 1) * n + x]);
            to[y * n + x] = value;
            change += (value - old) * (value - old);
        }
    return change;
}

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 100, sweeps = argc > 2 ? atoi(argv[2]) : 100;
    size_t size = (size_t)n * (size_t)n;
    double *a = calloc(size, sizeof *a), *b = calloc(size, sizeof *b);
    if (!a || !b)
        return 1;
    for (int x = 0; x < n; x++)
        a[x] = b[x] = 100.0 * x / n; // the upper edge stays warm
    double change = 0;
    for (int i = 0; i < sweeps; i++) {
        change = sweep(n, a, b);
        double *swap = a;
        a = b;
        b = swap;
    }
    double sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += a[i];
    printf("%.12g %.12g\n", change, sum);
    return 0;
}
