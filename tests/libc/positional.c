// Positional arguments of printf and scanf, qsort_r, bsearch, lfind, tsearch, hsearch.
#define _GNU_SOURCE
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static int calls;
static int by(const void *a, const void *b, void *direction) {
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y ? 1 : x < y ? -1 : 0) * *(int *)direction;
}
static int text(const void *a, const void *b) { return calls++, strcmp(a, *(char *const *)b); }
static int pointers(const void *a, const void *b) { return strcmp(a, b); }
static void show(const void *node, VISIT order, int level) {
    if (order == postorder || order == leaf) printf("%s:%d ", *(char *const *)node, level >= 0);
}

int main(void) {
    printf("%2$s %1$d %2$s %3$.*4$f|%1$*5$d|%1$-*5$d|%6$c\n", 7, "two", 3.14159, 2, 5, 'c');
    printf("%5$s%4$s%3$s%2$s%1$s\n", "a", "b", "c", "d", "e");
    printf("%3$lld %1$hhd %2$x %4$g\n", 300, 255, 1ll << 40, 0.5);
    char out[32], a[8], b[8];
    wchar_t wide[32];
    swprintf(wide, 32, L"%2$ls-%1$d", 5, L"wide"), wcstombs(out, wide, 32);
    printf("%s\n", out);
    int x, y;
    printf("%d ", sscanf("10 20 ab cd", "%2$d %1$d %4$s %3$s", &x, &y, a, b)), printf("%d %d %s %s\n", x, y, a, b);
    int numbers[200], up = 1, down = -1;
    for (int i = 0; i < 200; i++) numbers[i] = i * 7919 % 211;
    qsort_r(numbers, 200, sizeof *numbers, by, &down);
    printf("%d %d %d ", numbers[0], numbers[100], numbers[199]);
    qsort_r(numbers, 200, sizeof *numbers, by, &up);
    printf("%d %d %d\n", numbers[0], numbers[100], numbers[199]);
    const char *words[] = {"alpha", "beta", "delta", "epsilon", "gamma", "kappa", "lambda", "omega"};
    for (const char *key = "omega"; key; key = *key == 'o' ? "alpha" : *key == 'a' ? "beth" : NULL) {
        const char **found = bsearch(key, words, 8, sizeof *words, text);
        printf("%s %d; ", key, found ? (int)(found - words) : -1);
    }
    printf("%d %d\n", calls <= 12, bsearch("x", words, 0, sizeof *words, text) == NULL);
    size_t count = 3;
    char table[10][8] = {"one", "two", "three"};
    printf("%d ", (char(*)[8])lsearch("four", table, &count, 8, pointers) - table);
    printf("%zu %d\n", count, lfind("five", table, &count, 8, pointers) == NULL);
    void *root = NULL;
    for (int i = 0; i < 8; i++) tsearch(words[i * 3 % 8], &root, pointers);
    tdelete("delta", &root, pointers);
    twalk(root, show);
    printf("%d\n", tfind("delta", &root, pointers) == NULL);
    hcreate(50);
    for (int i = 0; i < 8; i++) hsearch((ENTRY){(char *)words[i], (void *)words[7 - i]}, ENTER);
    printf("%s %d\n", (char *)hsearch((ENTRY){"beta", NULL}, FIND)->data, hsearch((ENTRY){"none", NULL}, FIND) == NULL);
    return 0;
}
