// Run while configuring: is a right shift of a negative number arithmetic?
#include <stdio.h>

int main(void) {
    volatile int minus_four = -4;
    printf("right shifts are %s", minus_four >> 1 == -2 ? "arithmetic" : "logical");
    return 0;
}
