// Counts how often each length occurs.
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

enum { HISTOGRAM_BUCKETS = 64 };

struct histogram {
    unsigned long count[HISTOGRAM_BUCKETS];
    unsigned long total;
};

void histogram_add(struct histogram *histogram, unsigned length);
double histogram_mean(const struct histogram *histogram);
double histogram_deviation(const struct histogram *histogram);

#endif
