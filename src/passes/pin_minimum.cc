// See pin_minimum.h.
#include "passes/pin_minimum.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace dyad {

void pinMinimum(Module& module) {
    SmallVector<IntrinsicInst*, 16> calls;
    for (Function& function : module)
        for (Instruction& instruction : instructions(function))
            if (auto* call = dyn_cast<IntrinsicInst>(&instruction))
                if ((call->getIntrinsicID() == Intrinsic::minnum || call->getIntrinsicID() == Intrinsic::maxnum) &&
                    (call->getType()->isDoubleTy() || call->getType()->isFloatTy()))
                    calls.push_back(call);
    for (IntrinsicInst* call : calls) {
        std::string name = call->getIntrinsicID() == Intrinsic::minnum ? "fmin" : "fmax";
        Type* type = call->getType();
        if (type->isFloatTy())
            name += "f";
        FunctionCallee function = module.getOrInsertFunction(name, FunctionType::get(type, {type, type}, false));
        if (auto* declared = dyn_cast<Function>(function.getCallee())) {
            declared->setDSOLocal(true);
            declared->addFnAttr(Attribute::NoBuiltin); // or it would become the intrinsic again
        }
        IRBuilder<> builder(call);
        CallInst* replacement = builder.CreateCall(function, {call->getArgOperand(0), call->getArgOperand(1)});
        replacement->addFnAttr(Attribute::NoBuiltin);
        replacement->setDoesNotThrow();
        replacement->setDoesNotAccessMemory();
        call->replaceAllUsesWith(replacement);
        call->eraseFromParent();
    }
}

} // namespace dyad
