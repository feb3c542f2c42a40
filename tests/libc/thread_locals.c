// Thread-local variables of one thread: initial values, zeros, alignment, addresses that stay.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "bits.h"

static _Thread_local int number = 42;
static _Thread_local int zero;
static _Thread_local char text[] = "thread-local";
_Thread_local double exported = 2.5;
static _Thread_local _Alignas(64) char aligned[100];
static _Thread_local struct { char c; long values[20]; } record = {'r', {[3] = 33}};
static _Thread_local char page[5000];
static _Thread_local int *pointer = NULL;
static int plain = 7;

int main(void) {
    printf("%d %d %s %g %c %ld\n", number, zero, text, exported, record.c, record.values[3]);
    printf("%d %d %d\n", (int)((uintptr_t)aligned % 64), (int)((uintptr_t)&exported % _Alignof(double)), (int)((uintptr_t)&record % _Alignof(long)));
    int nonzero = 0;
    for (size_t i = 0; i < sizeof page; i++)
        nonzero += page[i];
    memset(page, 1, sizeof page);
    memset(aligned, 2, sizeof aligned);
    pointer = &number;
    *pointer += plain;
    zero++, text[0] = 'T', exported *= 2, record.values[19] = -1;
    printf("%d %d %d %s %g %ld %d\n", nonzero, number, zero, text, exported, record.values[19], pointer == &number);
    int *error = &errno;
    *error = ENOENT;
    printf("%d %d\n", errno == ENOENT, error == &errno);
    return 0;
}
