// Functions that call each other, directly and through pointers: a parser and evaluator by recursive descent,
// Ackermann's function in three parts, and the female and male sequences.
#include "check.h"
#include <ctype.h>

static const char* at;
static long expression(int depth);

static APART long factor(int depth) {
    if (*at == '-') {
        at++;
        return -factor(depth + 1);
    }
    if (*at == '(') {
        const char* open = at++;
        long value = expression(depth + 1);
        EXPECT(*at == ')' && *open == '(');
        at++;
        return value;
    }
    long value = 0;
    while (isdigit((unsigned char)*at))
        value = value * 10 + (*at++ - '0');
    return value + (long)(work((uint64_t)value & 15) & 0);
}

static APART long term(int depth) {
    long value = factor(depth + 1);
    while (*at == '*' || *at == '%') {
        char what = *at++;
        long right = factor(depth + 1);
        value = what == '*' ? value * right % 1000003 : value % (right ? right : 1);
    }
    return value;
}

static APART long expression(int depth) {
    long value = term(depth + 1);
    while (*at == '+' || *at == '-')
        value = *at++ == '+' ? value + term(depth + 1) : value - term(depth + 1);
    return value;
}

static int generate(char* text, int size, int depth, uint64_t* seed) {
    if (depth == 0 || size < 40) return sprintf(text, "%u", (unsigned)(next_random(seed) % 1000));
    int n = 0;
    text[n++] = '(';
    n += generate(text + n, size / 2 - 4, depth - 1, seed);
    text[n++] = "+-*%"[next_random(seed) & 3];
    if (next_random(seed) % 5 == 0) text[n++] = '-';
    n += generate(text + n, size / 2 - 4, depth - 1, seed);
    text[n++] = ')';
    text[n] = 0;
    return n;
}

static unsigned ackermann_next(unsigned m, unsigned n);
static APART unsigned ackermann(unsigned m, unsigned n) {
    return m == 0 ? n + 1 : ackermann_next(m, n);
}
static APART unsigned ackermann_inner(unsigned m, unsigned n) {
    return ackermann(m, n - 1);
}
static APART unsigned ackermann_next(unsigned m, unsigned n) {
    unsigned inner = n == 0 ? 1 : ackermann_inner(m, n);
    return ackermann(m - 1, inner);
}

static int female(int n), male(int n);
static int (*const sequences[2])(int) = {female, male};
static APART int female(int n) {
    return n == 0 ? 1 : n - sequences[1](sequences[0](n - 1));
}
static APART int male(int n) {
    return n == 0 ? 0 : n - sequences[0](sequences[1](n - 1));
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 12);
    static char text[1 << 14];
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < rounds; i++) {
        generate(text, sizeof text, 6, &seed);
        at = text;
        long value = expression(0);
        EXPECT(*at == 0);
        printf("%ld\n", value);
    }
    printf("%u %u\n", ackermann(2, 9), ackermann(3, 4));
    for (int i = 0; i < 20; i++)
        printf("%d %d\n", female(i), male(i));
    return finish();
}
