// The end of a program: atexit handlers in reverse order, streams flushed, status passed on.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void first(void) { printf("registered first, runs last\n"); }
static void nested(void) { printf("registered while exiting\n"); }
static void second(void) {
    printf("second\n");
    atexit(nested);
}

static int sum;
static void many(void) {
    if (++sum == 100)
        printf("hundred\n");
}

__attribute__((constructor)) static void before(void) { printf("constructor\n"); }
__attribute__((constructor(101))) static void earlier(void) { printf("constructor 101\n"); }
__attribute__((destructor)) static void after(void) { printf("destructor\n"); }

int main(void) {
    atexit(first);
    atexit(second);
    for (int i = 0; i < 100; i++)
        atexit(many);
    static char buffer[1000];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    printf("main, not flushed by hand");
    puts("");
    exit(42);
}
