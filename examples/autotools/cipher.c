#include "cipher.h"

char cipher_turn(char c, int places) {
    char first;
    if (c >= 'a' && c <= 'z')
        first = 'a';
    else if (c >= 'A' && c <= 'Z')
        first = 'A';
    else
        return c;
    return (char)(first + ((c - first + places) % 26 + 26) % 26);
}
