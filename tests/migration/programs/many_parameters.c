// Functions of 40 parameters, more than fit in registers on any ISA, of mixed types; as callees, callers, and by
// pointer.
#include "check.h"

#define PARAMETERS                                                                                                     \
    int a0, double b0, long c0, float d0, char e0, short f0, void *g0, unsigned h0, int a1, double b1, long c1,        \
        float d1, signed char e1, unsigned short f1, const char *g1, unsigned long h1, int a2, double b2,              \
        long long c2, float d2, _Bool e2, short f2, int *g2, unsigned h2, int a3, double b3, long c3, float d3,        \
        char e3, short f3, void *g3, unsigned h3, int a4, double b4, long c4, float d4, char e4, short f4, void *g4,   \
        unsigned h4
#define ARGUMENTS                                                                                                      \
    a0, b0, c0, d0, e0, f0, g0, h0, a1, b1, c1, d1, e1, f1, g1, h1, a2, b2, c2, d2, e2, f2, g2, h2, a3, b3, c3, d3,    \
        e3, f3, g3, h3, a4, b4, c4, d4, e4, f4, g4, h4

static uint64_t trace;
static void note(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    trace = (trace ^ bits) * 0x100000001b3u;
}

static APART double forty(PARAMETERS) {
    note(a0 + b0 + (double)c0 + (double)d0 + e0 + f0 + h0);
    deep_work(1, (uint64_t)a0 & 7);
    note(a1 + b1 + (double)c1 + (double)d1 + e1 + f1 + (double)h1 + g1[0]);
    work((uint64_t)a1 & 7);
    note(a2 + b2 + (double)c2 + (double)d2 + e2 + f2 + h2 + *g2);
    work((uint64_t)a2 & 7);
    note(a3 + b3 + (double)c3 + (double)d3 + e3 + f3 + h3);
    note(a4 + b4 + (double)c4 + (double)d4 + e4 + f4 + h4);
    EXPECT(g0 == g3 && g4 == (void*)&trace);
    return a0 + b1 + (double)c2 + (double)d3 + e4;
}

static double (*volatile by_pointer)(PARAMETERS) = forty;

static APART double around(int depth, PARAMETERS) {
    double below =
        depth ? around(depth - 1, a1, b1, c1, d1, e0, f0, g0, h0, a0, b0, c0, d0, e1, f1, g1, h1, a3, b3, c3, d3, e2,
                       f2, g2, h2, a2, b2, (long)c2, d2, e3, f3, g3, h3, a4, b4, c4, d4, e4, f4, g4, h4)
              : by_pointer(ARGUMENTS);
    return below + forty(ARGUMENTS) * 1e-3;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 15), local = 5;
    double sum = 0;
    for (int i = 0; i < rounds; i++) {
        sum += around(3, i, i / 3.0, -i, 0.5f, (char)i, (short)-i, &sum, 7u, i + 1, 2.5, 1L << 40, -0.25f, -3, 65535,
                      "text", ~0ul, i + 2, 1e9, -1LL, 3.5f, i & 1, 12, &local, 13u, 14, 15.5, 16, 17.5f, 'x', 18, &sum,
                      19u, 20, 21.5, 22, 23.5f, 'y', 24, &trace, 4000000000u);
        local += i;
        printf("%.17g %016llx\n", sum, (unsigned long long)trace);
    }
    return finish();
}
