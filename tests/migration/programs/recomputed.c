// Values that need not be kept because they can be computed again: addresses from bases and indices, extensions, casts,
// comparisons, common subexpressions, induction variables and end pointers; each compared with what it was.
#include "check.h"

struct item {
    int key;
    short tags[5];
    double weight;
    struct item* other;
};
static struct item items[64];

static APART double walk(struct item* base, int from, int to, unsigned char narrow, _Bool flag) {
    double sum = 0;
    long index = from;
    for (struct item *p = base + from, *end = base + to; p != end; p++, index++) {
        short *tag = &p->tags[index % 5], *next_tag = &p->tags[(index + 1) % 5];
        double* weight = &p->weight;
        unsigned wide = narrow, both = wide << 8 | narrow;
        int less = index < to / 2, odd = (int)index & 1;
        uint64_t distance = (uint64_t)(end - p), scaled = distance * sizeof *p;
        const char* bytes = (const char*)p;
        HOLD(1, wide);
        HOLD(2, both);
        HOLD(3, less);
        HOLD(4, odd);
        HOLD(5, distance);
        HOLD(6, scaled);
        deep_work(1, (uint64_t)index & 7);
        SAME(1, wide);
        SAME(2, both);
        SAME(3, less);
        SAME(4, odd);
        SAME(5, distance);
        SAME(6, scaled);
        EXPECT(tag == &base[index].tags[index % 5] && weight == &base[index].weight &&
               bytes == (const char*)&base[index]);
        EXPECT(next_tag - tag == (index + 1) % 5 - index % 5 && p->other == &base[63 - index]);
        if (flag) *tag = (short)(*tag + less * 3 - odd);
        *weight = *weight * 1.5 + *tag;
        sum += *weight + (double)both;
        narrow++;
    }
    return sum;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 12);
    for (int i = 0; i < 64; i++)
        items[i] = (struct item){.key = i, .weight = i, .other = &items[63 - i]};
    for (int i = 0; i < rounds; i++)
        printf("%.17g\n", walk(items, i, 40 + i, (unsigned char)(250 + i), i % 3 != 0));
    return finish();
}
