// Tests of the library.
#include "morse.h"

#include <stdio.h>
#include <string.h>

static int failures;

static void expect(const char *text, const char *code) {
    char found[100];
    size_t length = morse_encode(text, found, sizeof found);
    if (strcmp(found, code) || length != strlen(code)) {
        printf("%s: expected %s, found %s\n", text, code, found);
        failures++;
    }
}

int main(void) {
    expect("", "");
    expect("SOS", "... --- ...");
    expect("  to be, or 2b ", "- --- / -... . / --- .-. / ..--- -...");
    char narrow[4];
    morse_encode("sos", narrow, sizeof narrow);
    if (strcmp(narrow, "...")) failures++;
    return failures != 0;
}
