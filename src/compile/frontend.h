// Runs one cc1 job of clang's driver in this process: portable sources become portable bitcode, native sources become
// objects for one ISA, everything else (-E, -M, -fsyntax-only, precompiled headers) is clang's own.
#pragma once

#include "support/isa.h"

#include "llvm/ADT/ArrayRef.h"

#include <optional>

namespace dyad {

/// Runs clang's frontend with the arguments of a cc1 job ("-cc1" itself not included). `program` is argv[0] for
/// messages. With `native`, compiles for that ISA alone. Returns the exit status.
int runFrontend(llvm::ArrayRef<const char*> arguments, const char* program, std::optional<Isa> native);

} // namespace dyad
