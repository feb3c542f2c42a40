// See resume_loops.h.
#include "passes/migration/resume_loops.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace llvm;

namespace dyad {

namespace {

// Instructions of an inner loop beyond which it gets no copy of its own, but is entered in that of the loop around it:
// interpreters and state machines, whose outer loops hold little besides the inner one.
constexpr std::uint64_t kMostCopied = 1500;

// Which slots are read later, before they are written: backward data flow.
class SlotLiveness {
  public:
    SlotLiveness(Function& function, ArrayRef<AllocaInst*> slots) : slots_(slots) {
        for (unsigned i = 0; i < slots.size(); ++i)
            numbers_[slots[i]] = i;
        for (BasicBlock& block : function)
            liveIn_[&block].resize(slots.size());
        for (bool changed = true; changed;) {
            changed = false;
            for (BasicBlock* block : post_order(&function)) {
                BitVector live(slots.size());
                for (BasicBlock* successor : successors(block))
                    live |= liveIn_[successor];
                for (Instruction& instruction : reverse(*block))
                    if (AllocaInst* slot = accessed(instruction)) live[numbers_[slot]] = isa<LoadInst>(instruction);
                changed |= live != liveIn_[block];
                liveIn_[block] = std::move(live);
            }
        }
    }

    /// The slot that a load or store is of, or null.
    AllocaInst* accessed(Instruction& instruction) const {
        auto* slot = dyn_cast_or_null<AllocaInst>(getLoadStorePointerOperand(&instruction));
        return numbers_.contains(slot) ? slot : nullptr;
    }

    SmallVector<AllocaInst*, 16> liveAt(const BasicBlock* block) const {
        SmallVector<AllocaInst*, 16> live;
        for (unsigned number : liveIn_.find(block)->second.set_bits())
            live.push_back(slots_[number]);
        return live;
    }

  private:
    ArrayRef<AllocaInst*> slots_;
    DenseMap<const AllocaInst*, unsigned> numbers_;
    DenseMap<const BasicBlock*, BitVector> liveIn_;
};

class LoopCopies {
  public:
    LoopCopies(Function& resume, const LoopInfo& loops, const SlotLiveness& liveness)
        : resume_(resume), loops_(loops), liveness_(liveness) {}

    std::vector<AllocaInst*> make() {
        findReached();
        // All copies are made of what is still unchanged.
        for (auto& [loop, copy] : copies_)
            clone(*loop, *copy);
        for (auto [loop, entry] : entries_)
            enter(*loop, *entry);
        for (auto& [loop, copy] : copies_)
            leave(*loop, *copy);
        for (BasicBlock* block : reached_)
            for (BasicBlock* successor : SmallVector<BasicBlock*, 4>(successors(block)))
                if (BasicBlock* place = placeOf(successor); place != successor)
                    block->getTerminator()->replaceSuccessorWith(successor, place);
        EliminateUnreachableBlocks(resume_);
        return std::move(ownSlots_);
    }

  private:
    struct Copy {
        ValueToValueMapTy map;
        SmallVector<BasicBlock*, 16> blocks;
        MapVector<AllocaInst*, AllocaInst*> slots; ///< by slot of the clone: the copy's own
        SmallPtrSet<AllocaInst*, 16> changed;      ///< slots of the clone
    };

    // The loop whose header the block is, or null.
    Loop* loopAt(BasicBlock* block) const {
        Loop* loop = loops_.getLoopFor(block);
        return loop && loop->getHeader() == block ? loop : nullptr;
    }

    // The loop in whose copy this one is entered.
    static Loop* copiedWith(Loop* loop) {
        auto size = [](const Loop* loop) {
            std::uint64_t sum = 0;
            for (BasicBlock* block : loop->blocks())
                sum += block->size();
            return sum;
        };
        while (loop->getParentLoop() && size(loop) > kMostCopied)
            loop = loop->getParentLoop();
        return loop;
    }

