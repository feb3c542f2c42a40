// After the specification of the NAS benchmark EP: pairs of normal deviates by the polar method, counted in square
// annuli.
//   ep [M]: 2^M pairs; 24 is class S, whose sums the specification tells.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "random.h"

int main(int argc, char** argv) {
    int m = argc > 1 ? atoi(argv[1]) : 16;
    uint64_t state = 271828183;
    double sum_x = 0, sum_y = 0;
    long counts[10] = {0};
    for (long i = 0; i < 1L << m; i++) {
        double x = 2 * next_random(&state) - 1, y = 2 * next_random(&state) - 1, t = x * x + y * y;
        if (t > 1) continue;
        double factor = sqrt(-2 * log(t) / t), a = x * factor, b = y * factor;
        counts[(int)fmax(fabs(a), fabs(b))]++;
        sum_x += a;
        sum_y += b;
    }
    printf("%.10f %.10f", sum_x, sum_y);
    for (int i = 0; i < 10; i++)
        printf(" %ld", counts[i]);
    printf("\n");
    if (m == 24 && (fabs(sum_x / -3.247834652034740e3 - 1) > 1e-8 || fabs(sum_y / -6.958407078382297e3 - 1) > 1e-8))
        return 1;
    return 0;
}
