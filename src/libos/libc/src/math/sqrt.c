/* In place of musl's integer algorithm: every ISA has the instruction, correctly rounded. */
#include <math.h>

double sqrt(double x) { return __builtin_sqrt(x); }
