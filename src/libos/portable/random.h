// Random numbers (random.cc).
#pragma once

#include "base.h"

namespace libos {

void initialiseRandom(const uint8_t seed[32]);
void randomBytes(void* to, size_t size);

} // namespace libos