    // Where ways that led to a block lead from now on.
    BasicBlock* placeOf(BasicBlock* block) const {
        Loop* loop = loopAt(block);
        return loop ? entries_.find(loop)->second : block;
    }

    void findReached() {
        SmallVector<BasicBlock*, 32> open{&resume_.getEntryBlock()};
        while (!open.empty()) {
            BasicBlock* block = open.pop_back_val();
            Loop* loop = loopAt(block);
            if (!loop) {
                if (reached_.insert(block)) open.append(succ_begin(block), succ_end(block));
            } else if (!entries_.contains(loop)) {
                entries_[loop] = BasicBlock::Create(resume_.getContext(), "loop", &resume_);
                Loop* copied = copiedWith(loop);
                if (copies_.insert({copied, nullptr}).second) {
                    copies_[copied] = std::make_unique<Copy>();
                    copied->getExitBlocks(open);
                }
            }
        }
    }

    void clone(Loop& loop, Copy& copy) {
        for (BasicBlock* block : loop.blocks()) {
            BasicBlock* twin = CloneBasicBlock(block, copy.map, "", &resume_);
            copy.map[block] = twin;
            copy.blocks.push_back(twin);
            for (Instruction& instruction : *block)
                if (AllocaInst* slot = liveness_.accessed(instruction)) {
                    if (isa<StoreInst>(instruction)) copy.changed.insert(slot);
                    if (copy.slots.contains(slot)) continue;
                    auto* own =
                        new AllocaInst(slot->getAllocatedType(), 0, slot->getName(), resume_.getEntryBlock().begin());
                    copy.slots[slot] = own;
                    copy.map[slot] = own;
                    ownSlots_.push_back(own);
                }
        }
    }

    // Values that are used in the loop or behind it go into the copy, and changed ones that are used behind it come
    // back.
    void enter(Loop& loop, BasicBlock& entry) {
        Copy& copy = *copies_.find(copiedWith(&loop))->second;
        IRBuilder<> builder(&entry);
        for (AllocaInst* slot : liveness_.liveAt(loop.getHeader()))
            if (AllocaInst* own = copy.slots.lookup(slot))
                builder.CreateStore(builder.CreateLoad(slot->getAllocatedType(), slot), own);
        builder.CreateBr(cast<BasicBlock>(copy.map[loop.getHeader()]));
    }

    void leave(Loop& loop, Copy& copy) {
        SmallVector<BasicBlock*, 8> exits;
        loop.getUniqueExitBlocks(exits);
        for (BasicBlock* exit : exits) {
            auto* block = BasicBlock::Create(resume_.getContext(), "left", &resume_);
            IRBuilder<> builder(block);
            for (AllocaInst* slot : liveness_.liveAt(exit))
                if (copy.changed.contains(slot))
                    builder.CreateStore(builder.CreateLoad(slot->getAllocatedType(), copy.slots[slot]), slot);
            builder.CreateBr(placeOf(exit));
            copy.map[exit] = block;
        }
        for (BasicBlock* twin : copy.blocks)
            for (Instruction& instruction : *twin)
                RemapInstruction(&instruction, copy.map, RF_NoModuleLevelChanges | RF_IgnoreMissingLocals);
    }

    Function& resume_;
    const LoopInfo& loops_;
    const SlotLiveness& liveness_;
    SetVector<BasicBlock*> reached_; ///< of the clone, outside of copies
    MapVector<Loop*, std::unique_ptr<Copy>> copies_;
    MapVector<Loop*, BasicBlock*> entries_; ///< of the loops that are reached
    std::vector<AllocaInst*> ownSlots_;
};

} // namespace

std::vector<AllocaInst*> copyLoops(Function& resume, const LoopInfo& loops, ArrayRef<AllocaInst*> slots) {
    SlotLiveness liveness(resume, slots);
    return LoopCopies(resume, loops, liveness).make();
}

} // namespace dyad
