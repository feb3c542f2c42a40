// Loops of a resume function. What follows a site runs once, up to the next loop; loops run for as long as they like.
// So the clone itself finds its values in memory, and loops are left to copies of them, entered at their headers only,
// whose values are in registers as in the original function (docs/migration.md, section 1).
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <vector>

namespace llvm {
class AllocaInst;
class BasicBlock;
class Function;
class LoopInfo;
} // namespace llvm

namespace dyad {

/// Gives each loop that `resume` reaches from its entry a copy of its own and leads every way into the loop there; what
/// is not reached then is removed. `slots`: where instructions of one block find values of another, and the function
/// has no other values that do. `loops` are those of the clone, before anything entered it in the middle. Returns the
/// slots of the copies, which should become registers.
std::vector<llvm::AllocaInst*> copyLoops(llvm::Function& resume, const llvm::LoopInfo& loops,
                                         llvm::ArrayRef<llvm::AllocaInst*> slots);

} // namespace dyad
