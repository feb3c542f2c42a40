// Prints the address of one thing of every kind. Both halves of a pair print the same text.
//   dyad-cc -O2 addresses.c -o addresses && dyad run --isa x86_64 addresses && dyad run --isa aarch64 addresses
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int initialised = 42;
static double zeroed[1000];
static const char table[] = "a constant array";
_Thread_local int per_thread = 7;

struct node {
    struct node *next;
    int value;
};

static int compare(const void *left, const void *right) { return *(const int *)left - *(const int *)right; }

static void show(const char *what, const void *address) { printf("%-22s %p\n", what, address); }

int main(int argc, char **argv) {
    // The heap is a function of what the program did, so it comes out alike as well.
    struct node *list = NULL;
    for (int i = 0; i < 1000; i++) {
        struct node *node = malloc(sizeof *node);
        if (!node)
            return 1;
        node->next = list;
        node->value = i * i;
        list = node;
    }
    char *large = malloc(1 << 20);
    if (!large)
        return 1;
    memset(large, 'x', 1 << 20);

    show("main", (const void *)main);
    show("static function", (const void *)compare);
    show("qsort (libc)", (const void *)qsort);
    show("memcpy (native leaf)", (const void *)memcpy);
    show("initialised global", &initialised);
    show("zeroed static", zeroed);
    show("constant array", table);
    show("string literal", "a string literal");
    show("thread-local", &per_thread);
    show("stdout", stdout);
    show("small heap object", list);
    show("large heap object", large);

    long sum = 0;
    for (struct node *node = list; node; node = node->next)
        sum += node->value;
    printf("%d argument%s, the sum is %ld\n", argc - 1, argc == 2 ? "" : "s", sum);
    for (int i = 1; i < argc; i++)
        printf("argument %d: %s\n", i, argv[i]);
    return 0;
}
