/* Complex division as C Annex G.5.1 wants it: the divisor is scaled to avoid overflow, infinities and zero divisors are
 * recovered when the formula gives NaN + i NaN. See __muldc3.c. */
#include <math.h>

static double box(double x) { return copysign(isinf(x) ? 1 : 0, x); }

double _Complex __divdc3(double a, double b, double c, double d) {
    int scale = 0;
    double exponent = logb(fmax(fabs(c), fabs(d)));
    if (isfinite(exponent)) {
        scale = (int)exponent;
        c = scalbn(c, -scale);
        d = scalbn(d, -scale);
    }
    double norm = c * c + d * d;
    double x = scalbn((a * c + b * d) / norm, -scale);
    double y = scalbn((b * c - a * d) / norm, -scale);
    if (__builtin_expect(isnan(x) && isnan(y), 0)) {
        if (norm == 0 && (!isnan(a) || !isnan(b))) {
            x = copysign(INFINITY, c) * a;
            y = copysign(INFINITY, c) * b;
        } else if ((isinf(a) || isinf(b)) && isfinite(c) && isfinite(d)) {
            a = box(a), b = box(b);
            x = INFINITY * (a * c + b * d);
            y = INFINITY * (b * c - a * d);
        } else if (isinf(exponent) && exponent > 0 && isfinite(a) && isfinite(b)) {
            c = box(c), d = box(d);
            x = 0 * (a * c + b * d);
            y = 0 * (b * c - a * d);
        }
    }
    double _Complex result;
    __real__ result = x;
    __imag__ result = y;
    return result;
}
