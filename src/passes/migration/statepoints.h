// The last step before code generation: sites become statepoints (LLVM, "Garbage Collection Safepoints").
#pragma once

namespace llvm {
class Function;
}

namespace dyad {

/// Replaces each call that carries a site's bundle by a gc.statepoint with the same callee, convention and attributes, whose
/// id is the site's number.
void lowerSites(llvm::Function& function);

} // namespace dyad
