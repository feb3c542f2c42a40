// After the specification of the NAS benchmark CG: the smallest eigenvalue of a sparse matrix by inverse iteration,
// each step 25 iterations of conjugate gradients: indirect access.
//   cg [ORDER NONZEROS SHIFT STEPS]: 1400 7 10 15 is class S, 7000 8 12 15 class W, whose results the specification
//   tells.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

struct element {
    int row, column;
    double value;
};
struct matrix {
    int order, *starts, *columns;
    double* values;
};

// A random sparse vector of `nonzeros` entries, and 0.5 at `row`; returns the number of entries.
static int sparse_vector(int order, int nonzeros, int row, uint64_t* state, int* places, double* values) {
    int power = 1, count = 0;
    while (power < order)
        power *= 2;
    while (count < nonzeros) {
        double value = next_random(state);
        int place = (int)(power * next_random(state)), known = place >= order;
        for (int i = 0; i < count && !known; i++)
            known = places[i] == place;
        if (!known) {
            places[count] = place;
            values[count++] = value;
        }
    }
    for (int i = 0; i < count; i++)
        if (places[i] == row) {
            values[i] = 0.5;
            return count;
        }
    places[count] = row;
    values[count] = 0.5;
    return count + 1;
}

static int by_place(const void* a, const void* b) {
    const struct element *x = a, *y = b;
    return x->row != y->row ? x->row - y->row : x->column - y->column;
}

// The sum of outer products of such vectors, weighted from 1 down to 0.1, with 0.1 - shift added on the diagonal.
static struct matrix make_matrix(int order, int nonzeros, double shift) {
    uint64_t state = 314159265;
    next_random(&state);
    size_t room = (size_t)order * (size_t)(nonzeros + 1) * (size_t)(nonzeros + 1), count = 0;
    struct element* elements = malloc(room * sizeof *elements);
    double weight = 1, ratio = pow(0.1, 1.0 / order), values[32];
    int places[32];
    for (int row = 0; row < order; row++, weight *= ratio) {
        int n = sparse_vector(order, nonzeros, row, &state, places, values);
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++) {
                double value = values[i] * weight * values[k];
                if (places[i] == row && places[k] == row) value += 0.1 - shift;
                elements[count++] = (struct element){places[i], places[k], value};
            }
    }
    qsort(elements, count, sizeof *elements, by_place);
    struct matrix m = {order, calloc((size_t)order + 1, sizeof *m.starts), malloc(count * sizeof *m.columns),
                       malloc(count * sizeof *m.values)};
    int used = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && by_place(&elements[i], &elements[i - 1]) == 0) {
            m.values[used - 1] += elements[i].value;
            continue;
        }
        m.columns[used] = elements[i].column;
        m.values[used++] = elements[i].value;
        m.starts[elements[i].row + 1] = used;
    }
    free(elements);
    return m;
}

static void multiply(const struct matrix* m, const double* restrict x, double* restrict y) {
    for (int row = 0; row < m->order; row++) {
        double sum = 0;
        for (int k = m->starts[row]; k < m->starts[row + 1]; k++)
            sum += m->values[k] * x[m->columns[k]];
        y[row] = sum;
    }
}

static double dot(int n, const double* a, const double* b) {
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

// Solves m z = x roughly; returns the norm of what is left.
static double conjugate_gradients(const struct matrix* m, const double* x, double* z, double* p, double* q, double* r) {
    int n = m->order;
    memset(z, 0, (size_t)n * sizeof *z);
    memcpy(r, x, (size_t)n * sizeof *r);
    memcpy(p, x, (size_t)n * sizeof *p);
    double rho = dot(n, r, r);
    for (int step = 0; step < 25; step++) {
        multiply(m, p, q);
        double alpha = rho / dot(n, p, q), before = rho;
        for (int i = 0; i < n; i++) {
            z[i] += alpha * p[i];
            r[i] -= alpha * q[i];
        }
        rho = dot(n, r, r);
        double beta = rho / before;
        for (int i = 0; i < n; i++)
            p[i] = r[i] + beta * p[i];
    }
    multiply(m, z, r);
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (x[i] - r[i]) * (x[i] - r[i]);
    return sqrt(sum);
}

int main(int argc, char** argv) {
    int order = argc > 1 ? atoi(argv[1]) : 1400, nonzeros = argc > 2 ? atoi(argv[2]) : 7,
        steps = argc > 4 ? atoi(argv[4]) : 15;
    double shift = argc > 3 ? atof(argv[3]) : 10, zeta = 0, left = 0;
    if (order < 1 || nonzeros < 1 || nonzeros > 31 || nonzeros > order) return 2;
    struct matrix m = make_matrix(order, nonzeros, shift);
    size_t size = (size_t)order * sizeof(double);
    double *x = malloc(size), *z = malloc(size), *p = malloc(size), *q = malloc(size), *r = malloc(size);
    for (int i = 0; i < order; i++)
        x[i] = 1;
    for (int step = 0; step < steps; step++) {
        left = conjugate_gradients(&m, x, z, p, q, r);
        zeta = shift + 1 / dot(order, x, z);
        double scale = 1 / sqrt(dot(order, z, z));
        for (int i = 0; i < order; i++)
            x[i] = scale * z[i];
    }
    printf("%.10f %.6e\n", zeta, left < 1e-12 ? 0 : left);
    double expected = order == 1400 && nonzeros == 7 && shift == 10   ? 8.5971775078648
                      : order == 7000 && nonzeros == 8 && shift == 12 ? 10.362595087124
                                                                      : 0;
    return expected != 0 && steps == 15 && fabs(zeta - expected) > 1e-10;
}
