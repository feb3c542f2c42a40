// Values of vector types, of 16, 32 and 64 bytes, live over calls and points, passed, returned and carried around
// loops.
// flags: -Wno-psabi
// qemu: yes
#include "check.h"

typedef int v4 __attribute__((vector_size(16)));
typedef float f4 __attribute__((vector_size(16)));
typedef double d2 __attribute__((vector_size(16)));
typedef unsigned char b16 __attribute__((vector_size(16)));
typedef long l4 __attribute__((vector_size(32)));
typedef float f8 __attribute__((vector_size(32)));
typedef double d8 __attribute__((vector_size(64)));
typedef short s8 __attribute__((vector_size(16)));

static APART v4 rotate(v4 x, int i) {
    v4 kept = x;
    HOLD(0, kept);
    deep_work(1, (uint64_t)i & 7);
    SAME(0, kept);
    return __builtin_shufflevector(x, x, 1, 2, 3, 0) ^ (x << 3) ^ (v4) { i, i, i, i };
}

static APART d2 spin(d2 x, f4 y, l4 z, d8 w) {
    HOLD(1, x);
    HOLD(2, y);
    HOLD(3, z);
    HOLD(4, w);
    work(27);
    SAME(1, x);
    SAME(2, y);
    SAME(3, z);
    SAME(4, w);
    return (d2){x[1] + (double)y[0], x[0] + w[7]} + (d2){(double)z[2], (double)z[3]};
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 60);
    v4 a = {1, 2, 3, 4};
    f4 b = {0.5f, 1.5f, -2.5f, 3.25f};
    d2 c = {1.0, 2.0};
    l4 d = {1, -2, 3, -4};
    f8 e = {1, 2, 3, 4, 5, 6, 7, 8};
    d8 f = {1, 2, 3, 4, 5, 6, 7, 8};
    b16 g = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    s8 h = {1, -1, 2, -2, 3, -3, 4, -4};
    for (int i = 0; i < rounds; i++) {
        a = rotate(a, i) + (a > (v4){0, 0, 0, 0});
        b = b * 0.99f + (f4){1, 2, 3, 4};
        HOLD(5, g);
        HOLD(6, e);
        c = spin(c * 0.5, b, d, f);
        SAME(5, g);
        SAME(6, e);
        d = d * 3 + (l4){i, i + 1, i + 2, i + 3};
        e = e + 1.0f / (float)(i + 1);
        f = f * 0.875 + (double)a[3] * 1e-9;
        g = g * 5 + (unsigned char)i;
        h = (h << 1) ^ (h >> 7);
        if (i % 6 == 0) {
            printf("%d %d %d %d|%.9g %.9g|%.17g %.17g|%ld %ld|%.9g|%.17g|%d %d|%d %d\n", a[0], a[1], a[2], a[3],
                   (double)b[0], (double)b[3], c[0], c[1], d[0], d[3], (double)e[7], f[0], g[0], g[15], h[0], h[7]);
        }
    }
    return finish();
}
