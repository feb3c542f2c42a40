// See resume_functions.h. Values travel through slots: allocas, which copies of loops turn into registers again and the
// rest of the function keeps.
#include "passes/migration/resume_functions.h"

#include "passes/migration/block_values.h"
#include "passes/migration/clone.h"
#include "passes/migration/frame_record.h"
#include "passes/migration/record_cells.h"
#include "passes/migration/resume_loops.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/CFG.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/ValueHandle.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"

using namespace llvm;

namespace dyad {

namespace {

void removeDeadCode(Function& function) {
    bool changed = true;
    while (changed) {
        changed = false;
        for (BasicBlock& block : function)
            for (Instruction& instruction : make_early_inc_range(reverse(block)))
                if (!isa<AllocaInst>(instruction) && isInstructionTriviallyDead(&instruction)) {
                    instruction.eraseFromParent();
                    changed = true;
                }
    }
}

bool hasCycle(Function& function) {
    SmallVector<std::pair<const BasicBlock*, const BasicBlock*>, 4> back;
    FindFunctionBackedges(function, back);
    return !back.empty();
}

// Code that runs once need not be good: without optimisation it is generated in about half the time.
void leaveUnoptimised(Function& function) {
    function.removeFnAttr(Attribute::OptimizeForSize);
    function.removeFnAttr(Attribute::MinSize);
    function.addFnAttr(Attribute::NoInline);
    function.addFnAttr(Attribute::OptimizeNone);
}

class ResumeFunction {
  public:
    ResumeFunction(Function& function, const std::vector<Site>& sites, const SetjmpContexts& contexts)
        : original_(function), sites_(sites), contexts_(contexts), context_(function.getContext()) {}

    Function* make() {
        resume_ = cloneForResume(original_, map_);
        entry_ = &resume_->getEntryBlock();
        splitAtSites();
        for (const Site& site : sites_) {
            recorded_.insert(site.recorded.begin(), site.recorded.end());
            closures_.push_back(closureOf(site));
        }
        const SmallPtrSet<Value*, 32> recorded = recordedInClone();
        sinkAddresses(recorded);
        demote(recorded);
        DominatorTree dominators(*resume_);
        LoopInfo loops(dominators);
        RecordCells cells(*resume_, sites_);
        makeEntry(cells);
        SmallVector<WeakVH, 16> slots(map_range(recorded_, [&](Value* value) { return slotOf(value); }));
        promote(copyLoops(*resume_, loops, allSlots_));
        removeUnusedSlots();
        useCells(cells, slots);
        removeDeadCode(*resume_);
        if (!hasCycle(*resume_)) leaveUnoptimised(*resume_);
        return resume_;
    }

  private:
    using Known = MapVector<Value*, Value*>; ///< by value of the original: its value here

    struct Continuation {
        WeakVH call;       ///< the site in the clone, if that can be reached
        BasicBlock* block; ///< what follows it
    };

    void splitAtSites() {
        for (const Site& site : sites_) {
            auto* call = cast<CallInst>(map_[site.call]);
            if (call->isMustTailCall()) call = makeOrdinary(call, site.number);
            continuations_.push_back(splitAfter(call));
        }
        if (auto position = contexts_.functions.find(&original_); position != contexts_.functions.end())
            for (const SetjmpContext& context : position->second)
                saves_.push_back(splitAfter(cast<CallBase>(map_[context.save])));
    }

    // A resume function has other arguments than its callee: no tail call can be guaranteed.
    CallInst* makeOrdinary(CallInst* call, std::uint32_t number) {
        OperandBundleDef bundle("deopt", std::vector<Value*>{IRBuilder<>(context_).getInt64(number)});
        auto* ordinary =
            cast<CallInst>(CallBase::addOperandBundle(call, LLVMContext::OB_deopt, bundle, call->getIterator()));
        ordinary->setTailCallKind(CallInst::TCK_None);
        call->replaceAllUsesWith(ordinary);
        call->eraseFromParent();
        return ordinary;
    }

    Continuation splitAfter(CallBase* call) {
        BasicBlock* block = SplitBlock(call->getParent(), call->getNextNode());
        return {call, block};
    }

