// Assembles one native source in this process (clang's integrated assembler is not part of its shared library).
#pragma once

#include "support/isa.h"

#include "llvm/ADT/ArrayRef.h"

#include <string>

namespace dyad {

/// Runs a cc1as job of clang's driver: `arguments` without "-cc1as". The object carries the native mark.
/// Returns the exit status.
int runAssembler(llvm::ArrayRef<const char*> arguments, Isa isa);

} // namespace dyad
