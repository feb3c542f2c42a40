// After the specification of the NAS benchmark MG: V-cycles of multigrid for Poisson's equation on a periodic cube:
// stencils of 27 points on grids of all sizes.
//   mg [LEVELS [CYCLES]]: 5 4 is class S, 7 4 class W, whose residuals the specification tells.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

// A grid of n^3 cells with a layer of ghosts: cells 1..n in each direction; x runs fastest.
struct grid {
    int n;
    double* cells;
};
#define ROW(g, z, y) ((g)->cells + ((size_t)(z) * (size_t)((g)->n + 2) + (size_t)(y)) * (size_t)((g)->n + 2))

static size_t size_of(const struct grid* g) {
    return (size_t)(g->n + 2) * (size_t)(g->n + 2) * (size_t)(g->n + 2);
}
static void clear(struct grid* g) {
    memset(g->cells, 0, size_of(g) * sizeof *g->cells);
}

static void wrap(struct grid* g) {
    int n = g->n;
    size_t plane = (size_t)(n + 2) * (size_t)(n + 2), row = (size_t)(n + 2);
    for (int z = 1; z <= n; z++) {
        for (int y = 1; y <= n; y++) {
            double* line = ROW(g, z, y);
            line[0] = line[n];
            line[n + 1] = line[1];
        }
        memcpy(ROW(g, z, 0), ROW(g, z, n), row * sizeof(double));
        memcpy(ROW(g, z, n + 1), ROW(g, z, 1), row * sizeof(double));
    }
    memcpy(ROW(g, 0, 0), ROW(g, n, 0), plane * sizeof(double));
    memcpy(ROW(g, n + 1, 0), ROW(g, 1, 0), plane * sizeof(double));
}

// For the row (z, y): sums over the four neighbours in y and z, and over the four diagonal ones, for each x.
static void neighbours(const struct grid* g, int z, int y, double* restrict near, double* restrict diagonal) {
    const double *a = ROW(g, z, y - 1), *b = ROW(g, z, y + 1), *c = ROW(g, z - 1, y), *d = ROW(g, z + 1, y);
    const double *e = ROW(g, z - 1, y - 1), *f = ROW(g, z - 1, y + 1), *h = ROW(g, z + 1, y - 1),
                 *i = ROW(g, z + 1, y + 1);
    for (int x = 0; x < g->n + 2; x++) {
        near[x] = a[x] + b[x] + c[x] + d[x];
        diagonal[x] = e[x] + f[x] + h[x] + i[x];
    }
}

// r = v - A u, with A's weights -8/3, 0, 1/6, 1/12 for cells at distance 0, 1, 2, 3.
static void residual(const struct grid* u, const struct grid* v, struct grid* r, double* near, double* diagonal) {
    for (int z = 1; z <= u->n; z++)
        for (int y = 1; y <= u->n; y++) {
            neighbours(u, z, y, near, diagonal);
            const double* restrict mine = ROW(u, z, y), *right = ROW(v, z, y);
            double* out = ROW(r, z, y);
            for (int x = 1; x <= u->n; x++)
                out[x] = right[x] + 8.0 / 3 * mine[x] - 1.0 / 6 * (diagonal[x] + near[x - 1] + near[x + 1]) -
                         1.0 / 12 * (diagonal[x - 1] + diagonal[x + 1]);
        }
    wrap(r);
}

// u += S r, with weights -3/8, 1/32, -1/64, 0.
static void smooth(const struct grid* r, struct grid* u, double* near, double* diagonal) {
    for (int z = 1; z <= u->n; z++)
        for (int y = 1; y <= u->n; y++) {
            neighbours(r, z, y, near, diagonal);
            const double* restrict from = ROW(r, z, y);
            double* restrict to = ROW(u, z, y);
            for (int x = 1; x <= u->n; x++)
                to[x] += -3.0 / 8 * from[x] + 1.0 / 32 * (from[x - 1] + from[x + 1] + near[x]) -
                         1.0 / 64 * (diagonal[x] + near[x - 1] + near[x + 1]);
        }
    wrap(u);
}

// Half weighting onto the grid of half the size: cell k there is cell 2k here.
static void restrict_to(const struct grid* fine, struct grid* coarse, double* near, double* diagonal) {
    for (int z = 1; z <= coarse->n; z++)
        for (int y = 1; y <= coarse->n; y++) {
            neighbours(fine, 2 * z, 2 * y, near, diagonal);
            const double* from = ROW(fine, 2 * z, 2 * y);
            double* to = ROW(coarse, z, y);
            for (int x = 1; x <= coarse->n; x++) {
                int i = 2 * x;
                to[x] = 0.5 * from[i] + 0.25 * (from[i - 1] + from[i + 1] + near[i]) +
                        0.125 * (near[i - 1] + near[i + 1] + diagonal[i]) +
                        0.0625 * (diagonal[i - 1] + diagonal[i + 1]);
            }
        }
    wrap(coarse);
}

