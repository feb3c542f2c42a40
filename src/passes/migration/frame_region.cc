// See frame_region.h. What shrink wrapping is to a machine frame: the region begins at the nearest common dominator of
// all uses that lies in no loop.
#include "passes/migration/frame_region.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/BlockFrequencyInfo.h"
#include "llvm/Analysis/BranchProbabilityInfo.h"
#include "llvm/Analysis/CaptureTracking.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace dyad {

namespace {

// Where the block leaves the function, or null.
Instruction* endIn(BasicBlock& block) {
    if (Instruction* call = block.getTerminatingMustTailCall()) return call;
    return dyn_cast<ReturnInst>(block.getTerminator());
}

class Region {
  public:
    Region(Function& function, ArrayRef<AllocaInst*> memory)
        : function_(function), memory_(memory), dominators_(function), loops_(dominators_) {}

    FrameRegion find() {
        begin_ = firstBlock();
        if (!begin_ || !isRare() || !findExits() || isReachedLater()) return wholeFunction(function_);
        FrameRegion region{begin_, {}};
        for (BasicBlock& block : function_)
            if (Instruction* end = endIn(block); end && isInside(&block)) region.ends.push_back(end);
        for (auto& [to, from] : exits_)
            region.ends.push_back(SplitBlockPredecessors(to, from.getArrayRef(), ".left")->getTerminator());
        return region;
    }

  private:
    bool isInside(const BasicBlock* block) const {
        return dominators_.isReachableFromEntry(block) && dominators_.dominates(begin_, block);
    }

    BasicBlock* firstBlock() const {
        BasicBlock* first = nullptr;
        for (AllocaInst* memory : memory_)
            for (const Use& use : memory->uses()) {
                auto* user = cast<Instruction>(use.getUser());
                if (user->isLifetimeStartOrEnd()) continue;
                auto* phi = dyn_cast<PHINode>(user);
                BasicBlock* block = phi ? phi->getIncomingBlock(use) : user->getParent();
                if (dominators_.isReachableFromEntry(block))
                    first = first ? dominators_.findNearestCommonDominator(first, block) : block;
            }
        while (Loop* loop = first ? loops_.getLoopFor(first) : nullptr)
            first = dominators_.getNode(loop->getOutermostLoop()->getHeader())->getIDom()->getBlock();
        return first;
    }

    bool isRare() {
        BranchProbabilityInfo probabilities(function_, loops_);
        BlockFrequencyInfo frequencies(function_, probabilities, loops_);
        return frequencies.getBlockFreq(begin_) < frequencies.getBlockFreq(&function_.getEntryBlock());
    }

    // False if there is one that cannot have a block of its own.
    bool findExits() {
        for (BasicBlock& block : function_) {
            if (!isInside(&block)) continue;
            for (BasicBlock* successor : successors(&block)) {
                if (isInside(successor)) continue;
                if (!isa<BranchInst, SwitchInst>(block.getTerminator())) return false;
                exits_[successor].insert(&block);
            }
        }
        return true;
    }

    // Whether somebody may come back to the memory behind the region. Where it is all over soon, nobody does.
    bool isReachedLater() const {
        SmallSetVector<BasicBlock*, 16> later;
        for (const auto& [to, from] : exits_)
            later.insert(to);
        for (size_t i = 0; i < later.size(); ++i)
            later.insert(succ_begin(later[i]), succ_end(later[i]));
        if (later.contains(begin_)) return true; // a cycle with several ways in, which is no loop
        return any_of(memory_, [&](AllocaInst* memory) { return mayLiveOutside(*memory); }) &&
               any_of(later, [](BasicBlock* block) {
                   return any_of(*block, [](Instruction& after) { return after.mayReadOrWriteMemory(); });
               });
    }

    // Whether the address, or what is computed from it, is used outside as a value.
    bool isUsedOutside(AllocaInst& memory) const {
        SmallSetVector<Instruction*, 16> addresses;
        addresses.insert(&memory);
        for (size_t i = 0; i < addresses.size(); ++i)
            for (User* user : addresses[i]->users()) {
                auto* instruction = cast<Instruction>(user);
                if (instruction->isLifetimeStartOrEnd()) continue;
                if (!isInside(instruction->getParent())) return true;
                if (!isa<LoadInst>(instruction) && instruction->getType()->isPtrOrPtrVectorTy())
                    addresses.insert(instruction);
            }
        return false;
    }

    // Memory whose address is kept somewhere lives from a marker of its start until one of its end.
    bool mayLiveOutside(AllocaInst& memory) const {
        if (!isUsedOutside(memory) &&
            !PointerMayBeCaptured(&memory, /*ReturnCaptures=*/true, /*StoreCaptures=*/true))
            return false;
        SmallPtrSet<const Instruction*, 8> ends;
        SmallVector<const Instruction*, 16> open; ///< from where it lives
        for (User* user : memory.users())
            if (auto* marker = dyn_cast<IntrinsicInst>(user)) {
                if (marker->getIntrinsicID() == Intrinsic::lifetime_end) ends.insert(marker);
                if (marker->getIntrinsicID() == Intrinsic::lifetime_start) open.push_back(marker);
            }
        if (open.empty()) return true;
        SmallPtrSet<const BasicBlock*, 16> seen;
        while (!open.empty()) {
            const Instruction* first = open.pop_back_val();
            const BasicBlock* block = first->getParent();
            if (!isInside(block)) return true;
            if (any_of(make_range(first->getIterator(), block->end()),
                       [&](const Instruction& instruction) { return ends.contains(&instruction); }))
                continue;
            for (const BasicBlock* successor : successors(block))
                if (seen.insert(successor).second) open.push_back(&successor->front());
        }
        return false;
    }

    Function& function_;
    ArrayRef<AllocaInst*> memory_;
    DominatorTree dominators_;
    LoopInfo loops_;
    BasicBlock* begin_ = nullptr;
    MapVector<BasicBlock*, SmallSetVector<BasicBlock*, 4>> exits_; ///< by the first block behind the region
};

} // namespace

FrameRegion wholeFunction(Function& function) {
    FrameRegion region{&function.getEntryBlock(), {}};
    for (BasicBlock& block : function)
        if (Instruction* end = endIn(block)) region.ends.push_back(end);
    return region;
}

FrameRegion findFrameRegion(Function& function, ArrayRef<AllocaInst*> memory) {
    return Region(function, memory).find();
}

} // namespace dyad
