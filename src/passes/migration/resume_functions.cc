// See resume_functions.h. Values travel through slots while control flow is changed; promotion to registers restores SSA form.
#include "passes/migration/resume_functions.h"

#include "passes/migration/pieces.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"

using namespace llvm;

namespace dyad {

namespace {

// Instructions of a loop, after values were moved to slots, beyond which it is entered in the middle as it is: copies of the
// bodies of interpreters and state machines would be most of the program.
constexpr std::uint64_t kMostCopied = 1500;

// Frame records: docs/migration.md, section 2.
constexpr std::uint64_t kRecordNext = 0, kRecordIndex = 8, kRecordSize = 12, kRecordValues = 16;

void dropDebugVariables(Function& function) {
    for (Instruction& instruction : make_early_inc_range(instructions(function))) {
        instruction.dropDbgRecords();
        if (isa<DbgInfoIntrinsic>(instruction))
            instruction.eraseFromParent();
    }
}

bool escapesBlock(const Instruction& instruction) {
    return any_of(instruction.users(), [&](const User* user) {
        return cast<Instruction>(user)->getParent() != instruction.getParent() || isa<PHINode>(user);
    });
}

class ResumeFunction {
  public:
    ResumeFunction(Function& function, const std::vector<Site>& sites, const SetjmpContexts& contexts)
        : original_(function), sites_(sites), contexts_(contexts), module_(*function.getParent()),
          context_(function.getContext()) {}

    Function* make() {
        clone();
        splitAtSites();
        demote();
        copyLoops();
        makeEntry();
        promote();
        return resume_;
    }

  private:
    using Known = MapVector<Value*, Value*>; ///< by value of the original: its value here

    struct Continuation {
        CallBase* call;    ///< the site in the clone
        BasicBlock* block; ///< what follows it
    };

    void clone() {
        auto* type = FunctionType::get(original_.getReturnType(), false);
        resume_ = Function::Create(type, GlobalValue::InternalLinkage, original_.getName() + ".resume");
        module_.getFunctionList().insertAfter(original_.getIterator(), resume_);
        // Arguments are values like others: a record brings them.
        for (Argument& argument : original_.args()) {
            auto* stand_in = new FreezeInst(PoisonValue::get(argument.getType()), argument.getName());
            arguments_.push_back(stand_in);
            map_[&argument] = stand_in;
        }
        SmallVector<ReturnInst*, 4> returns;
        CloneFunctionInto(resume_, &original_, map_, CloneFunctionChangeType::GlobalChanges, returns);
        for (Instruction* argument : reverse(arguments_))
            argument->insertBefore(&*resume_->getEntryBlock().begin());
        resume_->setLinkage(GlobalValue::InternalLinkage);
        resume_->setVisibility(GlobalValue::DefaultVisibility);
        resume_->setCallingConv(CallingConv::C);
        resume_->setDSOLocal(true);
        resume_->setSection((".private.text." + original_.getName()).str());
        resume_->removeFnAttr(Attribute::Memory);
        resume_->removeFnAttr(Attribute::AlwaysInline);
        dropDebugVariables(*resume_);
        entry_ = BasicBlock::Create(context_, "resume", resume_, &resume_->getEntryBlock());
        // For the analysis of loops the clone begins where the function does.
        BranchInst::Create(entry_->getNextNode(), entry_);
    }

    void splitAtSites() {
        for (const Site& site : sites_) {
            auto* call = cast<CallInst>(map_[site.call]);
            if (call->isMustTailCall())
                call = makeOrdinary(call, site.number);
            continuations_.push_back(splitAfter(call));
        }
        if (auto position = contexts_.functions.find(&original_); position != contexts_.functions.end())
            for (const SetjmpContext& context : position->second)
                saves_.push_back(splitAfter(cast<CallBase>(map_[context.save])));
    }

    // A resume function has other arguments than its callee: no tail call can be guaranteed.
    CallInst* makeOrdinary(CallInst* call, std::uint32_t number) {
        OperandBundleDef bundle("deopt", std::vector<Value*>{IRBuilder<>(context_).getInt64(number)});
        auto* ordinary = cast<CallInst>(
            CallBase::addOperandBundle(call, LLVMContext::OB_deopt, bundle, call->getIterator()));
        ordinary->setTailCallKind(CallInst::TCK_None);
        call->replaceAllUsesWith(ordinary);
        call->eraseFromParent();
        return ordinary;
    }