// Adds the trilinear interpolation of the coarse grid.
static void interpolate(const struct grid* coarse, struct grid* fine) {
    int n = coarse->n;
    for (int z = 0; z <= n; z++)
        for (int y = 0; y <= n; y++) {
            const double *a = ROW(coarse, z, y), *b = ROW(coarse, z, y + 1), *c = ROW(coarse, z + 1, y),
                         *d = ROW(coarse, z + 1, y + 1);
            double *p = ROW(fine, 2 * z, 2 * y), *q = ROW(fine, 2 * z, 2 * y + 1), *r = ROW(fine, 2 * z + 1, 2 * y),
                   *s = ROW(fine, 2 * z + 1, 2 * y + 1);
            for (int x = 0; x <= n; x++) {
                double ab = a[x] + b[x], ac = a[x] + c[x], all = ab + c[x] + d[x];
                double ab1 = a[x + 1] + b[x + 1], ac1 = a[x + 1] + c[x + 1], all1 = ab1 + c[x + 1] + d[x + 1];
                p[2 * x] += a[x];
                p[2 * x + 1] += 0.5 * (a[x] + a[x + 1]);
                q[2 * x] += 0.5 * ab;
                q[2 * x + 1] += 0.25 * (ab + ab1);
                r[2 * x] += 0.5 * ac;
                r[2 * x + 1] += 0.25 * (ac + ac1);
                s[2 * x] += 0.25 * all;
                s[2 * x + 1] += 0.125 * (all + all1);
            }
        }
}

static double norm(const struct grid* r) {
    double sum = 0;
    for (int z = 1; z <= r->n; z++)
        for (int y = 1; y <= r->n; y++)
            for (int x = 1; x <= r->n; x++)
                sum += ROW(r, z, y)[x] * ROW(r, z, y)[x];
    return sqrt(sum / ((double)r->n * r->n * r->n));
}

// +1 in the ten cells with the largest random numbers, -1 in the ten with the smallest.
static void charges(struct grid* v) {
    enum { TEN = 10 };
    double extremes[2][TEN], *places[2][TEN];
    uint64_t state = 314159265;
    for (int i = 0; i < TEN; i++) {
        extremes[0][i] = 2, extremes[1][i] = -1;
        places[0][i] = places[1][i] = NULL;
    }
    for (int z = 1; z <= v->n; z++)
        for (int y = 1; y <= v->n; y++)
            for (int x = 1; x <= v->n; x++) {
                double value = next_random(&state);
                for (int side = 0; side < 2; side++) {
                    int i = TEN;
                    for (; i > 0 && (side ? value > extremes[1][i - 1] : value < extremes[0][i - 1]); i--)
                        if (i < TEN) {
                            extremes[side][i] = extremes[side][i - 1];
                            places[side][i] = places[side][i - 1];
                        }
                    if (i < TEN) {
                        extremes[side][i] = value;
                        places[side][i] = &ROW(v, z, y)[x];
                    }
                }
            }
    for (int i = 0; i < TEN; i++) {
        *places[0][i] = -1;
        *places[1][i] = 1;
    }
    wrap(v);
}

int main(int argc, char** argv) {
    int levels = argc > 1 ? atoi(argv[1]) : 5, cycles = argc > 2 ? atoi(argv[2]) : 4;
    if (levels < 2 || levels > 9) return 2;
    struct grid u[10], r[10], v = {1 << levels, NULL};
    for (int k = 1; k <= levels; k++) {
        u[k].n = r[k].n = 1 << k;
        u[k].cells = calloc(size_of(&u[k]), sizeof(double));
        r[k].cells = calloc(size_of(&r[k]), sizeof(double));
    }
    v.cells = calloc(size_of(&v), sizeof(double));
    double *near = malloc((size_t)(v.n + 2) * sizeof(double)), *diagonal = malloc((size_t)(v.n + 2) * sizeof(double));
    charges(&v);
    residual(&u[levels], &v, &r[levels], near, diagonal);
    for (int cycle = 0; cycle < cycles; cycle++) {
        for (int k = levels; k > 1; k--)
            restrict_to(&r[k], &r[k - 1], near, diagonal);
        clear(&u[1]);
        smooth(&r[1], &u[1], near, diagonal);
        for (int k = 2; k <= levels; k++) {
            if (k < levels) clear(&u[k]);
            interpolate(&u[k - 1], &u[k]);
            residual(&u[k], k < levels ? &r[k] : &v, &r[k], near, diagonal);
            smooth(&r[k], &u[k], near, diagonal);
        }
        residual(&u[levels], &v, &r[levels], near, diagonal);
    }
    double left = norm(&r[levels]), expected = levels == 5 && cycles == 4   ? 0.5307707005734e-4
                                               : levels == 7 && cycles == 4 ? 0.6467329375339e-5
                                                                            : 0;
    printf("%.12e\n", left);
    return expected != 0 && fabs(left / expected - 1) > 1e-8;
}
