/* In place of musl's integer algorithm: every ISA has the instruction, correctly rounded. */
#include <math.h>

float sqrtf(float x) { return __builtin_sqrtf(x); }
