// See lower_variadics.h. Design 2.4.
#include "passes/lower_variadics.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"
#include "llvm/Transforms/Utils/ValueMapper.h"

using namespace llvm;

namespace dyad {

namespace {

constexpr uint64_t kSlot = 8;

FunctionType* loweredType(FunctionType* type) {
    SmallVector<Type*, 8> parameters(type->params());
    parameters.push_back(PointerType::getUnqual(type->getContext()));
    return FunctionType::get(type->getReturnType(), parameters, false);
}

// Keeps the attributes of the fixed part; those of the variable arguments go with them.
AttributeList fixedAttributes(AttributeList attributes, unsigned fixed, LLVMContext& context) {
    SmallVector<AttributeSet, 8> parameters;
    for (unsigned i = 0; i < fixed; ++i)
        parameters.push_back(attributes.getParamAttrs(i));
    parameters.push_back(AttributeSet());
    return AttributeList::get(context, attributes.getFnAttrs(), attributes.getRetAttrs(), parameters);
}

// Writing the argument area is an effect that the variadic prototype did not show.
void widenMemoryEffects(AttributeList& attributes, LLVMContext& context) {
    MemoryEffects effects = attributes.getMemoryEffects();
    if (effects != MemoryEffects::unknown())
        attributes = attributes.addFnAttribute(
            context, Attribute::getWithMemoryEffects(context, effects | MemoryEffects::argMemOnly()));
}

class Lowering {
  public:
    explicit Lowering(Module& module) : module_(module), context_(module.getContext()), layout_(module.getDataLayout()) {}

    void run() {
        SmallVector<Function*, 32> variadic;
        for (Function& function : module_)
            if (function.isVarArg() && !function.isIntrinsic())
                variadic.push_back(&function);
        for (Function* function : variadic)
            replaceFunction(*function);
        SmallVector<CallBase*, 64> calls;
        for (Function& function : module_)
            for (Instruction& instruction : instructions(function))
                if (auto* call = dyn_cast<CallBase>(&instruction); call && needsPacking(*call))
                    calls.push_back(call);
        for (CallBase* call : calls)
            replaceCall(*call);
        lowerListIntrinsics();
    }

  private:
    void replaceFunction(Function& old) {
        FunctionType* type = loweredType(old.getFunctionType());
        Function* lowered = Function::Create(type, old.getLinkage(), old.getAddressSpace(), "", &module_);
        unsigned fixed = old.getFunctionType()->getNumParams();
        lowered->copyAttributesFrom(&old);
        AttributeList attributes = fixedAttributes(old.getAttributes(), fixed, context_);
        widenMemoryEffects(attributes, context_);
        lowered->setAttributes(attributes);
        lowered->setComdat(old.getComdat());
        lowered->takeName(&old);
        lowered->splice(lowered->begin(), &old);
        for (unsigned i = 0; i < fixed; ++i) {
            lowered->getArg(i)->takeName(old.getArg(i));
            old.getArg(i)->replaceAllUsesWith(lowered->getArg(i));
        }
        lowered->copyMetadata(&old, 0);
        old.clearMetadata();
        lowered->getArg(fixed)->setName("variadic");
        old.replaceAllUsesWith(lowered);
        fixedParameters_[lowered] = fixed;
        old.eraseFromParent();
    }

    // A call of variadic type, or one whose callee turned out to be variadic (no prototype in sight).
    bool needsPacking(CallBase& call) const {
        if (isa<IntrinsicInst>(call) || call.isInlineAsm())
            return false;
        return call.getFunctionType()->isVarArg() || namesVariadic(call);
    }

    bool namesVariadic(CallBase& call) const {
        auto* callee = dyn_cast<Function>(call.getCalledOperand()->stripPointerCasts());
        auto found = callee ? fixedParameters_.find(callee) : fixedParameters_.end();
        return found != fixedParameters_.end() && call.getFunctionType() != callee->getFunctionType() &&
               call.arg_size() >= found->second;
    }

    // `int f(); f(1, 2)` has type int (...) in some front ends: if the callee is known and not variadic, call it plainly.
    bool callsFixed(CallBase& call) const {
        auto* callee = dyn_cast<Function>(call.getCalledOperand()->stripPointerCasts());
        return callee && !callee->isDeclaration() && !fixedParameters_.count(callee) && !callee->isVarArg();
    }

