// Structures passed and returned by value: every class of the calling conventions, held and forwarded over calls in
// which the program may be moved.
#include "check.h"

struct c1 {
    char c;
};
struct s3 {
    short a;
    char b;
};
struct i2 {
    int a, b;
};
struct l1 {
    long a;
};
struct l2 {
    long a, b;
};
struct l3 {
    long a, b, c;
};
struct f1 {
    float a;
};
struct f2 {
    float a, b;
};
struct f3 {
    float a, b, c;
};
struct d1 {
    double a;
};
struct d2 {
    double a, b;
};
struct d4 {
    double a, b, c, d;
};
struct fi {
    float a;
    int b;
};
struct ld {
    long a;
    double b;
};
struct big {
    long n[20];
    double d[4];
    char text[11];
};
union either {
    long n;
    double d;
    struct i2 pair;
};

#define WAIT(n) ((long)(deep_work(2, (uint64_t)(n)&15) & 0))

static APART struct c1 make_c1(int i) {
    return (struct c1){(char)(i + WAIT(i))};
}
static APART struct s3 make_s3(struct s3 s, int i) {
    return (struct s3){(short)(s.a + i + WAIT(i)), (char)(s.b - i)};
}
static APART struct i2 make_i2(struct i2 s, int i) {
    return (struct i2){s.b + i, s.a - (int)WAIT(i)};
}
static APART struct l1 make_l1(struct l1 s, int i) {
    return (struct l1){s.a * 3 + i + WAIT(i)};
}
static APART struct l2 make_l2(struct l2 s, int i) {
    return (struct l2){s.b + WAIT(i), s.a + i};
}
static APART struct l3 make_l3(struct l3 s, int i) {
    return (struct l3){s.b, s.c + WAIT(i), s.a + i};
}
static APART struct f1 make_f1(struct f1 s, int i) {
    return (struct f1){s.a * 0.5f + (float)(i + WAIT(i))};
}
static APART struct f2 make_f2(struct f2 s, int i) {
    return (struct f2){s.b + (float)WAIT(i), s.a + (float)i};
}
static APART struct f3 make_f3(struct f3 s, int i) {
    return (struct f3){s.c, s.a + (float)WAIT(i), s.b + (float)i};
}
static APART struct d1 make_d1(struct d1 s, int i) {
    return (struct d1){s.a / 3 + i + (double)WAIT(i)};
}
static APART struct d2 make_d2(struct d2 s, int i) {
    return (struct d2){s.b + (double)WAIT(i), s.a - i};
}
static APART struct d4 make_d4(struct d4 s, int i) {
    return (struct d4){s.d, s.c + (double)WAIT(i), s.b, s.a + i};
}
static APART struct fi make_fi(struct fi s, int i) {
    return (struct fi){(float)s.b, (int)s.a + i + (int)WAIT(i)};
}
static APART struct ld make_ld(struct ld s, int i) {
    return (struct ld){(long)s.b + i, (double)(s.a + WAIT(i))};
}
static APART union either make_either(union either u, int i) {
    return (union either){.n = u.n ^ (i + WAIT(i))};
}
static APART struct big make_big(struct big s, int i) {
    for (int k = 0; k < 20; k++)
        s.n[k] += s.n[(k + 1) % 20] + i + WAIT(k);
    for (int k = 0; k < 4; k++)
        s.d[k] = s.d[k] / 2 + (double)s.n[k];
    s.text[i % 10] = (char)('a' + i % 26);
    return s;
}

// All of them live at once, in registers where they fit, over every call.
static APART void forward(int i, struct i2 a, struct l2 b, struct f2 c, struct d2 d, struct ld e, struct big f,
                          struct fi g, struct l3 h) {
    struct big changed = make_big(f, i);
    struct d4 quad = make_d4((struct d4){d.a, d.b, e.b, c.a}, i);
    struct f3 three = make_f3((struct f3){c.a, c.b, g.a}, i);
    a = make_i2(a, i), b = make_l2(b, i), c = make_f2(c, i), d = make_d2(d, i), e = make_ld(e, i), g = make_fi(g, i),
    h = make_l3(h, i);
    struct c1 one = make_c1(i);
    struct s3 small = make_s3((struct s3){(short)a.a, one.c}, i);
    union either u = make_either((union either){.d = quad.a}, i);
    printf("%d %d|%ld %ld|%g %g|%g %g|%ld %g|%g %d|%ld %ld %ld\n", a.a, a.b, b.a, b.b, (double)c.a, (double)c.b, d.a,
           d.b, e.a, e.b, (double)g.a, g.b, h.a, h.b, h.c);
    printf("%ld %g %.10s|%ld|%g %g %g %g|%g %g %g|%d %d|%lx\n", changed.n[19], changed.d[3], changed.text, f.n[19],
           quad.a, quad.b, quad.c, quad.d, (double)three.a, (double)three.b, (double)three.c, small.a, small.b, u.n);
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 25);
    struct l1 l = {1};
    struct f1 f = {1.5f};
    struct d1 d = {2.5};
    struct big big = {.n = {1, 2, 3, 4, 5}, .d = {1, 2, 3, 4}, .text = "----------"};
    for (int i = 0; i < rounds; i++) {
        l = make_l1(l, i), f = make_f1(f, i), d = make_d1(d, i);
        if (i % 5 == 0) big = make_big(make_big(big, i), i + 1); // a result straight into an argument
        HOLD(0, l.a);
        HOLD(1, f.a);
        HOLD(2, d.a);
        forward(i, (struct i2){i, -i}, (struct l2){l.a, i}, (struct f2){f.a, (float)i}, (struct d2){d.a, i},
                (struct ld){i, d.a}, big, (struct fi){f.a, i}, (struct l3){i, l.a, 3});
        SAME(0, l.a);
        SAME(1, f.a);
        SAME(2, d.a);
    }
    return finish();
}
