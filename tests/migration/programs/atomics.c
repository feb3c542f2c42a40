// _Atomic of every width, compare-and-exchange loops, flags, fences, with moves between the load and the exchange.
#include "check.h"
#include <stdatomic.h>

static atomic_int counter;
static _Atomic uint64_t wide = 1;
static _Atomic unsigned char byte;
static _Atomic short half;
static _Atomic double real = 1.0;
static atomic_flag lock = ATOMIC_FLAG_INIT;
struct pair {
    int a, b;
};
static _Atomic struct pair both;
static _Atomic(struct pair*) list;

static APART void locked_add(int n) {
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
        work(1);
    int before = atomic_load(&counter);
    work((uint64_t)n & 7);
    atomic_store(&counter, before + n);
    atomic_flag_clear_explicit(&lock, memory_order_release);
}

static APART uint64_t exchange_loop(uint64_t by) {
    uint64_t seen = atomic_load(&wide), next;
    do {
        next = seen * 6364136223846793005u + by + (work(by & 15) & 0);
    } while (!atomic_compare_exchange_strong(&wide, &seen, next));
    return next;
}

static APART int interrupted_exchange(void) {
    uint64_t seen = atomic_load(&wide);
    work(7);
    atomic_fetch_add(&wide, 1); // somebody else was faster
    int failed = !atomic_compare_exchange_strong(&wide, &seen, 0);
    EXPECT(failed && seen == atomic_load(&wide));
    return failed;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 80);
    unsigned failures = 0;
    struct pair nodes[8];
    for (int i = 0; i < rounds; i++) {
        locked_add(i);
        uint64_t got = exchange_loop((uint64_t)i);
        HOLD(1, got);
        failures += (unsigned)interrupted_exchange();
        unsigned char old = atomic_fetch_add(&byte, 7);
        short old_half = atomic_fetch_sub_explicit(&half, (short)i, memory_order_relaxed);
        HOLD(2, old);
        HOLD(3, old_half);
        deep_work(2, (uint64_t)i & 7);
        atomic_thread_fence(memory_order_seq_cst);
        SAME(1, got);
        SAME(2, old);
        SAME(3, old_half);
        EXPECT(atomic_load(&byte) == (unsigned char)(old + 7) && atomic_load(&half) == (short)(old_half - i));
        double now = atomic_load(&real), want;
        do
            want = now * 1.0625 + i;
        while (!atomic_compare_exchange_weak(&real, &now, want) && work(2));
        struct pair p = atomic_load(&both), q = {p.b + i, p.a ^ i};
        work(3);
        EXPECT(atomic_compare_exchange_strong(&both, &p, q));
        nodes[i % 8] = q;
        struct pair* previous = atomic_exchange(&list, &nodes[i % 8]);
        EXPECT(i == 0 ? previous == NULL : previous == &nodes[(i - 1) % 8]);
        atomic_fetch_or(&byte, 1);
        atomic_fetch_xor(&wide, 0xff00);
    }
    struct pair p = atomic_load(&both);
    printf("%d %016llx %u %d %.17g %d %d %u\n", atomic_load(&counter), (unsigned long long)atomic_load(&wide),
           atomic_load(&byte), atomic_load(&half), atomic_load(&real), p.a, p.b, failures);
    return finish();
}
