// See setjmp_contexts.h.
#include "passes/migration/setjmp_contexts.h"

#include "passes/migration/live_values.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace dyad {

namespace {

// Words of the buffer.
constexpr unsigned kContextWord = 0, kStackPointerWord = 8, kMaskFlagWord = 256;

// 1 plain, 2 with the signal mask.
int setjmpKind(StringRef name) {
    static const StringSet<> plain{"setjmp", "_setjmp", "__setjmp"}, masked{"sigsetjmp", "__sigsetjmp"};
    return plain.contains(name) ? 1 : masked.contains(name) ? 2 : 0;
}

int setjmpKind(const CallBase& call) {
    const Function* callee = namedCallee(call);
    return callee && callee->isDeclaration() ? setjmpKind(callee->getName()) : 0;
}

// Loads are volatile: the memory may have changed since the first return of setjmp, and no pass knows.
void moveToMemory(Function& function, Value* value) {
    const DataLayout& layout = function.getDataLayout();
    BasicBlock& entry = function.getEntryBlock();
    auto* slot = new AllocaInst(value->getType(), layout.getAllocaAddrSpace(), value->getName() + ".memory",
                                entry.begin());
    for (Use& use : make_early_inc_range(value->uses())) {
        auto* user = cast<Instruction>(use.getUser());
        Instruction* place = user;
        if (auto* phi = dyn_cast<PHINode>(user))
            place = phi->getIncomingBlock(use)->getTerminator();
        auto* loaded = new LoadInst(value->getType(), slot, value->getName() + ".reload", true, place->getIterator());
        if (auto* phi = dyn_cast<PHINode>(user)) {
            // A phi must have one value for each predecessor, however often that is named.
            BasicBlock* block = phi->getIncomingBlock(use);
            for (unsigned i = 0; i < phi->getNumIncomingValues(); ++i)
                if (phi->getIncomingBlock(i) == block)
                    phi->setIncomingValue(i, loaded);
        } else {
            use.set(loaded);
        }
    }
    BasicBlock::iterator after;
    if (auto* instruction = dyn_cast<Instruction>(value)) {
        after = isa<PHINode>(instruction) ? instruction->getParent()->getFirstInsertionPt()
                                          : std::next(instruction->getIterator());
    } else {
        after = std::next(slot->getIterator());
    }
    new StoreInst(value, slot, true, after);
}

template <class Predicate> void moveAllLive(Function& function, Predicate isPlace) {
    SetVector<Value*> values;
    visitLiveValues(function, isPlace, [&](CallBase&, const Values& live) {
        for (Value* value : live)
            if (auto* memory = dyn_cast<AllocaInst>(value); !memory || !memory->isStaticAlloca())
                values.insert(value);
    });
    for (Value* value : values)
        moveToMemory(function, value);
}

CallInst* lower(CallBase& call, int kind, AllocaInst* context) {
    Module& module = *call.getModule();
    IRBuilder<> builder(&call);
    Value* buffer = call.getArgOperand(0);
    if (kind == 2) {
        FunctionCallee saveMask = module.getOrInsertFunction("__dyad_save_mask", builder.getVoidTy(), builder.getPtrTy(),
                                                             builder.getInt32Ty());
        builder.CreateCall(saveMask, {buffer, builder.CreateZExtOrTrunc(call.getArgOperand(1), builder.getInt32Ty())});
    } else {
        builder.CreateStore(builder.getInt64(0), builder.CreatePtrAdd(buffer, builder.getInt64(kMaskFlagWord)));
    }
    builder.CreateStore(context, builder.CreatePtrAdd(buffer, builder.getInt64(kContextWord)));
    Value* pointer = module.getOrInsertGlobal("__dyad_stack_pointer", builder.getPtrTy());
    builder.CreateStore(builder.CreateLoad(builder.getPtrTy(), pointer),
                        builder.CreatePtrAdd(buffer, builder.getInt64(kStackPointerWord)));
    builder.CreateStore(builder.getInt64(1), builder.CreatePtrAdd(context, builder.getInt64(kContextArmed)), true);
    FunctionCallee save =
        module.getOrInsertFunction("__dyad_context_save", builder.getInt32Ty(), builder.getPtrTy());
    cast<Function>(save.getCallee())->addFnAttr(Attribute::ReturnsTwice);
    CallInst* saved = builder.CreateCall(save, {context});
    saved->addFnAttr(Attribute::ReturnsTwice);
    call.replaceAllUsesWith(saved);
    call.eraseFromParent();
    return saved;
}

} // namespace

bool isSetjmp(StringRef name) { return setjmpKind(name) != 0; }

SetjmpContexts lowerSetjmp(Module& module) {
    SetjmpContexts contexts;
    for (Function& function : module) {
        auto isSetjmp = [](const Instruction& instruction) {
            auto* call = dyn_cast<CallBase>(&instruction);
            return call && setjmpKind(*call);
        };
        if (none_of(instructions(function), isSetjmp))
            continue;
        removeUnreachableBlocks(function);
        SmallVector<CallBase*, 2> calls;
        for (Instruction& instruction : make_filter_range(instructions(function), isSetjmp))
            calls.push_back(cast<CallBase>(&instruction));
        moveAllLive(function, [](const CallBase& call) { return setjmpKind(call) != 0; });
        for (CallBase* call : calls) {
            BasicBlock::iterator top = function.getEntryBlock().begin();
            auto* context = new AllocaInst(ArrayType::get(Type::getInt8Ty(module.getContext()), kContextSize), 0, nullptr,
                                           Align(16), "setjmp.context", top);
            IRBuilder<> builder(context->getParent(), std::next(context->getIterator()));
            builder.CreateStore(builder.getInt64(0), builder.CreatePtrAdd(context, builder.getInt64(kContextArmed)), true);
            contexts.functions[&function].push_back({lower(*call, setjmpKind(*call), context), context, 0, {}});
        }
    }
    return contexts;
}

void findLiveAfterSetjmp(Function& function, SetjmpContexts& contexts) {
    auto position = contexts.functions.find(&function);
    if (position == contexts.functions.end())
        return;
    auto find = [&](const CallBase& call) {
        return llvm::find_if(position->second, [&](const SetjmpContext& context) { return context.save == &call; });
    };
    visitLiveValues(
        function, [&](const CallBase& call) { return find(call) != position->second.end(); },
        [&](CallBase& call, const Values& live) { find(call)->live = live; });
}

void moveLiveValuesToFrame(Function& function, const CapturableFunctions& capturable) {
    removeUnreachableBlocks(function);
    moveAllLive(function, [&](const CallBase& call) { return capturable.isSite(call); });
}

} // namespace dyad
