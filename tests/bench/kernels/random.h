// The generator of the NAS benchmarks' specification (NAS-95-020, 2.3): x' = a x modulo 2^46, as numbers in (0, 1).
#pragma once
#include <stdint.h>

#define RANDOM_A 1220703125u /* 5^13 */

static inline double next_random(uint64_t* x) {
    *x = *x * RANDOM_A & ((UINT64_C(1) << 46) - 1);
    return (double)*x * 0x1p-46;
}