    // Addresses at constant offsets are computed where they are used, rather than held in memory.
    void sinkAddresses(const SmallPtrSet<Value*, 32>& recorded) {
        SmallVector<GetElementPtrInst*, 64> addresses;
        for (BasicBlock& block : *resume_)
            for (Instruction& instruction : block)
                if (auto* address = dyn_cast<GetElementPtrInst>(&instruction))
                    if (address->hasAllConstantIndices() && !recorded.contains(address) && escapesBlock(*address))
                        addresses.push_back(address);
        // Those that others are computed from come after them.
        for (GetElementPtrInst* address : reverse(addresses))
            computeWhereUsed(*address);
    }

    SmallPtrSet<Value*, 32> recordedInClone() const {
        SmallPtrSet<Value*, 32> recorded;
        for (Value* value : recorded_)
            recorded.insert(map_.lookup(value));
        return recorded;
    }

    void demote(const SmallPtrSet<Value*, 32>& recorded) {
        SmallVector<Instruction*, 64> escaping;
        for (BasicBlock& block : drop_begin(*resume_))
            for (Instruction& instruction : block)
                if (recorded.contains(&instruction) || escapesBlock(instruction)) escaping.push_back(&instruction);
        for (Instruction* instruction : escaping) {
            AllocaInst* slot = makeSlot(instruction->getType());
            slots_[instruction] = slot;
            replaceOutside(*instruction, [&](BasicBlock::iterator place) {
                return new LoadInst(instruction->getType(), slot, instruction->getName(), place);
            });
            new StoreInst(instruction, slot, *instruction->getInsertionPointAfterDef());
        }
        // Phis are about to be replaced; what the original's values are called by then no longer matters.
        for (const auto& [original, cloned] : map_)
            if (auto slot = slots_.find(cloned); slot != slots_.end()) originalSlots_[original] = slot->second;
        SmallVector<PHINode*, 64> phis;
        for (BasicBlock& block : *resume_)
            for (PHINode& phi : block.phis())
                phis.push_back(&phi);
        for (PHINode* phi : phis)
            if (AllocaInst* incoming = DemotePHIToStack(phi, entry_->getTerminator()->getIterator()))
                allSlots_.push_back(incoming);
    }

    AllocaInst* slotOf(const Value* original) const { return originalSlots_.lookup(original); }

    void makeEntry(RecordCells& cells) {
        entry_->getTerminator()->eraseFromParent();
        IRBuilder<> builder(entry_);
        record_ = cells.takeRecord(builder, sites_);
        Value* index = recordField(builder, record_, builder.getInt32Ty(), kRecordIndex);
        next_ = recordField(builder, record_, builder.getPtrTy(), kRecordNext);
        if (!saves_.empty()) saveContexts(builder);
        auto* nowhere = BasicBlock::Create(context_, "no.site", resume_);
        new UnreachableInst(context_, nowhere);
        computeValues(builder, index);
        SwitchInst* dispatch = builder.CreateSwitch(index, nowhere, sites_.size());
        for (size_t i = 0; i < sites_.size(); ++i)
            dispatch->addCase(builder.getInt32(i), enterAt(sites_[i], continuations_[i], cells));
    }

