// Where a running thread can be stopped without a call: points in loops and recursive cycles.
#pragma once

#include "llvm/ADT/SmallPtrSet.h"

namespace llvm {
class Function;
class Module;
} // namespace llvm

namespace dyad {

/// Which functions get none, though they may run for long.
struct FunctionsWithoutPoints {
    llvm::SmallPtrSet<const llvm::Function*, 16> calledByNative; ///< on stacks of its own
    llvm::SmallPtrSet<const llvm::Function*, 16> stringFunctions;
    llvm::SmallPtrSet<const llvm::Function*, 16> systemCalls; ///< and what they call
};

/// Adds calls of the marker (capturable.h) so that no thread runs for long without passing one: in every loop that is not
/// known to be short, and in one member of each recursive cycle. Loops whose last test compares a counter with a bound
/// are cut into strips, with the point between strips, so that the loop itself stays as it was. Code that native code calls
/// on stacks of its own gets none, nor do system calls.
FunctionsWithoutPoints placeMigrationPoints(llvm::Module& module);

} // namespace dyad
