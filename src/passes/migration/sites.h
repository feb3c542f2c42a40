// The sites of a function: numbers, and the values that are recorded at each.
#pragma once

#include "image/site_table.h"
#include "passes/migration/capturable.h"
#include "passes/migration/live_values.h"
#include "passes/migration/setjmp_contexts.h"

#include <vector>

namespace dyad {

/// A call or point that carries, as its "deopt" bundle, its number (i64) and the pieces of its recorded values, or where they are.
struct Site {
    std::uint32_t number; ///< in the whole program
    SiteKind kind;
    llvm::CallBase* call; ///< one of them
    Values live;     ///< after it, without its result
    Values recorded; ///< of these and what they are computed from; in functions that call setjmp the frame comes first
    std::vector<std::uint8_t> sizes; ///< of the pieces, in order
};

/// Numbers the sites of `function` from `first` and adds their bundles. Calls that never return, and of which the same
/// values are recorded, are one site: equal code can be merged, and one way into the resume function does for all.
std::vector<Site> markSites(llvm::Function& function, const CapturableFunctions& capturable,
                            const SetjmpContexts& contexts, std::uint32_t first);

/// What a call's bundle begins with: the site's number, perhaps with kValuesInCells (image/statepoint_form.h); or nothing.
std::optional<std::uint64_t> statepointId(const llvm::CallBase& call);

/// The function's entry in the plan.
SitePlan::Function describe(const llvm::Function& function, const llvm::Function& resume, const std::vector<Site>& sites);

} // namespace dyad
