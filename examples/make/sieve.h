#ifndef SIEVE_H
#define SIEVE_H

#include <stddef.h>

// How many primes there are below the limit, or -1 if there is not enough memory.
long count_primes(size_t limit);

#endif
