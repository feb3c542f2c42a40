// Thread-local variables: with initialisers, zero, of large alignment, addresses kept elsewhere, structures and tables.
// qemu: yes
#include "check.h"

static _Thread_local int counter = 41;
static _Thread_local char text[24] = "thread-local text";
static _Thread_local _Alignas(128) double aligned[6] = {1, 2, 3};
static _Thread_local _Alignas(4096) unsigned char page[64] = {9, 8, 7};
static _Thread_local long zero[100];
static _Thread_local int* to_counter; // an address of another one
static _Thread_local struct {
    char c;
    __int128 wide;
    float f;
} mixed = {'m', -5, 0.25f};
_Thread_local unsigned visible = 7;
extern _Thread_local unsigned visible;

static long* in_static;
static unsigned long base;

static APART void touch(int i) {
    counter += i;
    zero[i % 100] += counter;
    aligned[i % 6] = aligned[(i + 1) % 6] * 1.5 + i;
    page[i % 64] ^= (unsigned char)i;
    mixed.wide = mixed.wide * 3 + i;
    mixed.f += 0.5f;
    mixed.c = (char)('a' + i % 26);
    visible = visible * 5 + (unsigned)i;
    text[i % 17] ^= 1;
    deep_work(2, (uint64_t)i & 15);
    EXPECT(to_counter == &counter && in_static == &zero[3]);
    EXPECT((uintptr_t)aligned % 128 == 0 && (uintptr_t)page % 4096 == 0);
    EXPECT((unsigned long)(uintptr_t)&counter == base);
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 120);
    to_counter = &counter;
    in_static = &zero[3];
    base = (unsigned long)(uintptr_t)&counter;
    for (int i = 0; i < rounds; i++) {
        int* p = &counter;
        int before = *p;
        touch(i);
        EXPECT(*p == before + i && p == to_counter);
        *in_static += *to_counter & 1;
    }
    long sum = 0;
    for (int i = 0; i < 100; i++)
        sum = sum * 3 + zero[i];
    printf("%d %s %ld %u %c %g %016llx\n", counter, text, sum, visible, mixed.c, (double)mixed.f,
           (unsigned long long)mixed.wide);
    for (int i = 0; i < 6; i++)
        printf("%.17g ", aligned[i]);
    for (int i = 0; i < 64; i++)
        printf("%02x", page[i]);
    printf("\n");
    return finish();
}
