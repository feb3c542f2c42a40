// What LLVM needs to know to generate code for each ISA.
#pragma once

#include "support/isa.h"

namespace dyad {

struct CodegenTarget {
    const char* triple;
    const char* defaultCpu;
    char floatConstraint; ///< inline assembly's letter for a floating-point register
};

/// Registers LLVM's back ends for every ISA and for the neutral target. Once per process, before anything uses LLVM.
void initializeTargets();

/// The target of `isa`.
const CodegenTarget& codegenTarget(Isa isa);

} // namespace dyad
