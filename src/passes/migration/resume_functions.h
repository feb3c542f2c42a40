// Resume functions: the clone of a function that is entered in the middle, at any of its sites, with its values taken
// from a frame record (docs/migration.md, sections 1 and 2). What JIT compilers call on-stack replacement entry.
#pragma once

#include "passes/migration/sites.h"

namespace dyad {

/// Makes `<name>.resume` beside `function`, whose sites are marked. It has no arguments and the same return type, lies
/// in the private section `.private.text.<name>`, and its calls carry the same sites. Code runs at most once behind a
/// site, with its values in memory, until it comes to a loop; loops run at full speed (resume_loops.h). Without a loop
/// it is not optimised any more.
llvm::Function* makeResumeFunction(llvm::Function& function, const std::vector<Site>& sites,
                                   const SetjmpContexts& contexts);

} // namespace dyad
