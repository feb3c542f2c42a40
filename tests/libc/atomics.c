// C11 atomics and the __sync and __atomic builtins, of every size, on one thread.
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define EXERCISE(type)                                                                                                 \
    do {                                                                                                               \
        static _Atomic type a = 5;                                                                                     \
        type expected = 6, old;                                                                                        \
        printf(#type ":");                                                                                             \
        printf(" %lld", (long long)atomic_fetch_add(&a, 100));                                                         \
        printf(" %lld", (long long)atomic_fetch_sub_explicit(&a, 7, memory_order_relaxed));                            \
        printf(" %lld", (long long)atomic_fetch_or(&a, 0x70));                                                         \
        printf(" %lld", (long long)atomic_fetch_and(&a, 0x3c));                                                        \
        printf(" %lld", (long long)atomic_fetch_xor(&a, 0x55));                                                        \
        printf(" %lld", (long long)atomic_exchange(&a, 77));                                                           \
        printf(" %d", atomic_compare_exchange_strong(&a, &expected, 1));                                               \
        printf(" %lld %d", (long long)expected, atomic_compare_exchange_strong(&a, &expected, 120));                   \
        printf(" %lld", (long long)atomic_load_explicit(&a, memory_order_acquire));                                    \
        atomic_store_explicit(&a, 3, memory_order_release);                                                            \
        old = a++;                                                                                                     \
        a *= 3;                                                                                                        \
        static type plain = 9;                                                                                         \
        printf(" %lld %lld %lld", (long long)old, (long long)a, (long long)__sync_fetch_and_add(&plain, 2));           \
        printf(" %lld %d", (long long)__atomic_nand_fetch(&plain, 3, __ATOMIC_SEQ_CST), __sync_bool_compare_and_swap(&plain, plain, 4)); \
        printf(" %d\n", atomic_is_lock_free(&a));                                                                      \
    } while (0)

int main(void) {
    EXERCISE(int8_t);
    EXERCISE(uint8_t);
    EXERCISE(int16_t);
    EXERCISE(uint16_t);
    EXERCISE(int32_t);
    EXERCISE(uint32_t);
    EXERCISE(int64_t);
    EXERCISE(uint64_t);
    static _Atomic(double) d = 1.5;
    d += 2;
    static _Atomic(int *) pointer;
    static int array[10];
    pointer = array;
    atomic_fetch_add(&pointer, 3);
    printf("%g %td\n", d, pointer - array);
    atomic_flag flag = ATOMIC_FLAG_INIT;
    printf("%d %d ", atomic_flag_test_and_set(&flag), atomic_flag_test_and_set(&flag));
    atomic_flag_clear(&flag);
    printf("%d\n", atomic_flag_test_and_set(&flag));
    atomic_bool b = false;
    printf("%d %d\n", atomic_exchange(&b, true), b);
    atomic_thread_fence(memory_order_seq_cst);
    atomic_signal_fence(memory_order_acquire);
    long long counter = 0;
    for (int i = 0; i < 1000; i++)
        __atomic_fetch_add(&counter, i, __ATOMIC_RELAXED);
    printf("%lld\n", counter);
    return 0;
}
