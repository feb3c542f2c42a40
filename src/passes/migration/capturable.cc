// See capturable.h.
#include "passes/migration/capturable.h"

#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace dyad {

namespace {

// Native functions in which a thread can be stopped (src/libos/native.h).
bool isStop(const Function& function) {
    StringRef name = function.getName();
    return name == "__dyad_wait" || name == "__dyad_stop_point" || name == "__dyad_arrive";
}

} // namespace

bool isPoint(const CallBase& call) {
    const Function* callee = call.getCalledFunction();
    return callee && callee->getName() == kPointName;
}

Function* namedCallee(const CallBase& call) {
    Value* callee = call.getCalledOperand()->stripPointerCastsAndAliases();
    auto* function = dyn_cast<Function>(callee);
    return function && !function->isIntrinsic() ? function : nullptr;
}

bool isIndirect(const CallBase& call) {
    return !isa<Function>(call.getCalledOperand()->stripPointerCastsAndAliases()) && !call.isInlineAsm();
}

CapturableFunctions::CapturableFunctions(Module& module) {
    DenseMap<const Function*, SmallVector<const Function*, 4>> callers;
    SmallVector<const Function*> indirectCallers, work;
    auto add = [&](const Function* function) {
        if (functions_.insert(function).second)
            work.push_back(function);
    };
    for (Function& function : module)
        for (Instruction& instruction : instructions(function)) {
            auto* call = dyn_cast<CallBase>(&instruction);
            if (!call)
                continue;
            if (isIndirect(*call)) {
                indirectCallers.push_back(&function);
            } else if (const Function* callee = namedCallee(*call)) {
                if (isPoint(*call) || isStop(*callee))
                    add(&function);
                else if (!callee->isDeclaration())
                    callers[callee].push_back(&function);
            }
        }
    while (!work.empty()) {
        const Function* function = work.pop_back_val();
        for (const Function* caller : callers[function])
            add(caller);
        if (!throughPointers_ && function->hasAddressTaken()) {
            throughPointers_ = true;
            for (const Function* caller : indirectCallers)
                add(caller);
        }
    }
}

bool CapturableFunctions::isSite(const CallBase& call) const {
    if (isIndirect(call))
        return throughPointers_;
    const Function* callee = namedCallee(call);
    return callee && (isPoint(call) || isStop(*callee) || functions_.contains(callee));
}

} // namespace dyad
