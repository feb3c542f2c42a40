// Moved inside functions that the library calls back: in qsort, qsort_r, bsearch, lfind, tsearch and twalk. fine
// _GNU_SOURCE
#define _GNU_SOURCE
#include "check.h"
#include <search.h>

struct record {
    unsigned key;
    char name[12];
    double weight;
};

static unsigned long comparisons;

static int by_key(const void* a, const void* b) {
    const struct record *x = a, *y = b;
    comparisons += work(x->key & 7) > 1000;
    comparisons++;
    return (x->key > y->key) - (x->key < y->key);
}
static int by_name(const void* a, const void* b) {
    comparisons++;
    return strcmp(((const struct record*)a)->name, ((const struct record*)b)->name);
}
static int by_weight_in(const void* a, const void* b, void* order) {
    double x = ((const struct record*)a)->weight, y = ((const struct record*)b)->weight;
    int sign = *(int*)order;
    comparisons += deep_work(2, 3) > 1000;
    return x < y ? -sign : x > y ? sign : 0;
}

static uint64_t visited;
static void visit(const void* node, VISIT when, int depth) {
    EXPECT(depth < 100);
    if (when == postorder || when == leaf) visited = visited * 31 + (*(struct record* const*)node)->key + work(5);
}

int main(int argc, char** argv) {
    int count = scale(argc, argv, 150);
    struct record* records = malloc((size_t)count * sizeof *records);
    uint64_t seed = 42;
    for (int i = 0; i < count; i++) {
        records[i].key = (unsigned)(next_random(&seed) % 100000);
        snprintf(records[i].name, sizeof records[i].name, "n%05u", (unsigned)(next_random(&seed) % 99999));
        records[i].weight = (double)(next_random(&seed) % 1000) / 7;
    }
    qsort(records, (size_t)count, sizeof *records, by_key);
    for (int i = 1; i < count; i++)
        EXPECT(records[i - 1].key <= records[i].key);
    unsigned found = 0;
    for (unsigned key = 0; key < 100000; key += 997) {
        struct record wanted = {.key = key};
        struct record* hit = bsearch(&wanted, records, (size_t)count, sizeof *records, by_key);
        if (hit) {
            EXPECT(hit->key == key);
            found++;
        }
    }
    for (int i = 0; i < count; i += 3) {
        struct record* hit = bsearch(&records[i], records, (size_t)count, sizeof *records, by_key);
        EXPECT(hit && hit->key == records[i].key);
        found++;
    }
    int order = -1;
    qsort_r(records, (size_t)count, sizeof *records, by_weight_in, &order);
    for (int i = 1; i < count; i++)
        EXPECT(records[i - 1].weight >= records[i].weight);
    qsort(records, (size_t)count, sizeof *records, by_name);
    void* tree = NULL;
    for (int i = 0; i < count; i++)
        tsearch(&records[i], &tree, by_key);
    twalk(tree, visit);
    size_t many = (size_t)count;
    struct record* last = lfind(&records[count - 1], records, &many, sizeof *records, by_name);
    printf("%u found, %lu comparisons, %llx visited, %s\n", found, comparisons, (unsigned long long)visited,
           last->name);
    for (int i = 0; i < count; i += 10)
        printf("%u %s %.3f\n", records[i].key, records[i].name, records[i].weight);
    return finish();
}
