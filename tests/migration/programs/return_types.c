// Calls during which the program moves, with results of every scalar type: narrow ones are extended as the caller
// expects, complex numbers, vectors, 128 bits and structures come back whole.
#include "check.h"
#include <complex.h>

#define RETURNS(type, name, value)                                                                                     \
    static APART type name(int i) {                                                                                    \
        type result = (type)(value);                                                                                   \
        deep_work(1, (uint64_t)i & 7);                                                                                 \
        return result;                                                                                                 \
    }
RETURNS(char, get_char, i * 37)
RETURNS(signed char, get_signed_char, -i)
RETURNS(unsigned char, get_unsigned_char, i * 41)
RETURNS(short, get_short, -i * 999)
RETURNS(unsigned short, get_unsigned_short, i * 40000)
RETURNS(int, get_int, -i * 70000)
RETURNS(unsigned, get_unsigned, i * 3000000000u)
RETURNS(long, get_long, -i * 5000000000L)
RETURNS(_Bool, get_bool, i & 2)
RETURNS(float, get_float, i / 3.0f)
RETURNS(double, get_double, -i / 7.0)
RETURNS(__int128, get_wide, (__int128)-i << 70)
RETURNS(float complex, get_float_complex, i + 2.5f * I)
RETURNS(double complex, get_double_complex, -i + i / 3.0 * I)
static int objects[10];
RETURNS(int*, get_pointer, &objects[i % 10])
enum small { NO, YES = 5, NEVER = -1 };
RETURNS(enum small, get_enum, i % 2 ? YES : NEVER)
static void nothing(int i) {
    deep_work(1, (uint64_t)i & 3);
}
typedef void (*action)(int);
RETURNS(action, get_action, i % 2 ? nothing : nothing)

// Several results live while others are computed, in one expression.
static APART double all_of_them(int i) {
    double complex z = get_double_complex(i) * get_double_complex(i + 1) / (get_float_complex(i) + 1);
    return get_char(i) + get_signed_char(i) * 2 + get_unsigned_char(i) * 3 + get_short(i) * 5 +
           get_unsigned_short(i) * 7 + get_int(i) * 11.0 + get_unsigned(i) * 13.0 + (double)get_long(i) +
           get_bool(i) * 1000 + (double)get_float(i) + get_double(i) + (double)(long)(get_wide(i) >> 40) + creal(z) +
           cimag(z) + (double)(get_pointer(i) - objects) + get_enum(i);
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 30);
    for (int i = 0; i < rounds; i++) {
        double complex z = get_double_complex(i);
        HOLD(0, z);
        printf("%d %d %u %d %u %d %u %ld %d\n", get_char(i), get_signed_char(i), get_unsigned_char(i), get_short(i),
               get_unsigned_short(i), get_int(i), get_unsigned(i), get_long(i), get_bool(i));
        SAME(0, z);
        unsigned long extended =
            (unsigned long)get_short(i) + (unsigned long)get_int(i) + (unsigned long)get_unsigned_char(i);
        printf("%lu %.17g %d\n", extended, all_of_them(i), get_enum(i));
        get_action(i)(i);
        *get_pointer(i) += i;
    }
    for (int i = 0; i < 10; i++)
        printf("%d ", objects[i]);
    printf("\n");
    return finish();
}
