// Bit-fields of all widths and signs, held in structures that live in registers, changed between moves.
#include "check.h"

struct packet {
    unsigned version : 4;
    int delta : 5;
    unsigned flag : 1;
    unsigned long long wide : 47;
    signed char tiny : 3;
    _Bool set : 1;
    unsigned : 0;
    unsigned tail : 17;
    long signed_wide : 33;
};
struct __attribute__((packed)) tight {
    unsigned a : 3;
    unsigned b : 11;
    int c : 18;
    unsigned long d : 40;
};
union view {
    struct {
        unsigned low : 12, middle : 12, high : 8;
    } parts;
    unsigned all;
};

static APART struct packet next(struct packet p, int i) {
    p.version++;
    p.delta = p.delta + i;
    p.flag ^= (unsigned)i & 1;
    p.wide = p.wide * 5 + (unsigned)i;
    work((uint64_t)p.tail & 7);
    p.tiny = (signed char)(p.tiny - 1);
    p.set = i % 3 == 0;
    p.tail = (unsigned)(p.tail + p.wide);
    p.signed_wide = p.signed_wide * -3 + p.delta;
    return p;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 150);
    struct packet p = {1, -1, 0, 3, 1, 0, 5, -7};
    struct tight t = {1, 2, -3, 4};
    union view v = {.all = 0x12345678};
    for (int i = 0; i < rounds; i++) {
        struct packet before = p;
        p = next(p, i);
        deep_work(1, (uint64_t)i & 7);
        EXPECT(p.version == ((before.version + 1) & 15) && p.flag == (before.flag ^ (i & 1)));
        t.a += 3, t.b += p.tail, t.c -= p.delta, t.d += (unsigned long)p.wide;
        unsigned b = t.b;
        int c = t.c;
        HOLD(0, b);
        HOLD(1, c);
        work((uint64_t)b & 31);
        SAME(0, b);
        SAME(1, c);
        EXPECT(t.b == b && t.c == c);
        v.parts.middle += v.parts.low;
        v.parts.high ^= (unsigned)i & 255;
        v.parts.low += p.set;
        if (i % 15 == 0)
            printf("%u %d %u %llu %d %d %u %ld|%u %u %d %lu|%08x\n", p.version, p.delta, p.flag,
                   (unsigned long long)p.wide, p.tiny, p.set, p.tail, (long)p.signed_wide, t.a, t.b, t.c,
                   (unsigned long)t.d, v.all);
    }
    return finish();
}
