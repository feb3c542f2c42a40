// atexit: handlers registered before moves run after them, in reverse order, with moves inside, and may register more;
// what is left in buffers is written. Constructors and destructors too. The exit status is the program's.
// status: 42
#include "check.h"

static int order;
static void show(const char* what) {
    deep_work(3, (uint64_t)order);
    printf("%d %s\n", order++, what);
}
static void last(void) {
    show("registered first");
}
static void late(void) {
    show("registered by a handler");
}
static void middle(void) {
    show("registered second");
    atexit(late);
    work(97);
}
static void many(void) {
    show("one of many");
}
__attribute__((constructor)) static void before_main(void) {
    work(27), printf("constructor\n");
}
__attribute__((destructor)) static void after_all(void) {
    show("destructor");
}

static APART void leave(int depth) {
    if (depth == 0) exit(42);
    work(9);
    leave(depth - 1);
    printf("not reached\n");
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 60);
    atexit(last);
    deep_work(5, 27);
    atexit(middle);
    for (int i = 0; i < rounds; i++) {
        EXPECT(atexit(many) == 0);
        work((uint64_t)i & 7);
    }
    finish();
    printf("left in the buffer");
    leave(12);
    return 1;
}
