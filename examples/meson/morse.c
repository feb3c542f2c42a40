// Encoding by table.
#include "morse.h"

#include <ctype.h>

static const char *const letters[] = {".-",   "-...", "-.-.", "-..",  ".",   "..-.", "--.",  "....", "..",
                                      ".---", "-.-",  ".-..", "--",   "-.",  "---",  ".--.", "--.-", ".-.",
                                      "...",  "-",    "..-",  "...-", ".--", "-..-", "-.--", "--.."};
static const char *const digits[] = {"-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----."};

size_t morse_encode(const char *text, char *to, size_t size) {
    size_t length = 0;
    int between = 0; // 1: a letter was written, 2: and a word ended after it
    for (; *text; text++) {
        int c = tolower((unsigned char)*text);
        const char *code = c >= 'a' && c <= 'z' ? letters[c - 'a'] : c >= '0' && c <= '9' ? digits[c - '0'] : "";
        if (c == ' ' && between) between = 2;
        if (!*code) continue;
        for (const char *gap = between == 2 ? " / " : between ? " " : ""; *gap; gap++)
            if (length + 1 < size) to[length++] = *gap;
        for (; *code; code++)
            if (length + 1 < size) to[length++] = *code;
        between = 1;
    }
    if (size) to[length] = 0;
    return length;
}
