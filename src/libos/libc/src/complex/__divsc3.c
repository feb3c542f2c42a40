/* Complex division as C Annex G.5.1 wants it: the divisor is scaled to avoid overflow, infinities and zero divisors are
 * recovered when the formula gives NaN + i NaN. See __mulsc3.c. */
#include <math.h>

static float box(float x) { return copysignf(isinf(x) ? 1 : 0, x); }

float _Complex __divsc3(float a, float b, float c, float d) {
    int scale = 0;
    float exponent = logbf(fmaxf(fabsf(c), fabsf(d)));
    if (isfinite(exponent)) {
        scale = (int)exponent;
        c = scalbnf(c, -scale);
        d = scalbnf(d, -scale);
    }
    float norm = c * c + d * d;
    float x = scalbnf((a * c + b * d) / norm, -scale);
    float y = scalbnf((b * c - a * d) / norm, -scale);
    if (__builtin_expect(isnan(x) && isnan(y), 0)) {
        if (norm == 0 && (!isnan(a) || !isnan(b))) {
            x = copysignf(INFINITY, c) * a;
            y = copysignf(INFINITY, c) * b;
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
    float _Complex result;
    __real__ result = x;
    __imag__ result = y;
    return result;
}
