// The linker's --wrap on the whole program's module.
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <string>

namespace llvm {
class Module;
}

namespace dyad {

/// For each name S: uses of S become uses of __wrap_S, and uses of __real_S become uses of S. lld does the same to symbol
/// tables, but by then both halves are laid out.
void wrapSymbols(llvm::Module& module, llvm::ArrayRef<std::string> names);

} // namespace dyad