    // Saves each armed context again. If longjmp returns to one, its call of setjmp has returned: everything that is
    // live there is in memory, but for the frame.
    void saveContexts(IRBuilder<>& builder) {
        Instruction* original = contexts_.frames.lookup(&original_);
        Value* frame = recordField(builder, record_, builder.getPtrTy(), kRecordValues);
        const auto& contexts = contexts_.functions.find(&original_)->second;
        for (size_t i = 0; i < contexts.size(); ++i) {
            Value* context = builder.CreatePtrAdd(frame, builder.getInt64(contexts[i].offset));
            Value* armed = builder.CreateLoad(builder.getInt64Ty(),
                                              builder.CreatePtrAdd(context, builder.getInt64(kContextArmed)), true);
            auto* save = BasicBlock::Create(context_, "save.context", resume_);
            auto* returned = BasicBlock::Create(context_, "longjmp", resume_);
            auto* next = BasicBlock::Create(context_, "next.context", resume_);
            builder.CreateCondBr(builder.CreateICmpNE(armed, builder.getInt64(0)), save, next);
            builder.SetInsertPoint(save);
            auto* callee = cast<CallInst>(saves_[i].call);
            CallInst* result = builder.CreateCall(callee->getFunctionType(), callee->getCalledOperand(), {context});
            result->setAttributes(callee->getAttributes());
            result->setDebugLoc(callee->getDebugLoc());
            builder.CreateCondBr(builder.CreateICmpNE(result, builder.getInt32(0)), returned, next);
            builder.SetInsertPoint(returned);
            Known known;
            known[original] = frame;
            for (Value* value : contexts[i].live)
                if (AllocaInst* slot = slotOf(value)) builder.CreateStore(compute(builder, value, known), slot);
            if (auto slot = slots_.find(callee); slot != slots_.end()) builder.CreateStore(result, slot->second);
            builder.CreateBr(saves_[i].block);
            builder.SetInsertPoint(next);
        }
    }

    // Everything that is recorded or computed at a site, operands first.
    static SetVector<Value*> closureOf(const Site& site) {
        SetVector<Value*> closure(site.recorded.begin(), site.recorded.end());
        for (Value* value : site.live)
            addClosure(value, closure);
        return closure;
    }

    static void addClosure(Value* value, SetVector<Value*>& closure) {
        auto* instruction = dyn_cast<Instruction>(value);
        if (!instruction || closure.contains(value)) return;
        for (Value* operand : instruction->operands())
            addClosure(operand, closure);
        closure.insert(value);
    }

    // Computes what follows from the recorded values. Sites do so by themselves for what other sites record, and for
    // loads, whose address is right at their sites only; the rest is computed once for all sites.
    void computeValues(IRBuilder<>& builder, Value* index) {
        SetVector<Value*> brought(recorded_.begin(), recorded_.end());
        MapVector<unsigned, SmallVector<Value*, 4>> own; ///< by site
        for (unsigned i = 0; i < sites_.size(); ++i)
            for (Value* value : closures_[i])
                if (!is_contained(sites_[i].recorded, value) && (recorded_.contains(value) || isa<LoadInst>(value))) {
                    own[i].push_back(value);
                    if (brought.insert(value) && !slotOf(value)) originalSlots_[value] = makeSlot(value->getType());
                }
        if (!own.empty()) {
            auto* common = BasicBlock::Create(context_, "all.values", resume_);
            SwitchInst* fill = builder.CreateSwitch(index, common, own.size());
            for (const auto& [i, values] : own) {
                auto* block = BasicBlock::Create(context_, "values", resume_);
                fill->addCase(builder.getInt32(i), block);
                builder.SetInsertPoint(block);
                Known known = load(builder, sites_[i].recorded);
                for (Value* value : values)
                    builder.CreateStore(compute(builder, value, known), slotOf(value));
                builder.CreateBr(common);
            }
            builder.SetInsertPoint(common);
        }
        Known known = load(builder, brought.getArrayRef());
        SetVector<Value*> computed = brought;
        for (const auto& closure : closures_)
            for (Value* value : closure)
                if (AllocaInst* slot = slotOf(value); slot && computed.insert(value))
                    builder.CreateStore(compute(builder, value, known), slot);
    }

    Known load(IRBuilder<>& builder, ArrayRef<Value*> values) {
        Known known;
        for (Value* value : values)
            known[value] = builder.CreateLoad(value->getType(), slotOf(value), value->getName());
        return known;
    }

    AllocaInst* makeSlot(Type* type) {
        auto* slot = new AllocaInst(type, 0, "", entry_->begin());
        allSlots_.push_back(slot);
        return slot;
    }

