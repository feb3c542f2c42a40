// Function pointers in static tables, in the heap, on the stack, compared with each other, with many signatures.
#include "check.h"

typedef uint64_t operation(uint64_t, uint64_t);
static uint64_t add(uint64_t a, uint64_t b) {
    return a + b + (work(3) & 0);
}
static uint64_t subtract(uint64_t a, uint64_t b) {
    return a - b;
}
static uint64_t mix(uint64_t a, uint64_t b) {
    return a * 0x9e3779b97f4a7c15u ^ (b + work(b & 31));
}
static uint64_t shift(uint64_t a, uint64_t b) {
    return a << (b & 7) | a >> 57;
}
static operation* const table[] = {add, subtract, mix, shift};

struct object;
struct methods {
    double (*area)(const struct object*);
    void (*grow)(struct object*, float);
    const char* (*name)(void);
};
struct object {
    const struct methods* methods;
    double a, b;
    struct object* next;
};
static double square_area(const struct object* o) {
    return o->a * o->a + (work(2) & 0);
}
static double rectangle_area(const struct object* o) {
    return o->a * o->b + (work(9) & 0);
}
static void grow_both(struct object* o, float by) {
    o->a *= (double)by, o->b *= (double)by, work(6);
}
static void grow_one(struct object* o, float by) {
    o->a += (double)by;
}
static const char* square_name(void) {
    return "square";
}
static const char* rectangle_name(void) {
    return "rectangle";
}
static const struct methods square = {square_area, grow_one, square_name};
static const struct methods rectangle = {rectangle_area, grow_both, rectangle_name};

// A list of closures in the heap, each with the next one's continuation.
struct closure {
    uint64_t (*call)(struct closure*, uint64_t);
    struct closure* next;
    uint64_t bound;
};
static uint64_t call_next(struct closure* c, uint64_t x) {
    return c->next ? c->next->call(c->next, x) : x;
}
static uint64_t bound_add(struct closure* c, uint64_t x) {
    return call_next(c, x + c->bound) ^ c->bound;
}
static uint64_t bound_twice(struct closure* c, uint64_t x) {
    return call_next(c, call_next(c, x) & 0xffff) + work(c->bound & 15);
}

static operation* choose(int i) {
    return table[i & 3];
}
static operation* (*chooser)(int) = choose;

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 40);
    operation** heap = malloc(64 * sizeof *heap);
    for (int i = 0; i < 64; i++)
        heap[i] = table[(i * 7 + 3) & 3];
    struct object* list = NULL;
    struct closure* chain = NULL;
    for (int i = 0; i < 9; i++) {
        struct object* o = malloc(sizeof *o);
        *o = (struct object){i % 2 ? &square : &rectangle, i + 1, i + 0.5, list};
        list = o;
        struct closure* c = malloc(sizeof *c);
        *c = (struct closure){i % 3 == 2 ? bound_twice : bound_add, chain, (uint64_t)i * 77};
        chain = c;
    }
    uint64_t value = 1;
    double area = 0;
    for (int round = 0; round < rounds; round++) {
        operation* local[4] = {heap[round & 63], table[round & 3], chooser(round), add};
        for (int i = 0; i < 4; i++) {
            operation* before = local[i];
            value = local[i](value, (uint64_t)round + heap[(round + i) & 63](value & 255, 3));
            EXPECT(local[i] == before);
        }
        EXPECT(heap[round & 63] == table[((round & 63) * 7 + 3) & 3]);
        for (struct object* o = list; o; o = o->next) {
            o->methods->grow(o, 1.0f + (float)(round & 1) / 64);
            area += o->methods->area(o) / (1 + strlen(o->methods->name()));
        }
        value += chain->call(chain, value & 1023);
    }
    printf("%016llx %.17g\n", (unsigned long long)value, area);
    return finish();
}
