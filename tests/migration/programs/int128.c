// 128-bit integers live over moves, signed and unsigned, passed and returned, with all of their arithmetic.
#include "check.h"

typedef unsigned __int128 u128;
typedef __int128 i128;

static void show(const char* what, u128 n) {
    printf("%s %016llx%016llx\n", what, (unsigned long long)(n >> 64), (unsigned long long)n);
}

static APART u128 multiply_modulo(u128 a, u128 b, u128 m) {
    u128 sum = 0;
    for (a %= m; b; b >>= 1) { // a loop over 128-bit values; each is in two registers
        if (b & 1) sum = sum >= m - a ? sum - (m - a) : sum + a;
        a = a >= m - a ? a - (m - a) : a + a;
    }
    return sum;
}

static APART u128 power(u128 base, unsigned exponent, u128 m) {
    u128 result = 1;
    while (exponent) {
        if (exponent & 1) result = multiply_modulo(result, base, m);
        base = multiply_modulo(base, base, m);
        exponent >>= 1;
    }
    return result;
}

static APART i128 gcd(i128 a, i128 b) {
    return b == 0 ? (work(9), a) : gcd(b, a % b);
}

static APART i128 many(i128 a, int i, i128 b, u128 c, long d, i128 e) {
    HOLD(0, a);
    HOLD(1, b);
    HOLD(2, c);
    HOLD(3, e);
    deep_work(2, (uint64_t)i & 15);
    SAME(0, a);
    SAME(1, b);
    SAME(2, c);
    SAME(3, e);
    return a + b * i - (i128)(c >> 3) + d * e;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 12);
    const u128 prime = ((u128)1 << 127) - 1;
    u128 value = 3;
    i128 balance = -1, fibonacci[2] = {0, 1};
    for (int i = 0; i < rounds; i++) {
        value = power(value, 65537u + (unsigned)i, prime);
        balance = many(balance, i, -(i128)value, value, i * 1000003L, fibonacci[i & 1]);
        for (int k = 0; k < 5; k++)
            fibonacci[k & 1] += fibonacci[~k & 1];
        show("power", value);
        show("balance", (u128)balance);
        i128 divisor = (i128)(value >> (i * 3 % 100)) | 1;
        show("quotient", (u128)(balance / divisor));
        show("remainder", (u128)(balance % divisor));
        show("gcd", (u128)gcd((i128)(value >> 2), divisor));
        printf("%.17g %.9g %d\n", (double)balance, (double)(float)(u128)balance, (int)(balance >> 100));
    }
    return finish();
}
