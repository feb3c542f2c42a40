// Moves the locals of a function to the portable stack, whose addresses are the same on every ISA.
#pragma once

#include "passes/migration/setjmp_contexts.h"

namespace llvm {
class Function;
}

namespace dyad {

/// Replaces every alloca of `function` by memory in its portable frame, or by memory taken from the portable stack where
/// the size is known at run time only. The frame is made where it is needed (frame_region.h). It is aligned to 16 bytes or
/// more; frames larger than a page, and dynamic memory, are checked against the stack's limit. Notes frames and offsets of
/// contexts in `contexts`.
void moveToPortableStack(llvm::Function& function, SetjmpContexts& contexts);

} // namespace dyad
