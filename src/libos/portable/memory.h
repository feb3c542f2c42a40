// The program's memory (memory.cc).
#pragma once

#include "regions.h"

namespace libos {

/// Gives the arena to the allocators; the program break starts at its beginning.
void initialiseMemory(uint64_t start, uint64_t size);

} // namespace libos
