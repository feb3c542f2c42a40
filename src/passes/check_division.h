// Makes integer division fail alike on both ISAs: x86-64 traps on a zero divisor and on overflow, AArch64 gives a value.
#pragma once

namespace llvm {
class Module;
}

namespace dyad {

/// Puts a test in front of every integer division and remainder whose divisor is not a safe constant; a failing one
/// calls __dyad_divide_error (src/libos/portable). Run before optimisation, which removes tests that cannot fail.
void checkDivisions(llvm::Module& module);

} // namespace dyad
