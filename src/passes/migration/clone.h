// The clone that becomes a resume function.
#pragma once

#include "llvm/Transforms/Utils/ValueMapper.h"

namespace dyad {

/// Clones `function`, without arguments and debug variables, to `<name>.resume` behind it, in the private section
/// `.private.text.<name>`. Arguments are values of the clone like others, defined where it begins. A new entry block
/// leads there. `map` gets every value's clone.
llvm::Function* cloneForResume(llvm::Function& function, llvm::ValueToValueMapTy& map);

} // namespace dyad
