// Last step before code generation: every portable global keeps an identity of its own in both halves' objects.
#pragma once

namespace llvm {
class Module;
}

namespace dyad {

/// Gives private globals a symbol, forbids merging of constants with the same content, turns link-once and common
/// definitions into plain ones (the program is whole by now) and drops section names of functions, so that code
/// generation puts each into a section that the common layout can place (design 2.6).
void separateGlobals(llvm::Module& module);

} // namespace dyad