    BasicBlock* enterAt(const Site& site, const Continuation& continuation, const RecordCells& cells) {
        auto* replaced = cast<CallBase>(continuation.call);
        auto* block = BasicBlock::Create(context_, "enter", resume_);
        IRBuilder<> builder(block);
        builder.SetCurrentDebugLocation(replaced->getDebugLoc());
        // The next frame, in place of the call.
        auto* type = FunctionType::get(replaced->getType(), false);
        CallInst* call = builder.CreateCall(type, next_, {}, cells.bundleOf(site));
        AttrBuilder attributes(context_, site.call->getAttributes().getRetAttrs());
        call->setAttributes(AttributeList().addRetAttributes(context_, attributes));
        if (auto slot = slots_.find(replaced); slot != slots_.end()) builder.CreateStore(call, slot->second);
        builder.CreateBr(continuation.block);
        return block;
    }

    // The value of the original, computed from known ones.
    Value* compute(IRBuilderBase& builder, Value* value, Known& known) {
        if (auto position = known.find(value); position != known.end()) return position->second;
        auto* instruction = dyn_cast<Instruction>(value);
        if (!instruction) return value; // a constant
        assert(isRecomputable(*value) && "a value that a frame record should hold");
        Instruction* again = instruction->clone();
        again->setDebugLoc(builder.getCurrentDebugLocation()); // the original's is another function's
        for (Use& operand : again->operands())
            operand.set(compute(builder, operand.get(), known));
        again->dropDbgRecords();
        builder.Insert(again, instruction->getName());
        return known[value] = again;
    }

    // What no site brings is as it was in the original function. What sites bring stays in memory: few of them are ever
    // entered, and each of their values would have to be merged with those of all others.
    void promote(std::vector<AllocaInst*> slots) {
        SmallPtrSet<AllocaInst*, 32> kept;
        for (const auto& closure : closures_)
            for (Value* value : closure)
                kept.insert(slotOf(value));
        copy_if(allSlots_, std::back_inserter(slots), [&](AllocaInst* slot) { return !kept.contains(slot); });
        erase_if(allSlots_, [&](AllocaInst* slot) { return !kept.contains(slot); });
        DominatorTree dominators(*resume_);
        PromoteMemToReg(slots, dominators);
    }

    void removeUnusedSlots() {
        auto isRead = [](AllocaInst* slot) {
            return any_of(slot->users(), [](User* user) { return isa<LoadInst>(user); });
        };
        bool changed = true;
        while (changed) {
            removeDeadCode(*resume_);
            changed = false;
            erase_if(allSlots_, [&](AllocaInst* slot) {
                if (isRead(slot)) return false;
                for (User* user : make_early_inc_range(slot->users()))
                    cast<Instruction>(user)->eraseFromParent();
                slot->eraseFromParent();
                return changed = true;
            });
        }
    }

    // Outside of copied loops the slots of recorded values become cells, where sites leave them.
    void useCells(const RecordCells& cells, ArrayRef<WeakVH> slots) {
        for (auto [site, continuation] : zip(sites_, continuations_)) {
            auto* call = cast_or_null<CallBase>(continuation.call);
            if (!call || site.recorded.empty()) continue;
            CallBase* changed = CallBase::Create(call, cells.bundleOf(site), call->getIterator());
            changed->takeName(call);
            call->replaceAllUsesWith(changed);
            call->eraseFromParent();
        }
        removeDeadCode(*resume_);
        for (auto [value, slot] : zip(recorded_, slots))
            if (slot) cells.replaceSlot(value, *cast<AllocaInst>(slot));
    }

    Function& original_;
    const std::vector<Site>& sites_;
    const SetjmpContexts& contexts_;
    LLVMContext& context_;
    Function* resume_ = nullptr;
    BasicBlock* entry_ = nullptr;
    Value *record_ = nullptr, *next_ = nullptr;
    ValueToValueMapTy map_;
    SetVector<Value*> recorded_;              ///< values of the original that some site records
    std::vector<SetVector<Value*>> closures_; ///< of each site
    std::vector<Continuation> continuations_, saves_;
    DenseMap<const Value*, AllocaInst*> slots_; ///< by value of the clone: where its uses in other blocks find it
    DenseMap<const Value*, AllocaInst*> originalSlots_; ///< the same by value of the original
    std::vector<AllocaInst*> allSlots_;
};

} // namespace

Function* makeResumeFunction(Function& function, const std::vector<Site>& sites, const SetjmpContexts& contexts) {
    return ResumeFunction(function, sites, contexts).make();
}

} // namespace dyad
