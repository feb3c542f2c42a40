// After the specification of the NAS benchmark FT: a diffusion equation in three dimensions, solved by Fourier
// transforms.
//   ft [LOG_X LOG_Y LOG_Z STEPS]: 6 6 6 6 is class S, 7 7 5 6 class W; the checksum of S's first step is known.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

struct number {
    double re, im;
};
enum { BLOCK = 16 }; // lines that are transformed at a time: an innermost loop over contiguous memory

// Stockham's transform of BLOCK interleaved lines of n numbers; `work` is as large as `data`; sign +1 or -1.
static void transform_lines(struct number* data, struct number* work, int n, const struct number* roots, int sign) {
    struct number *from = data, *to = work;
    for (int half = n / 2, stride = 1; half >= 1; half /= 2, stride *= 2) {
        for (int j = 0; j < half; j++) {
            struct number root = roots[j * stride];
            root.im *= sign;
            for (int k = 0; k < stride; k++) {
                const struct number *a = from + (size_t)(j * stride + k) * BLOCK,
                                    *b = a + (size_t)half * (size_t)stride * BLOCK;
                struct number *c = to + (size_t)(2 * j * stride + k) * BLOCK, *d = c + (size_t)stride * BLOCK;
                for (int i = 0; i < BLOCK; i++) {
                    double re = a[i].re - b[i].re, im = a[i].im - b[i].im;
                    c[i].re = a[i].re + b[i].re;
                    c[i].im = a[i].im + b[i].im;
                    d[i].re = re * root.re - im * root.im;
                    d[i].im = re * root.im + im * root.re;
                }
            }
        }
        struct number* swap = from;
        from = to;
        to = swap;
    }
    if (from != data) memcpy(data, work, (size_t)n * BLOCK * sizeof *data);
}

// Transforms all lines of `n` numbers `step` apart; the lines start at `outer` places `outer_step` apart, and `inner`
// places behind each of these, `inner_step` apart.
static void transform_direction(struct number* grid, int n, size_t step, int outer, size_t outer_step, int inner,
                                size_t inner_step, struct number* block, struct number* work,
                                const struct number* roots, int sign) {
    for (int o = 0; o < outer; o++)
        for (int first = 0; first < inner; first += BLOCK) {
            struct number* base = grid + (size_t)o * outer_step + (size_t)first * inner_step;
            for (int k = 0; k < n; k++)
                for (int i = 0; i < BLOCK; i++)
                    block[k * BLOCK + i] = base[(size_t)k * step + (size_t)i * inner_step];
            transform_lines(block, work, n, roots, sign);
            for (int k = 0; k < n; k++)
                for (int i = 0; i < BLOCK; i++)
                    base[(size_t)k * step + (size_t)i * inner_step] = block[k * BLOCK + i];
        }
}

static struct number* make_roots(int n) {
    struct number* roots = malloc((size_t)n * sizeof *roots);
    for (int i = 0; i < n; i++)
        roots[i] = (struct number){cos(2 * M_PI * i / n), sin(2 * M_PI * i / n)};
    return roots;
}

int main(int argc, char** argv) {
    int log_size[3], steps = argc > 4 ? atoi(argv[4]) : 6;
    for (int i = 0; i < 3; i++) {
        log_size[i] = argc > 3 ? atoi(argv[i + 1]) : 6;
        if (log_size[i] < 4 || log_size[i] > 10) return 2;
    }
    int nx = 1 << log_size[0], ny = 1 << log_size[1], nz = 1 << log_size[2];
    size_t plane = (size_t)nx * (size_t)ny, total = plane * (size_t)nz;
    struct number *grid = malloc(total * sizeof *grid), *result = malloc(total * sizeof *result);
    struct number *block = malloc(1024 * BLOCK * sizeof *block), *work = malloc(1024 * BLOCK * sizeof *work);
    double* decay = malloc(total * sizeof *decay);
    struct number* roots[3] = {make_roots(nx), make_roots(ny), make_roots(nz)};
    uint64_t state = 314159265;
    for (size_t i = 0; i < total; i++) {
        grid[i].re = next_random(&state);
        grid[i].im = next_random(&state);
    }
    for (int z = 0; z < nz; z++)
        for (int y = 0; y < ny; y++)
            for (int x = 0; x < nx; x++) {
                int kx = x < nx / 2 ? x : x - nx, ky = y < ny / 2 ? y : y - ny, kz = z < nz / 2 ? z : z - nz;
                decay[(size_t)z * plane + (size_t)y * (size_t)nx + (size_t)x] =
                    exp(-4e-6 * M_PI * M_PI * (kx * kx + ky * ky + kz * kz));
            }
    int failed = 0;
    for (int step = 0; step <= steps; step++) {
        struct number* now = step == 0 ? grid : result;
        int sign = step == 0 ? 1 : -1;
        for (size_t i = 0; i < total && step > 0; i++) {
            grid[i].re *= decay[i];
            grid[i].im *= decay[i];
            result[i] = grid[i];
        }
        transform_direction(now, nx, 1, nz, plane, ny, (size_t)nx, block, work, roots[0], sign);
        transform_direction(now, ny, (size_t)nx, nz, plane, nx, 1, block, work, roots[1], sign);
        transform_direction(now, nz, plane, ny, (size_t)nx, nx, 1, block, work, roots[2], sign);
        if (step == 0) continue;
        struct number sum = {0, 0};
        for (int j = 1; j <= 1024; j++) {
            const struct number* c =
                &result[(size_t)(5 * j % nz) * plane + (size_t)(3 * j % ny) * (size_t)nx + (size_t)(j % nx)];
            sum.re += c->re;
            sum.im += c->im;
        }
        sum.re /= (double)total;
        sum.im /= (double)total;
        printf("%d %.10f %.10f\n", step, sum.re, sum.im);
        if (step == 1 && nx == 64 && ny == 64 && nz == 64)
            failed = fabs(sum.re - 554.6087004964) > 1e-7 || fabs(sum.im - 484.5363331978) > 1e-7;
    }
    return failed;
}
