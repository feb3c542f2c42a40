// The portable stack: what code keeps of the locals whose address matters (docs/migration.md).
#pragma once

#include "base.h"

#include "../native.h"

extern "C" {
/// Top of the portable stack of the thread; lowered by the code that the compiler makes, and put back by it.
extern char* __dyad_stack_pointer;
/// Called by compiled code whose frame would not fit.
[[noreturn]] void __dyad_stack_overflow(void);
}

namespace libos {

/// Leaves the small stack of the start for one of `size` bytes in the arena. Callers keep what they have on the small one.
void makePortableStack(uint64_t size);
/// Bytes of the stack.
uint64_t portableStackSize();

} // namespace libos