    Continuation splitAfter(CallBase* call) {
        BasicBlock* block = SplitBlock(call->getParent(), call->getNextNode());
        return {call, block};
    }

    void demote() {
        SmallVector<Instruction*, 64> escaping;
        for (BasicBlock& block : drop_begin(*resume_))
            for (Instruction& instruction : block)
                if (escapesBlock(instruction))
                    escaping.push_back(&instruction);
        auto place = entry_->getTerminator()->getIterator();
        for (Instruction* instruction : escaping) {
            AllocaInst* slot = DemoteRegToStack(*instruction, false, place);
            slots_[instruction] = slot;
            allSlots_.push_back(slot);
        }
        // Phis are about to be replaced; what the original's values are called by then no longer matters.
        for (const auto& [original, cloned] : map_)
            if (auto slot = slots_.find(cloned); slot != slots_.end())
                originalSlots_[original] = slot->second;
        SmallVector<PHINode*, 64> phis;
        for (BasicBlock& block : *resume_)
            for (PHINode& phi : block.phis())
                phis.push_back(&phi);
        for (PHINode* phi : phis)
            if (AllocaInst* incoming = DemotePHIToStack(phi, place))
                allSlots_.push_back(incoming);
    }

    void copyLoops() {
        DominatorTree dominators(*resume_);
        LoopInfo loops(dominators);
        for (BasicBlock& block : *resume_)
            entries_[&block] = &block;
        for (Loop* loop : loops)
            copyLoop(*loop);
    }

    bool holdsSite(const Loop& loop) const {
        auto inside = [&](const Continuation& place) { return loop.contains(place.block); };
        return any_of(continuations_, inside) || any_of(saves_, inside);
    }

    static std::uint64_t sizeOf(const Loop& loop) {
        std::uint64_t size = 0;
        for (BasicBlock* block : loop.blocks())
            size += block->size();
        return size;
    }

    // Replaces the entry copies of the loop's blocks by copies of them, whose back edges lead to what was copied.
    void copyLoop(Loop& loop) {
        if (!holdsSite(loop))
            return;
        if (sizeOf(loop) > kMostCopied) {
            for (Loop* inner : loop)
                copyLoop(*inner);
            return;
        }
        ValueToValueMapTy map;
        SmallVector<BasicBlock*, 16> copies;
        for (BasicBlock* block : loop.blocks()) {
            BasicBlock* source = entries_[block];
            BasicBlock* copy = CloneBasicBlock(source, map, ".enter", resume_);
            map[source] = copy;
            copies.push_back(copy);
        }
        BasicBlock* header = entries_[loop.getHeader()];
        auto* headerCopy = cast<BasicBlock>(map[header]);
        for (BasicBlock* copy : copies) {
            for (Instruction& instruction : *copy)
                RemapInstruction(&instruction, map, RF_NoModuleLevelChanges | RF_IgnoreMissingLocals);
            copy->getTerminator()->replaceSuccessorWith(headerCopy, header);
        }
        for (BasicBlock* block : loop.blocks())
            entries_[block] = cast<BasicBlock>(map[entries_[block]]);
        for (Loop* inner : loop)
            copyLoop(*inner);
    }

    AllocaInst* slotOf(const Value* original) const { return originalSlots_.lookup(original); }

    Value* recordField(IRBuilderBase& builder, Type* type, std::uint64_t offset) {
        return builder.CreateLoad(type, builder.CreatePtrAdd(record_, builder.getInt64(offset)));
    }

