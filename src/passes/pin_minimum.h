// fmin and fmax give the same zero on both ISAs.
#pragma once

namespace llvm {
class Module;
}

namespace dyad {

/// Turns llvm.minnum and llvm.maxnum of scalars into calls of fmin, fmax and their float forms, which are portable code:
/// of two zeros with different signs x86-64's instructions give either, AArch64's the smaller or larger.
void pinMinimum(llvm::Module& module);

} // namespace dyad
