#include "histogram.h"

#include <math.h>
#include <stdio.h>

static int failures;

static void expect(double expected, double found, const char *what) {
    if (fabs(expected - found) > 1e-12) {
        fprintf(stderr, "%s: expected %g, found %g\n", what, expected, found);
        failures++;
    }
}

int main(void) {
    static struct histogram h;
    expect(0, histogram_mean(&h), "mean of nothing");
    for (unsigned i = 2; i <= 4; i++)
        histogram_add(&h, i);
    expect(3, histogram_mean(&h), "mean");
    expect(sqrt(2.0 / 3), histogram_deviation(&h), "deviation");
    histogram_add(&h, 1000);
    expect(1, h.count[HISTOGRAM_BUCKETS - 1], "long words");
    return failures != 0;
}