    void makeEntry() {
        entry_->getTerminator()->eraseFromParent();
        IRBuilder<> builder(entry_);
        cursor_ = module_.getOrInsertGlobal("__dyad_resume_cursor", builder.getPtrTy());
        cast<GlobalVariable>(cursor_)->setDSOLocal(true);
        record_ = builder.CreateLoad(builder.getPtrTy(), cursor_, "record");
        Value* index = recordField(builder, builder.getInt32Ty(), kRecordIndex);
        Value* size = recordField(builder, builder.getInt32Ty(), kRecordSize);
        builder.CreateStore(builder.CreatePtrAdd(record_, builder.CreateZExt(size, builder.getInt64Ty())), cursor_);
        if (!saves_.empty())
            saveContexts(builder);
        auto* nowhere = BasicBlock::Create(context_, "no.site", resume_);
        new UnreachableInst(context_, nowhere);
        auto* common = BasicBlock::Create(context_, "all.values", resume_);
        chooseStaged();
        // Its size is known at the end.
        stagingArea_ = new FreezeInst(PoisonValue::get(builder.getPtrTy()), "staging", entry_->begin());
        SwitchInst* fill = builder.CreateSwitch(index, nowhere, sites_.size());
        for (size_t i = 0; i < sites_.size(); ++i)
            fill->addCase(builder.getInt32(i), bringValues(sites_[i], common));
        // One definition of each value serves all sites: what the clone does not define again needs no phi anywhere.
        builder.SetInsertPoint(common);
        for (const auto& [value, place] : staging_)
            brought_[value] = builder.CreateAlignedLoad(value->getType(), staged(builder, place), Align(16), value->getName());
        for (const Site& site : sites_)
            for (Value* value : site.live)
                compute(builder, value, brought_);
        for (const auto& [value, brought] : brought_)
            if (AllocaInst* slot = slotOf(value))
                builder.CreateStore(brought, slot);
        SwitchInst* dispatch = builder.CreateSwitch(index, nowhere, sites_.size());
        for (size_t i = 0; i < sites_.size(); ++i)
            dispatch->addCase(builder.getInt32(i), enterAt(sites_[i], continuations_[i]));
        auto* area = new AllocaInst(ArrayType::get(builder.getInt8Ty(), stagingSize_), 0, nullptr, Align(16), "staging",
                                    entry_->begin());
        stagingArea_->replaceAllUsesWith(area);
        stagingArea_->eraseFromParent();
    }

    // Saves each armed context again. If longjmp returns to one, its call of setjmp has returned: everything that is
    // live there is in memory, but for the frame.
    void saveContexts(IRBuilder<>& builder) {
        Instruction* original = contexts_.frames.lookup(&original_);
        Value* frame = recordField(builder, builder.getPtrTy(), kRecordValues);
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
                if (AllocaInst* slot = slotOf(value))
                    builder.CreateStore(compute(builder, value, known), slot);
            if (auto slot = slots_.find(callee); slot != slots_.end())
                builder.CreateStore(result, slot->second);
            builder.CreateBr(entries_[saves_[i].block]);
            builder.SetInsertPoint(next);
        }
    }

    // Loads what was recorded, computes what follows from it, and leaves both where all sites leave them.
    BasicBlock* bringValues(const Site& site, BasicBlock* common) {
        auto* block = BasicBlock::Create(context_, "values", resume_);
        IRBuilder<> builder(block);
        std::vector<Value*> pieces;
        std::uint64_t offset = kRecordValues;
        for (Value* value : site.recorded)
            for (Type* type : pieceTypes(value->getType())) {
                Value* piece = recordField(builder, type, offset);
                cast<LoadInst>(piece)->setAlignment(Align(8));
                pieces.push_back(piece);
                offset += std::max<std::uint64_t>(pieceSize(type), 8);
            }
        Known known;
        ArrayRef<Value*> left = pieces;
        for (Value* value : site.recorded)
            known[value] = joinValue(builder, value->getType(), left);
        for (Value* value : closureOf(site))
            if (auto place = staging_.find(value); place != staging_.end())
                builder.CreateAlignedStore(compute(builder, value, known), staged(builder, place->second), Align(16));
        builder.CreateBr(common);
        return block;
    }

    // Everything that is recorded or computed at a site, operands first.
    SetVector<Value*> closureOf(const Site& site) const {
        SetVector<Value*> closure(site.recorded.begin(), site.recorded.end());
        for (Value* value : site.live)
            addClosure(value, closure);
        return closure;
    }

    static void addClosure(Value* value, SetVector<Value*>& closure) {
        auto* instruction = dyn_cast<Instruction>(value);
        if (!instruction || closure.contains(value))
            return;
        for (Value* operand : instruction->operands())
            addClosure(operand, closure);
        closure.insert(value);
    }

