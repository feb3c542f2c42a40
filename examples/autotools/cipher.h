#ifndef CIPHER_H
#define CIPHER_H

// Turns every ASCII letter by so many places; other characters stay.
char cipher_turn(char c, int places);

#endif
