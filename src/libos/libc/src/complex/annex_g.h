/* What complex multiplication and division share: C99 Annex G.5.1 with REAL for the type of a component. Included once
 * by each file of a function, after it has defined REAL; tgmath.h finds the functions of that type. */
#include <math.h>
#include <tgmath.h>

/* Infinite to 1, finite to 0, sign kept: what G.5.1 calls boxing an infinity. */
static inline REAL box(REAL x) { return copysign((REAL)(isinf(x) ? 1 : 0), x); }

static inline REAL zero_if_nan(REAL x) { return isnan(x) ? copysign((REAL)0, x) : x; }

static inline REAL _Complex complex_of(REAL x, REAL y) {
    REAL _Complex result;
    __real__ result = x;
    __imag__ result = y;
    return result;
}

/* Infinities are recovered when the formula gives NaN + i NaN. */
static inline REAL _Complex multiply(REAL a, REAL b, REAL c, REAL d) {
    REAL ac = a * c, bd = b * d, ad = a * d, bc = b * c;
    REAL x = ac - bd, y = ad + bc;
    if (__builtin_expect(isnan(x) && isnan(y), 0)) {
        int recalculate = 0;
        if (isinf(a) || isinf(b)) {
            a = box(a), b = box(b), c = zero_if_nan(c), d = zero_if_nan(d);
            recalculate = 1;
        }
        if (isinf(c) || isinf(d)) {
            c = box(c), d = box(d), a = zero_if_nan(a), b = zero_if_nan(b);
            recalculate = 1;
        }
        if (!recalculate && (isinf(ac) || isinf(bd) || isinf(ad) || isinf(bc))) {
            a = zero_if_nan(a), b = zero_if_nan(b), c = zero_if_nan(c), d = zero_if_nan(d);
            recalculate = 1;
        }
        if (recalculate) {
            x = INFINITY * (a * c - b * d);
            y = INFINITY * (a * d + b * c);
        }
    }
    return complex_of(x, y);
}

/* The divisor is scaled to avoid overflow; infinities and zero divisors are recovered when the formula gives
 * NaN + i NaN. */
static inline REAL _Complex divide(REAL a, REAL b, REAL c, REAL d) {
    int scale = 0;
    REAL exponent = logb(fmax(fabs(c), fabs(d)));
    if (isfinite(exponent)) {
        scale = (int)exponent;
        c = scalbn(c, -scale);
        d = scalbn(d, -scale);
    }
    REAL norm = c * c + d * d;
    REAL x = scalbn((a * c + b * d) / norm, -scale);
    REAL y = scalbn((b * c - a * d) / norm, -scale);
    if (__builtin_expect(isnan(x) && isnan(y), 0)) {
        if (norm == 0 && (!isnan(a) || !isnan(b))) {
            x = copysign((REAL)INFINITY, c) * a;
            y = copysign((REAL)INFINITY, c) * b;
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
    return complex_of(x, y);
}