    void replaceCall(CallBase& call) {
        auto* callee = dyn_cast<Function>(call.getCalledOperand()->stripPointerCasts());
        unsigned fixed = call.getFunctionType()->getNumParams();
        if (callee && fixedParameters_.count(callee))
            fixed = fixedParameters_[callee];
        bool plain = callsFixed(call);

        SmallVector<Type*, 8> types;
        SmallVector<Value*, 8> arguments;
        unsigned kept = plain ? call.arg_size() : fixed;
        for (unsigned i = 0; i < kept; ++i) {
            arguments.push_back(call.getArgOperand(i));
            types.push_back(call.getArgOperand(i)->getType());
        }
        AttributeList attributes = call.getAttributes();
        if (!plain) {
            arguments.push_back(pack(call, fixed));
            types.push_back(PointerType::getUnqual(context_));
            attributes = fixedAttributes(attributes, fixed, context_);
            widenMemoryEffects(attributes, context_);
        }
        auto* type = FunctionType::get(call.getType(), types, false);

        SmallVector<OperandBundleDef, 1> bundles;
        call.getOperandBundlesAsDefs(bundles);
        CallBase* replacement;
        if (auto* invoke = dyn_cast<InvokeInst>(&call)) {
            replacement = InvokeInst::Create(type, call.getCalledOperand(), invoke->getNormalDest(),
                                             invoke->getUnwindDest(), arguments, bundles, "", call.getIterator());
        } else {
            auto* plainCall = CallInst::Create(type, call.getCalledOperand(), arguments, bundles, "", call.getIterator());
            // The argument area lives in the caller's frame: no tail call may give it up.
            plainCall->setTailCallKind(plain ? cast<CallInst>(call).getTailCallKind() : CallInst::TCK_NoTail);
            replacement = plainCall;
        }
        replacement->setCallingConv(call.getCallingConv());
        replacement->setAttributes(attributes);
        replacement->copyMetadata(call);
        replacement->takeName(&call);
        call.replaceAllUsesWith(replacement);
        if (!plain)
            endArea(*replacement, arguments.back());
        call.eraseFromParent();
    }

    // Stores the arguments from `first` on into one area and returns its address.
    Value* pack(CallBase& call, unsigned first) {
        SmallVector<std::pair<Value*, uint64_t>, 8> placed;
        uint64_t size = 0;
        for (unsigned i = first; i < call.arg_size(); ++i) {
            Value* argument = call.getArgOperand(i);
            Type* type = argument->getType();
            if (needsPair(type))
                size = alignTo(size, 16);
            placed.emplace_back(argument, size);
            size += alignTo(layout_.getTypeStoreSize(type), kSlot);
        }
        if (placed.empty())
            return noArguments();
        BasicBlock& entry = call.getFunction()->getEntryBlock();
        auto* area = new AllocaInst(ArrayType::get(Type::getInt8Ty(context_), alignTo(size, 16)),
                                    layout_.getAllocaAddrSpace(), nullptr, Align(16), "variadic.area",
                                    entry.getFirstInsertionPt());
        IRBuilder<> builder(&call);
        builder.CreateLifetimeStart(area, builder.getInt64(alignTo(size, 16)));
        for (auto& [argument, offset] : placed)
            builder.CreateAlignedStore(argument, builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), area, offset),
                                       commonAlignment(Align(16), offset));
        return area;
    }

    // Callees such as fcntl() fetch an argument that not every caller passes: they must find readable memory, as they
    // would on any ISA.
    Constant* noArguments() {
        if (!noArguments_) {
            auto* type = ArrayType::get(Type::getInt64Ty(context_), 8);
            noArguments_ = new GlobalVariable(module_, type, /*isConstant=*/true, GlobalValue::InternalLinkage,
                                              Constant::getNullValue(type), "__dyad_no_arguments");
            noArguments_->setAlignment(Align(16));
            noArguments_->setDSOLocal(true);
        }
        return noArguments_;
    }

    // The neutral ABI puts values of 16-byte alignment in even-aligned pairs of slots.
    static bool needsPair(Type* type) { return type->isIntegerTy(128) || type->isFP128Ty(); }

    void endArea(CallBase& call, Value* argument) {
        auto* area = dyn_cast<AllocaInst>(argument);
        auto* plainCall = dyn_cast<CallInst>(&call);
        if (!area || !plainCall || plainCall->doesNotReturn())
            return;
        IRBuilder<> builder(plainCall->getParent(), std::next(plainCall->getIterator()));
        builder.CreateLifetimeEnd(area, builder.getInt64(*area->getAllocationSize(layout_)));
    }

    void lowerListIntrinsics() {
        SmallVector<IntrinsicInst*, 32> intrinsics;
        for (Function& function : module_)
            for (Instruction& instruction : instructions(function))
                if (auto* intrinsic = dyn_cast<IntrinsicInst>(&instruction))
                    switch (intrinsic->getIntrinsicID()) {
                    case Intrinsic::vastart:
                    case Intrinsic::vacopy:
                    case Intrinsic::vaend: intrinsics.push_back(intrinsic); break;
                    default: break;
                    }
        for (IntrinsicInst* intrinsic : intrinsics) {
            IRBuilder<> builder(intrinsic);
            Type* pointer = builder.getPtrTy();
            if (intrinsic->getIntrinsicID() == Intrinsic::vastart) {
                Function* function = intrinsic->getFunction();
                builder.CreateStore(function->getArg(function->arg_size() - 1), intrinsic->getArgOperand(0));
            } else if (intrinsic->getIntrinsicID() == Intrinsic::vacopy) {
                builder.CreateStore(builder.CreateLoad(pointer, intrinsic->getArgOperand(1)),
                                    intrinsic->getArgOperand(0));
            }
            intrinsic->eraseFromParent();
        }
    }

    Module& module_;
    LLVMContext& context_;
    const DataLayout& layout_;
    GlobalVariable* noArguments_ = nullptr;
    DenseMap<Function*, unsigned> fixedParameters_; // lowered functions and how many parameters precede the pointer
};

} // namespace

void lowerVariadics(Module& module) { Lowering(module).run(); }

} // namespace dyad
