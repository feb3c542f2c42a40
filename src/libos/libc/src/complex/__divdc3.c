/* Division of double _Complex. The compiler calls this; it is portable code because an ISA's own calling convention
 * for _Complex would differ. */
#define REAL double
#include "annex_g.h"

REAL _Complex __divdc3(REAL a, REAL b, REAL c, REAL d) { return divide(a, b, c, d); }
