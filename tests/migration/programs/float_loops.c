// Loops in float and double with many live values, reductions, recurrences, and loops that vectorise: moved in the
// middle.
#include "check.h"
#include <math.h>

enum { N = 6000 };
static float fa[N], fb[N], fc[N];
static double da[N], db[N];
static int ia[N];

static APART float saxpy(float alpha, int n) {
    for (int i = 0; i < n; i++)
        fc[i] = alpha * fa[i] + fb[i];
    float largest = fc[0];
    for (int i = 1; i < n; i++)
        largest = fc[i] > largest ? fc[i] : largest;
    return largest;
}

static APART int integer_sum(int n) {
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += ia[i] * (i & 3); // vectorised with several partial sums
    return sum;
}

static APART unsigned long long wide_sum(int n) {
    unsigned long long sum = 0, mixed = 0;
    for (int i = 0; i < n; i++) {
        sum += (unsigned long long)(unsigned)ia[i] * 2654435761u;
        mixed ^= (unsigned long long)ia[i] << (i & 31);
    }
    return sum ^ mixed;
}

static APART double recurrence(int n, double r) {
    double x = 0.3, y = 0.7, z = 0.1, w = 1.0, u = 0.5, v = 0.25, s = 0.75, t = 0.9;
    for (int i = 0; i < n; i++) { // chaotic: one wrong bit shows
        x = r * x * (1 - x);
        y = r * y * (1 - y);
        z = sin(z + x);
        w = w * 0.99 + y;
        u = r * u * (1 - u);
        v = (v + u) / 1.9;
        s = s > 1 ? s - 1 : s + t * 0.1;
        t = t * 0.999 + 0.001;
    }
    return x + y * 2 + z * 3 + w * 4 + u * 5 + v * 6 + s * 7 + t * 8;
}

static APART double ordered_sum(int n) { // not vectorised: additions keep their order
    double sum = 0, product = 1;
    float single = 0;
    for (int i = 0; i < n; i++) {
        sum += da[i] * db[i];
        product = product * 1.0001 + da[i] * 1e-3;
        single += fa[i];
    }
    return sum + product + (double)single;
}

static APART double nested(int n) {
    double total = 0;
    for (int i = 0; i < n; i++) {
        double row = da[i];
        for (int j = 0; j < n; j++) {
            double cell = row + db[j];
            for (int k = 0; k < 6; k++)
                cell = cell * 0.5 + k;
            row += cell * 1e-3;
        }
        total += row + work((uint64_t)i & 3) % 2;
    }
    return total;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 6);
    uint64_t seed = 12345;
    for (int i = 0; i < N; i++) {
        fa[i] = (float)(next_random(&seed) % 1000) / 37;
        fb[i] = (float)(next_random(&seed) % 1000) / 91;
        da[i] = (double)(next_random(&seed) % 100000) / 377;
        db[i] = (double)(next_random(&seed) % 100000) / 911;
        ia[i] = (int)next_random(&seed);
    }
    for (int round = 0; round < rounds; round++) {
        int n = N - round * 7;
        printf("%.9g %d %llu\n", (double)saxpy(1.5f + (float)round, n), integer_sum(n), wide_sum(n));
        printf("%.17g %.17g %.17g\n", recurrence(500, 3.7 + round * 0.01), ordered_sum(n), nested(40));
        for (int i = 0; i < N; i++)
            fa[i] = fc[i] * 0.01f;
    }
    return finish();
}
