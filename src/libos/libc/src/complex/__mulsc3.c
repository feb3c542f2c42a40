/* Complex multiplication as C Annex G.5.1 wants it: infinities are recovered when the formula gives NaN + i NaN.
 * The compiler calls this; it is portable code because an ISA's own calling convention for _Complex would differ. */
#include <math.h>

/* Infinite to 1, finite to 0, sign kept: what G.5.1 calls boxing an infinity. */
static float box(float x) { return copysignf(isinf(x) ? 1 : 0, x); }

static float zero_if_nan(float x) { return isnan(x) ? copysignf(0, x) : x; }

float _Complex __mulsc3(float a, float b, float c, float d) {
    float ac = a * c, bd = b * d, ad = a * d, bc = b * c;
    float x = ac - bd, y = ad + bc;
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
    float _Complex result;
    __real__ result = x;
    __imag__ result = y;
    return result;
}
