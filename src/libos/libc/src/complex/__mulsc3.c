/* Multiplication of float _Complex. The compiler calls this; it is portable code because an ISA's own calling convention
 * for _Complex would differ. */
#define REAL float
#include "annex_g.h"

REAL _Complex __mulsc3(REAL a, REAL b, REAL c, REAL d) { return multiply(a, b, c, d); }
