// What must survive a site: SSA liveness, and the choice of the values that are recorded.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace llvm {
class CallBase;
class Function;
class Instruction;
class Value;
} // namespace llvm

namespace dyad {

/// Values in the order of the function: arguments, then instructions.
using Values = llvm::SmallVector<llvm::Value*, 16>;

/// Calls `visit` for each call of `function` for which `isSite` holds, with the values that are defined before it and used
/// after it. Its own result is not among them; a use in a debug record is none.
void visitLiveValues(llvm::Function& function, llvm::function_ref<bool(const llvm::CallBase&)> isSite,
                     llvm::function_ref<void(llvm::CallBase&, const Values& live)> visit);

/// Whether a value is cheap and safe to compute again from its operands, anywhere that they are available.
bool isRecomputable(const llvm::Value& value);

/// The values to record so that all of `live` can be recomputed from them: a minimum vertex cut of the data flow from values
/// that cannot be recomputed to the live ones. Recording a value that is not live weighs more, since it keeps a register
/// busy; so do narrow integers, which must be extended.
Values chooseRecorded(const Values& live);

} // namespace dyad
