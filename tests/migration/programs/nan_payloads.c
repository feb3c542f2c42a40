// NaNs with payloads, signalling bits, signed zeros, infinities and denormals held in variables over moves: bit for
// bit. And pointers and integers hidden in the payload of NaNs, as interpreters keep them.
#include "check.h"
#include <math.h>

static double from_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
static float from_bits32(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static APART double pass(double a, float b, double c, float d, int i) {
    HOLD(0, a);
    HOLD(1, b);
    HOLD(2, c);
    HOLD(3, d);
    deep_work(2, (uint64_t)i & 7);
    SAME(0, a);
    SAME(1, b);
    SAME(2, c);
    SAME(3, d);
    return c;
}

struct cell {
    struct cell* next;
    double boxed;
    int number;
};
static double box(void* pointer) {
    return from_bits(0xfff8000000000000u | (uint64_t)(uintptr_t)pointer);
}
static struct cell* unbox(double value) {
    return (struct cell*)(uintptr_t)(bits_of(value) & 0x0000ffffffffffffu);
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 20);
    static const uint64_t patterns[] = {
        0x7ff8000000000000, 0xfff8000000000001, 0x7ff8deadbeef1234, 0x7ff0000000000001,
        0xfff7ffffffffffff, 0x8000000000000000, 0x0000000000000000, 0x7ff0000000000000,
        0xfff0000000000000, 0x0000000000000001, 0x800fffffffffffff, 0x3ff0000000000001,
    };
    enum { COUNT = sizeof patterns / sizeof *patterns };
    uint64_t sum = 0;
    for (int i = 0; i < rounds; i++)
        for (int k = 0; k < COUNT; k++) {
            double a = from_bits(patterns[k] ^ unknown), c = from_bits(patterns[(k + i) % COUNT]);
            float b = from_bits32((uint32_t)(patterns[k] >> 32)),
                  d = from_bits32(0x7f800000u | (unsigned)(i * 12345 + k));
            double got = pass(a, b, c, d, i + k);
            EXPECT(bits_of(got) == patterns[(k + i) % COUNT]);
            sum = sum * 31 + bits_of(a) + (unsigned)signbit(a) + (isnan(c) ? 1 : 0);
            double negative = -a;
            work(3);
            EXPECT(bits_of(negative) == (patterns[k] ^ 0x8000000000000000u));
        }
    double head = box(NULL);
    for (int i = 0; i < 200; i++) {
        struct cell* cell = malloc(sizeof *cell);
        cell->boxed = head;
        cell->number = i;
        cell->next = unbox(head);
        head = box(cell);
        work((uint64_t)i & 3);
    }
    int total = 0;
    for (double at = head; unbox(at); at = unbox(at)->boxed) {
        EXPECT(isnan(at) && unbox(at)->next == unbox(unbox(at)->boxed));
        total = total * 3 + unbox(at)->number + (int)(work(2) & 0);
    }
    printf("%016llx %d\n", (unsigned long long)sum, total);
    return finish();
}
