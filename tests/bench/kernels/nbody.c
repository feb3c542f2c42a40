// The planets under gravity, by a leapfrog step: square roots and divisions in a short loop over structures.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct body {
    double x[3], v[3], mass;
};

// A made-up system: one heavy body, and light ones on tilted orbits. Masses and distances in arbitrary units.
static struct body bodies[] = {
    {{0, 0, 0}, {0, 0, 0}, 40},
    {{5, 0.1, 0}, {0, 2.8, 0.1}, 0.04},
    {{0, 9, -0.5}, {-2.1, 0, 0.2}, 0.01},
    {{-14, 0, 1}, {0, -1.7, 0}, 0.002},
    {{0, -20, 0}, {1.4, 0.1, -0.1}, 0.003},
};
enum { COUNT = sizeof bodies / sizeof bodies[0] };

static double energy(void) {
    double e = 0;
    for (int i = 0; i < COUNT; i++) {
        const struct body *a = &bodies[i];
        e += 0.5 * a->mass * (a->v[0] * a->v[0] + a->v[1] * a->v[1] + a->v[2] * a->v[2]);
        for (int j = i + 1; j < COUNT; j++) {
            double r2 = 0;
            for (int k = 0; k < 3; k++)
                r2 += (a->x[k] - bodies[j].x[k]) * (a->x[k] - bodies[j].x[k]);
            e -= a->mass * bodies[j].mass / sqrt(r2);
        }
    }
    return e;
}

static void step(double dt) {
    for (int i = 0; i < COUNT; i++) {
        for (int j = i + 1; j < COUNT; j++) {
            double d[3], r2 = 0;
            for (int k = 0; k < 3; k++) {
                d[k] = bodies[i].x[k] - bodies[j].x[k];
                r2 += d[k] * d[k];
            }
            double force = dt / (r2 * sqrt(r2));
            for (int k = 0; k < 3; k++) {
                bodies[i].v[k] -= d[k] * bodies[j].mass * force;
                bodies[j].v[k] += d[k] * bodies[i].mass * force;
            }
        }
    }
    for (int i = 0; i < COUNT; i++)
        for (int k = 0; k < 3; k++)
            bodies[i].x[k] += dt * bodies[i].v[k];
}

int main(int argc, char **argv) {
    int steps = argc > 1 ? atoi(argv[1]) : 1000;
    printf("%.12f\n", energy());
    for (int i = 0; i < steps; i++)
        step(0.001);
    printf("%.12f\n", energy());
    return 0;
}
