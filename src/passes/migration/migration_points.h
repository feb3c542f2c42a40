// Where a running thread can be stopped without a call: points in loops and recursive cycles.
#pragma once

namespace llvm {
class Module;
}

namespace dyad {

/// Adds calls of the marker (capturable.h) so that no thread runs for long without passing one: in every loop that is not
/// known to be short, and in one member of each recursive cycle. Loops whose last test compares a counter with a bound
/// are cut into strips, with the point between strips, so that the loop itself stays as it was. Code that native code calls
/// on stacks of its own gets none, nor do system calls.
void placeMigrationPoints(llvm::Module& module);

} // namespace dyad
