#include "histogram.h"

#include <math.h>

extern const unsigned squares[HISTOGRAM_BUCKETS]; // generated

void histogram_add(struct histogram *histogram, unsigned length) {
    if (length >= HISTOGRAM_BUCKETS)
        length = HISTOGRAM_BUCKETS - 1;
    histogram->count[length]++;
    histogram->total++;
}

double histogram_mean(const struct histogram *histogram) {
    double sum = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        sum += (double)i * histogram->count[i];
    return histogram->total ? sum / histogram->total : 0;
}

double histogram_deviation(const struct histogram *histogram) {
    double sum = 0, mean = histogram_mean(histogram);
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        sum += (double)squares[i] * histogram->count[i];
    return histogram->total ? sqrt(sum / histogram->total - mean * mean) : 0;
}
