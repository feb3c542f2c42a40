// A fast Fourier transform there and back, radix two, in place: strided access, and calls of the mathematical library.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct point {
    double re, im;
};

static void transform(struct point *data, int n, const struct point *roots, int inverse) {
    for (int i = 1, j = 0; i < n; i++) {
        int bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            struct point swap = data[i];
            data[i] = data[j];
            data[j] = swap;
        }
    }
    for (int half = 1; half < n; half *= 2)
        for (int start = 0; start < n; start += 2 * half)
            for (int k = 0; k < half; k++) {
                struct point root = roots[k * (n / (2 * half))], *a = &data[start + k], *b = a + half;
                double sign = inverse ? -root.im : root.im;
                double re = b->re * root.re - b->im * sign, im = b->re * sign + b->im * root.re;
                b->re = a->re - re;
                b->im = a->im - im;
                a->re += re;
                a->im += im;
            }
}

int main(int argc, char **argv) {
    int n = 1 << (argc > 1 ? atoi(argv[1]) : 10), rounds = argc > 2 ? atoi(argv[2]) : 1;
    struct point *data = malloc((size_t)n * sizeof *data), *roots = malloc((size_t)n * sizeof *roots);
    if (!data || !roots)
        return 1;
    for (int i = 0; i < n; i++) {
        double angle = -6.283185307179586 * i / n;
        roots[i] = (struct point){cos(angle), sin(angle)};
        data[i] = (struct point){i % 17 - 8, i % 5};
    }
    for (int round = 0; round < rounds; round++) {
        transform(data, n, roots, 0);
        transform(data, n, roots, 1);
        for (int i = 0; i < n; i++) {
            data[i].re /= n;
            data[i].im /= n;
        }
    }
    double error = 0, sum = 0;
    for (int i = 0; i < n; i++) {
        error += fabs(data[i].re - (i % 17 - 8)) + fabs(data[i].im - i % 5);
        sum += data[i].re * (i % 7);
    }
    printf("%.10e %.10f\n", error, sum);
    return 0;
}
