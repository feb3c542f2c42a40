// See statepoints.h.
#include "passes/migration/statepoints.h"

#include "passes/migration/sites.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Statepoint.h"

using namespace llvm;

namespace dyad {

namespace {

// Attributes of a call move to its statepoint, whose own operands come first.
AttributeList attributesOf(const CallBase& call) {
    LLVMContext& context = call.getContext();
    AttributeList result;
    for (Attribute attribute : call.getAttributes().getFnAttrs())
        if (!attribute.hasAttribute(Attribute::Memory))
            result = result.addFnAttribute(context, attribute);
    for (unsigned i = 0; i < call.arg_size(); ++i)
        result = result.addParamAttributes(context, GCStatepointInst::CallArgsBeginPos + i,
                                           AttrBuilder(context, call.getAttributes().getParamAttrs(i)));
    return result;
}

void lower(CallBase& call) {
    IRBuilder<> builder(&call);
    SmallVector<Value*, 16> values;
    for (const Use& use : drop_begin(call.getOperandBundle(LLVMContext::OB_deopt)->Inputs))
        values.push_back(use);
    FunctionType* type = call.getFunctionType();
    SmallVector<Value*, 16> operands{builder.getInt64(*statepointId(call)), builder.getInt32(0), call.getCalledOperand(),
                                     builder.getInt32(call.arg_size()),
                                     builder.getInt32(static_cast<unsigned>(StatepointFlags::None))};
    operands.append(call.arg_begin(), call.arg_end());
    operands.append({builder.getInt32(0), builder.getInt32(0)});
    Function* intrinsic = Intrinsic::getDeclaration(call.getModule(), Intrinsic::experimental_gc_statepoint,
                                                    {builder.getPtrTy()});
    CallInst* statepoint = builder.CreateCall(intrinsic, operands, OperandBundleDef("deopt", values));
    statepoint->setAttributes(attributesOf(call));
    statepoint->addParamAttr(GCStatepointInst::CalledFunctionPos,
                             Attribute::get(builder.getContext(), Attribute::ElementType, type));
    statepoint->setCallingConv(call.getCallingConv());
    if (!call.getType()->isVoidTy() && !call.use_empty())
        call.replaceAllUsesWith(builder.CreateGCResult(statepoint, call.getType()));
    call.eraseFromParent();
}

} // namespace

void lowerSites(Function& function) {
    SmallVector<CallBase*, 32> calls;
    for (Instruction& instruction : instructions(function))
        if (auto* call = dyn_cast<CallBase>(&instruction); call && statepointId(*call))
            calls.push_back(call);
    if (calls.empty())
        return;
    function.setGC("statepoint-example");
    for (CallBase* call : calls)
        lower(*call);
}

} // namespace dyad
