#include "cipher.h"

#include <stdio.h>

int main(void) {
    int failures = 0;
    for (int c = 0; c < 128; c++) {
        if (cipher_turn(cipher_turn((char)c, 13), 13) != c) {
            fprintf(stderr, "character %d does not come back\n", c);
            failures++;
        }
    }
    failures += cipher_turn('z', 1) != 'a' || cipher_turn('A', -1) != 'Z' || cipher_turn('!', 5) != '!';
    return failures != 0;
}
