// qsort, qsort_r, bsearch, linear and hashed search, binary trees, queues.
#define _GNU_SOURCE
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"

static int comparisons;

static int by_int(const void *a, const void *b) {
    comparisons++;
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static int by_int_context(const void *a, const void *b, void *context) {
    ++*(int *)context;
    return by_int(b, a);
}

struct record {
    char key[12];
    short serial;
    double value;
    char tail[3];
};

static int by_key(const void *a, const void *b) {
    const struct record *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order ? order : x->serial - y->serial;
}

static int by_string(const void *a, const void *b) { return strcmp(a, b); }
static int by_pointer(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void show_node(const void *node, VISIT visit, int depth) {
    if (visit == postorder || visit == leaf)
        printf("%s@%d ", *(char *const *)node, depth);
}

int main(void) {
    static int numbers[5000];
    static const int counts[] = {0, 1, 2, 3, 7, 100, 1000, 5000};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (int pattern = 0; pattern < 5; pattern++) {
            int n = counts[c];
            for (int i = 0; i < n; i++)
                numbers[i] = pattern == 0 ? (int)random_bits() : pattern == 1 ? i : pattern == 2 ? n - i : pattern == 3 ? i % 5 : 7;
            comparisons = 0;
            qsort(numbers, (size_t)n, sizeof *numbers, by_int);
            int sorted = 1;
            for (int i = 1; i < n; i++)
                sorted &= numbers[i - 1] <= numbers[i];
            printf("%d.%d sorted=%d comparisons=%d hash=%016llx\n", n, pattern, sorted, comparisons,
                   (unsigned long long)hash_bytes(HASH_START, numbers, (size_t)n * sizeof *numbers));
        }
    int context = 0;
    qsort_r(numbers, 1000, sizeof *numbers, by_int_context, &context);
    printf("%d %d %d\n", context, numbers[0], numbers[999]);

    static struct record records[300];
    for (int i = 0; i < 300; i++) {
        snprintf(records[i].key, sizeof records[i].key, "k%03d", (int)(random_bits() % 100));
        records[i].serial = (short)i;
        records[i].value = i / 2.0;
    }
    qsort(records, 300, sizeof *records, by_key);
    for (int i = 0; i < 300; i += 37)
        printf("%s %d %g\n", records[i].key, records[i].serial, records[i].value);
    char characters[] = "the quick brown fox jumps over the lazy dog";
    qsort(characters, strlen(characters), 1, by_string);
    const char *words[] = {"pear", "apple", "fig", "banana", "cherry", "date"};
    qsort(words, 6, sizeof *words, by_pointer);
    for (int i = 0; i < 6; i++)
        printf("%s ", words[i]);
    const char *wanted = "date", *absent = "kiwi";
    const char **found = bsearch(&wanted, words, 6, sizeof *words, by_pointer);
    printf("%td %p\n", found - words, bsearch(&absent, words, 6, sizeof *words, by_pointer));

    int table[20];
    size_t used = 0;
    for (int i = 0; i < 10; i++) {
        int key = i * i % 7;
        lsearch(&key, table, &used, sizeof *table, by_int);
    }
    int key = 4, none = 99;
    printf("%zu %d %d\n", used, lfind(&key, table, &used, sizeof *table, by_int) != NULL, lfind(&none, table, &used, sizeof *table, by_int) == NULL);

    hcreate(50);
    for (int i = 0; i < 6; i++)
        hsearch((ENTRY){.key = (char *)words[i], .data = (void *)(long)(i + 1)}, ENTER);
    ENTRY *entry = hsearch((ENTRY){.key = "fig"}, FIND);
    printf("%ld %d\n", entry ? (long)entry->data : -1, hsearch((ENTRY){.key = "kiwi"}, FIND) == NULL);
    hdestroy();

    void *tree = NULL;
    char names[40][4];
    for (int i = 0; i < 40; i++) {
        snprintf(names[i], sizeof names[i], "%02d", i * 17 % 40);
        tsearch(names[i], &tree, by_string);
    }
    twalk(tree, show_node);
    for (int i = 0; i < 40; i += 3)
        tdelete(names[i], &tree, by_string);
    printf("\n");
    twalk(tree, show_node);
    printf("\n%s %d\n", *(char **)tfind("05", &tree, by_string), tfind("zz", &tree, by_string) == NULL);
    struct element {
        struct element *next, *previous;
        int number;
    } elements[3] = {{0, 0, 1}, {0, 0, 2}, {0, 0, 3}};
    insque(&elements[0], NULL);
    insque(&elements[2], &elements[0]);
    insque(&elements[1], &elements[0]);
    for (struct element *e = elements; e; e = e->next)
        printf("%d ", e->number);
    remque(&elements[1]);
    printf("%d\n", elements[0].next->number);
    return 0;
}
