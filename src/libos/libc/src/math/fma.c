/* musl's software fma with one case put right: a product that underflows to zero keeps its sign when zero is added,
 * as the instruction of the ISAs that have one does. Without it the halves would differ.
 *
 * Angle brackets: the quoted form would find this very file. */
#define fma dyad_musl_fma
#include <../math/fma.c>
#undef fma

double fma(double x, double y, double z) {
    /* The sum with an exact nonzero product is that product, rounded once. */
    if (z == 0 && x != 0 && y != 0)
        return x * y;
    return dyad_musl_fma(x, y, z);
}