    // What every site brings by itself: values that some site records, and loads, whose address is right at their sites
    // only. The rest is computed from these, once for all sites. The staging area is one object: memory at constant
    // offsets is easy to tell apart.
    void chooseStaged() {
        auto stage = [&](Value* value) {
            if (staging_.insert({value, stagingSize_}).second)
                stagingSize_ += alignTo(module_.getDataLayout().getTypeAllocSize(value->getType()).getFixedValue(), 16);
        };
        for (const Site& site : sites_)
            for (Value* value : site.recorded)
                stage(value);
        for (const Site& site : sites_)
            for (Value* value : closureOf(site))
                if (isa<LoadInst>(value))
                    stage(value);
    }

    Value* staged(IRBuilderBase& builder, std::uint64_t place) {
        return builder.CreatePtrAdd(stagingArea_, builder.getInt64(place));
    }

    BasicBlock* enterAt(const Site& site, const Continuation& continuation) {
        auto* block = BasicBlock::Create(context_, "enter", resume_);
        IRBuilder<> builder(block);
        builder.SetCurrentDebugLocation(continuation.call->getDebugLoc());
        std::vector<Value*> operands{builder.getInt64(site.number)};
        for (Value* value : site.recorded)
            for (Value* piece : splitValue(builder, brought_[value]))
                operands.push_back(piece);
        // The next frame, in place of the call.
        Value* next = recordField(builder, builder.getPtrTy(), kRecordNext);
        auto* type = FunctionType::get(continuation.call->getType(), false);
        CallInst* call = builder.CreateCall(type, next, {}, OperandBundleDef("deopt", operands));
        AttrBuilder attributes(context_, site.call->getAttributes().getRetAttrs());
        call->setAttributes(AttributeList().addRetAttributes(context_, attributes));
        if (auto slot = slots_.find(continuation.call); slot != slots_.end())
            builder.CreateStore(call, slot->second);
        builder.CreateBr(entries_[continuation.block]);
        return block;
    }

    // The value of the original, computed from known ones.
    Value* compute(IRBuilderBase& builder, Value* value, Known& known) {
        if (auto position = known.find(value); position != known.end())
            return position->second;
        auto* instruction = dyn_cast<Instruction>(value);
        if (!instruction)
            return value; // a constant
        assert(isRecomputable(*value) && "a value that a frame record should hold");
        Instruction* again = instruction->clone();
        again->setDebugLoc(builder.getCurrentDebugLocation()); // the original's is another function's
        for (Use& operand : again->operands())
            operand.set(compute(builder, operand.get(), known));
        again->dropDbgRecords();
        builder.Insert(again, instruction->getName());
        return known[value] = again;
    }

    void promote() {
        EliminateUnreachableBlocks(*resume_);
        DominatorTree dominators(*resume_);
        erase_if(allSlots_, [](AllocaInst* slot) {
            if (!slot->use_empty())
                return false;
            slot->eraseFromParent();
            return true;
        });
        PromoteMemToReg(allSlots_, dominators);
    }

    Function& original_;
    const std::vector<Site>& sites_;
    const SetjmpContexts& contexts_;
    Module& module_;
    LLVMContext& context_;
    Function* resume_ = nullptr;
    BasicBlock* entry_ = nullptr;
    Value *cursor_ = nullptr, *record_ = nullptr;
    ValueToValueMapTy map_;
    SmallVector<Instruction*, 8> arguments_;
    std::vector<Continuation> continuations_, saves_;
    DenseMap<const Value*, AllocaInst*> slots_; ///< by value of the clone: where its uses in other blocks find it
    DenseMap<const Value*, AllocaInst*> originalSlots_; ///< the same by value of the original
    std::vector<AllocaInst*> allSlots_;
    MapVector<Value*, std::uint64_t> staging_; ///< by value of the original: its place between record and all.values
    std::uint64_t stagingSize_ = 0;
    Instruction* stagingArea_ = nullptr;
    Known brought_; ///< by value of the original: its one definition there
    DenseMap<BasicBlock*, BasicBlock*> entries_; ///< block of the clone: the copy of it that is entered in the middle
};

} // namespace

Function* makeResumeFunction(Function& function, const std::vector<Site>& sites, const SetjmpContexts& contexts) {
    return ResumeFunction(function, sites, contexts).make();
}

} // namespace dyad
