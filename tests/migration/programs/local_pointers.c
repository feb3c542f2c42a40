// Pointers to locals: in other frames, in the heap, in statics, one past the end, into the middle of structures and
// arrays.
#include "check.h"

struct node {
    long value;
    struct node* up; // a local of the caller
    long* somewhere; // into the middle of somebody's array
};
static struct node* innermost; // a local of the deepest call
static long* kept[64];         // pointers to locals, from the heap's point of view
static long** heap_kept;

static APART long climb(void) {
    long sum = 0;
    int n = 0;
    for (struct node* p = innermost; p; p = p->up) {
        p->value += 1 + (long)(work((uint64_t)n & 7) & 0);
        *p->somewhere += n;
        sum = sum * 3 + p->value + *p->somewhere;
        n++;
    }
    return sum;
}

static APART long nest(int depth, struct node* up) {
    long array[6] = {depth, depth * 2, depth * 3, 4, 5, 6};
    struct node mine = {depth * 100, up, &array[depth % 6]};
    struct node** place = &innermost;
    struct node* before = *place;
    *place = &mine;
    kept[depth & 63] = &array[(depth + 1) % 6];
    heap_kept[depth & 63] = &mine.value;
    long expected_first = array[0];
    long result = depth == 0 ? climb() : nest(depth - 1, &mine) + climb();
    EXPECT(*place == &mine && mine.up == up);
    EXPECT(kept[depth & 63] == &array[(depth + 1) % 6]);
    EXPECT(heap_kept[depth & 63] == &mine.value && *heap_kept[depth & 63] == mine.value);
    EXPECT(mine.somewhere - array == depth % 6);
    *heap_kept[depth & 63] += expected_first;
    long* end = array + 6;
    long sum = 0;
    for (long* p = array; p != end; p++)
        sum = sum * 7 + *p + (long)(work((uint64_t)(p - array)) & 0);
    innermost = before;
    return result + sum + mine.value;
}

static APART void fill(int* out, int n, int seed) {
    for (int i = 0; i < n; i++)
        out[i] = seed + (int)work((uint64_t)(seed + i) & 63);
}

static APART int swap_through(int** a, int** b, int depth) {
    int* t = *a;
    *a = *b;
    *b = t;
    if (depth == 0) return **a - **b;
    int local = depth, *local_pointer = &local;
    int got = swap_through(depth & 1 ? a : &local_pointer, b, depth - 1);
    return got + *local_pointer + local;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 10);
    heap_kept = calloc(64, sizeof *heap_kept);
    for (int round = 0; round < rounds; round++) {
        printf("%ld\n", nest(12 + round, NULL));
        int a[20], b = 5, c = 9, *pa = &b, *pb = &c;
        fill(a, 20, round);
        int got = swap_through(&pa, &pb, 7);
        long sum = 0;
        for (int i = 0; i < 20; i++)
            sum = sum * 31 + a[i];
        printf("%d %d %d %ld\n", got, b, c, sum);
    }
    EXPECT(innermost == NULL);
    return finish();
}
