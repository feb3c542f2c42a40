// Where sites find values that change seldom: in memory of the native frame, stored once where the value is defined, so
// that no site is a use of it.
#pragma once

namespace llvm {
class Function;
}

namespace dyad {

/// Gives a cell to each value that the marked sites of `function` record far more often than it is defined, and lets
/// them name the cell instead (image/statepoint_form.h). Without it such a value would compete for registers as if each
/// site needed it in one. Sites whose values lie in cells already stay as they are.
void recordFromCells(llvm::Function& function);

} // namespace dyad
