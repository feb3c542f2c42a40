// The program's own interface: moves that it asks for, regions in which it must stay, and functions that are told.
#include <dyad/dyad.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int told, order;
static void first(void* argument) {
    told += *(int*)argument;
    order = order * 10 + 1;
}
static void second(void* argument) {
    (void)argument;
    order = order * 10 + 2;
}

static void expect(int condition, const char* what) {
    if (!condition) {
        printf("expected %s\n", what);
        exit(1);
    }
}

static int deep(int depth) {
    if (depth == 0)
        return dyad_migrate(DYAD_ISA_OTHER) == 0 ? 1 : -1000;
    return deep(depth - 1) + 1;
}

int main(void) {
    int one = 1, here = dyad_isa();
    double kept = 1.0 / 3;
    expect(dyad_on_arrival(first, &one) == 0 && dyad_on_arrival(second, NULL) == 0, "functions to be taken");
    errno = 0;
    expect(dyad_on_arrival(NULL, NULL) == -1 && errno == EINVAL, "EINVAL for no function");
    errno = 0;
    expect(dyad_migrate(77) == -1 && errno == EINVAL, "EINVAL for no ISA");

    expect(dyad_migrate(DYAD_ISA_OTHER) == 0, "a move");
    expect(dyad_isa() == 1 - here, "the other ISA");
    expect(told == 1 && order == 12, "the functions to be called in their order");
    expect(dyad_migrate(here) == 0 && dyad_isa() == here, "a move back");
    expect(dyad_migrate(here) == 0 && dyad_isa() == here && told == 3, "a move to the same ISA");

    dyad_forbid_migration();
    dyad_forbid_migration();
    errno = 0;
    expect(dyad_migrate(DYAD_ISA_OTHER) == -1 && errno == EBUSY && dyad_isa() == here, "EBUSY while forbidden");
    dyad_allow_migration();
    expect(dyad_migrate(DYAD_ISA_OTHER) == -1 && errno == EBUSY, "EBUSY while forbidden twice");
    dyad_allow_migration();
    dyad_allow_migration(); // one too many does nothing

    for (int i = 0; i < 6; i++) {
        expect(deep(50 * i) == 50 * i + 1, "a move at the end of many calls");
        expect(dyad_isa() == (i % 2 ? here : 1 - here), "the ISAs in turn");
    }
    expect(told == 9 && kept == 1.0 / 3, "nine moves in all");
    printf("started on %d, moved %d times\n", here, told);
    return 0;
}
