/* roundeven of C23, which code generation may call and musl 1.2.3 does not have. Rounds to the nearest integer, ties to
 * even, in every rounding mode and without raising inexact: integer arithmetic only. */
#include <stdint.h>

double roundeven(double x) {
    union {
        double value;
        uint64_t bits;
    } u = {x};
    int exponent = (int)(u.bits >> 52 & 0x7ff) - 0x3ff;
    if (exponent >= 52) /* integral already, infinite, or NaN, which an addition makes quiet */
        return exponent == 0x400 ? x + x : x;
    if (exponent < -1) { /* |x| < 1/2 */
        u.bits &= 1ull << 63;
        return u.value;
    }
    if (exponent == -1) { /* 1/2 <= |x| < 1: only 1/2 itself goes down to the even 0 */
        uint64_t one = (u.bits << 12) != 0 ? 0x3ffull << 52 : 0;
        u.bits = (u.bits & 1ull << 63) | one;
        return u.value;
    }
    uint64_t unit = 1ull << (52 - exponent), half = unit >> 1;
    /* A carry out of the mantissa is the next exponent, as it should be. Exponent 0 has its unit bit in the exponent's
     * lowest bit, which is 1, as the implicit bit is. */
    uint64_t odd = (u.bits & unit) != 0;
    u.bits += half - 1 + odd;
    u.bits &= -unit;
    return u.value;
}
