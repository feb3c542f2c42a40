// Probes of the native leaves, against the simplest code that does the same.
#include "probe.h"

using size_t = decltype(sizeof 0);

extern "C" {
void* memcpy(void*, const void*, size_t);
void* memmove(void*, const void*, size_t);
void* memset(void*, int, size_t);
int memcmp(const void*, const void*, size_t);
int bcmp(const void*, const void*, size_t);

int feclearexcept(int);
int feraiseexcept(int);
int fetestexcept(int);
int fegetround();
int __fesetround(int);
struct fenv_t {
    unsigned rounding, exceptions;
};
int fegetenv(fenv_t*);
int fesetenv(const fenv_t*);

float __powisf2(float, int);
double __powidf2(double, int);
}

namespace {

constexpr unsigned kRoom = 1024, kSpan = 700;
unsigned char room[kRoom], expected[kRoom];

// Through volatile pointers: the compiler must not put its own code in place of the calls.
void* (*volatile copy)(void*, const void*, size_t) = memcpy;
void* (*volatile move)(void*, const void*, size_t) = memmove;
void* (*volatile set)(void*, int, size_t) = memset;
int (*volatile compare)(const void*, const void*, size_t) = memcmp;
int (*volatile compareEqual)(const void*, const void*, size_t) = bcmp;

void fill() {
    for (unsigned i = 0; i < kRoom; ++i)
        room[i] = expected[i] = static_cast<unsigned char>(i * 7 + i / 256);
}
bool asExpected() {
    bool same = true;
    for (unsigned i = 0; i < kRoom; ++i)
        same &= *const_cast<volatile unsigned char*>(&room[i]) == expected[i];
    return same;
}

bool moves(unsigned to, unsigned from, unsigned size, void* (*function)(void*, const void*, size_t)) {
    fill();
    unsigned char before[kRoom];
    for (unsigned i = 0; i < kRoom; ++i)
        *const_cast<volatile unsigned char*>(&before[i]) = expected[i];
    for (unsigned i = 0; i < size; ++i)
        *const_cast<volatile unsigned char*>(&expected[to + i]) = before[from + i];
    return function(room + to, room + from, size) == room + to && asExpected();
}

int sign(int x) { return (x > 0) - (x < 0); }

} // namespace

void testMemory() {
    constexpr unsigned kDistances[] = {0, 1, 7, 16, 33, 64, 100, 129};
    bool good = true;
    // Every size of the small classes and both ends of the loops, at distances that overlap in all ways.
    for (unsigned size = 0; size < 300; size += size < 140 ? 1 : 13) {
        for (unsigned to = 16; to < 32; to += 5)
            for (unsigned distance : kDistances)
                good &= moves(to, to + distance, size, move) && moves(to + distance, to, size, move);
        good &= moves(350 + size % 17, size % 13, size, copy);
        for (unsigned to = 0; to < 17; to += 4) {
            fill();
            for (unsigned i = 0; i < size; ++i)
                *const_cast<volatile unsigned char*>(&expected[to + i]) = 0xa5;
            good &= set(room + to, 0x7fa5, size) == room + to && asExpected();
        }
    }
    finish(good && moves(3, 200, kSpan, move) && moves(200, 3, kSpan, move));
}

void testCompare() {
    bool good = true;
    unsigned char* other = expected;
    for (unsigned size = 0; size < 200; size += size < 90 ? 1 : 7)
        for (unsigned at = 0; at < 5; ++at) {
            fill();
            good &= compare(room + at, other + at, size) == 0 && compareEqual(room + at, other + at, size) == 0;
            for (unsigned i = 0; i < size; ++i) {
                unsigned char a = room[at + i], b = a ^ 0x81;
                other[at + i] = b;
                // What follows the first difference does not count.
                if (i + 1 < size) other[at + i + 1] ^= 0xff;
                good &= compare(room + at, other + at, size) == a - b && sign(compare(other + at, room + at, size)) == sign(b - a);
                good &= compareEqual(room + at, other + at, size) != 0;
                other[at + i] = a;
                if (i + 1 < size) other[at + i + 1] ^= 0xff;
            }
        }
    finish(good);
}

namespace {
alignas(16) char context[DYAD_CONTEXT_SIZE];
[[gnu::noinline]] void load(int value) { __dyad_context_load(context, value); }
} // namespace

void testContexts() {
    volatile int seen = 0;
    volatile double kept = 1.5;
    int result = __dyad_context_save(context);
    seen = seen + result;
    if (result == 0) load(1);
    if (result == 1) load(42);
    finish(seen == 43 && result == 42 && kept == 1.5);
}

#pragma STDC FENV_ACCESS ON
void testFloatEnvironment() {
    enum { kInvalid = 1, kDivide = 2, kInexact = 16, kAll = 31, kNearest = 0, kDown = 1, kUp = 2, kZero = 3 };
    volatile double one = 1, three = 3, zero = 0;
    bool good = fesetenv(reinterpret_cast<fenv_t*>(-1l)) == 0 && fegetround() == kNearest && fetestexcept(kAll) == 0;
    volatile double result = one / three;
    good &= fetestexcept(kAll) == kInexact && feclearexcept(kAll) == 0 && fetestexcept(kAll) == 0;
    result = one / zero;
    good &= fetestexcept(kAll) == kDivide;
    result = zero / zero;
    good &= fetestexcept(kAll) == (kDivide | kInvalid) && fetestexcept(kInvalid) == kInvalid;
    __fesetround(kDown);
    double down = one / three, negativeDown = -one / three;
    good &= fegetround() == kDown;
    __fesetround(kUp);
    double up = one / three, negativeUp = -one / three;
    good &= fegetround() == kUp && down < up && negativeDown < negativeUp;
    __fesetround(kZero);
    good &= fegetround() == kZero && one / three == down && -one / three == negativeUp;
    fenv_t saved;
    feclearexcept(kAll);
    feraiseexcept(kInvalid);
    good &= fegetenv(&saved) == 0 && saved.rounding == kZero && saved.exceptions == kInvalid;
    fesetenv(reinterpret_cast<fenv_t*>(-1l));
    good &= fegetround() == kNearest && fetestexcept(kAll) == 0;
    fesetenv(&saved);
    good &= fegetround() == kZero && fetestexcept(kAll) == kInvalid;
    fesetenv(reinterpret_cast<fenv_t*>(-1l));
    (void)result;
    finish(good);
}
#pragma STDC FENV_ACCESS OFF

void testInt128() {
    using u128 = unsigned __int128;
    using i128 = __int128;
    volatile u128 big = static_cast<u128>(0x123456789abcdef0) << 64 | 0xfedcba9876543210, small = 1000000007;
    u128 quotient = big / small, remainder = big % small;
    bool good = quotient * small + remainder == big && remainder < small;
    volatile i128 negative = -static_cast<i128>(big >> 1), divisor = 12345;
    i128 q = negative / divisor, r = negative % divisor;
    good &= q * divisor + r == negative && r <= 0 && -r < divisor && negative % -divisor == r;
    volatile double d = 1e30;
    volatile float f = 1e20f;
    good &= static_cast<double>(static_cast<u128>(d)) == d && static_cast<float>(static_cast<i128>(f)) == f;
    good &= __powidf2(2, 10) == 1024 && __powisf2(2, -2) == 0.25f;
    i128 product;
    good &= __builtin_mul_overflow(negative, static_cast<i128>(1) << 100, &product);
    good &= !__builtin_mul_overflow(static_cast<i128>(divisor), static_cast<i128>(-3), &product) && product == -37035;
    finish(good);
}
