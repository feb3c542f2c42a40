// Random numbers (random.cc).
#pragma once

#include "base.h"

namespace libos {

void initialiseRandom(const uint8_t seed[32]);
/// Bytes that one call of the program gets at most, as on Linux (random(4)).
constexpr size_t kMostRandomBytes = (32u << 20) - 1;
void randomBytes(void* to, size_t size);

/// Adds more to what the numbers are made from: after a move, so that two copies of a program differ.
void stirRandom(const uint8_t seed[32]);

} // namespace libos
