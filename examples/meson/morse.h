// International Morse code (ITU-R M.1677-1): letters and digits.
#pragma once

#include <stddef.h>

/// Writes the code of `text` to `to`: letters apart by a space, words by " / "; what has no code is left out. Returns the length
/// without the terminating null; what does not fit into `size` bytes is left out.
size_t morse_encode(const char *text, char *to, size_t size);
