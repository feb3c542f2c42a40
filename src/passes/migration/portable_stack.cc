// See portable_stack.h.
#include "passes/migration/portable_stack.h"

#include "passes/migration/block_values.h"
#include "passes/migration/frame_region.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

#include <map>

using namespace llvm;

namespace dyad {

namespace {

constexpr std::uint64_t kStackAlign = 16, kGuard = 4096;

class PortableFrame {
  public:
    PortableFrame(Function& function, SetjmpContexts& contexts)
        : function_(function), module_(*function.getParent()), contexts_(contexts), layout_(module_.getDataLayout()),
          pointer_(module_.getOrInsertGlobal("__dyad_stack_pointer", PointerType::get(module_.getContext(), 0))) {}

    void run() {
        collect();
        if (fixed_.empty() && dynamic_.empty())
            return;
        // Contexts of setjmp find the frame at once, and dynamic memory grows it anywhere.
        const bool anywhere = !dynamic_.empty() || !saves_.empty() || contexts_.functions.contains(&function_);
        FrameRegion region = anywhere ? wholeFunction(function_) : findFrameRegion(function_, fixed_);
        assignOffsets();
        dropLifetimes();
        for (AllocaInst* memory : dynamic_)
            lowerDynamic(*memory);
        for (IntrinsicInst* intrinsic : saves_)
            lowerSaveOrRestore(*intrinsic);
        Instruction* frame = lowerPrologue(*region.begin);
        lowerFixed(frame);
        lowerEnds(region, frame);
    }

  private:
    void collect() {
        for (Instruction& instruction : instructions(function_)) {
            if (auto* memory = dyn_cast<AllocaInst>(&instruction))
                (memory->isStaticAlloca() ? fixed_ : dynamic_).push_back(memory);
            else if (auto* intrinsic = dyn_cast<IntrinsicInst>(&instruction)) {
                if (intrinsic->isLifetimeStartOrEnd())
                    lifetimes_.push_back(intrinsic);
                else if (intrinsic->getIntrinsicID() == Intrinsic::stacksave ||
                         intrinsic->getIntrinsicID() == Intrinsic::stackrestore)
                    saves_.push_back(intrinsic);
            }
        }
    }

    // Largest alignment first: no gaps.
    void assignOffsets() {
        std::stable_sort(fixed_.begin(), fixed_.end(),
                         [](AllocaInst* a, AllocaInst* b) { return a->getAlign() > b->getAlign(); });
        for (AllocaInst* memory : fixed_) {
            align_ = std::max(align_, memory->getAlign().value());
            size_ = alignTo(size_, memory->getAlign());
            offsets_[memory] = size_;
            size_ += memory->getAllocationSize(layout_)->getFixedValue();
        }
        size_ = alignTo(size_, align_);
    }

    void dropLifetimes() {
        for (IntrinsicInst* lifetime : lifetimes_)
            lifetime->eraseFromParent();
    }

    Instruction* lowerPrologue(BasicBlock& begin) {
        // Before everything that uses it; the allocas themselves are about to go.
        IRBuilder<> builder(&begin, begin.getFirstInsertionPt());
        old_ = builder.CreateLoad(builder.getPtrTy(), pointer_, "portable.caller");
        Value* frame = builder.CreatePtrAdd(old_, builder.getInt64(-size_), "portable.frame");
        if (align_ > kStackAlign)
            frame = builder.CreateIntrinsic(Intrinsic::ptrmask, {builder.getPtrTy(), builder.getInt64Ty()},
                                            {frame, builder.getInt64(-align_)}, nullptr, "portable.frame");
        builder.CreateStore(frame, pointer_);
        if (size_ + align_ > kGuard)
            checkLimit(builder, frame);
        auto* result = cast<Instruction>(frame);
        contexts_.frames[&function_] = result;
        return result;
    }

    // Calls __dyad_stack_overflow if `bottom` lies below the limit. Splits the block.
    void checkLimit(IRBuilderBase& builder, Value* bottom) {
        Value* limit = module_.getOrInsertGlobal("__dyad_stack_limit", builder.getPtrTy());
        Value* overflow = builder.CreateICmpULT(bottom, builder.CreateLoad(builder.getPtrTy(), limit));
        Instruction* then = SplitBlockAndInsertIfThen(overflow, &*builder.GetInsertPoint(), true);
        IRBuilder<> failure(then);
        failure.CreateCall(module_.getOrInsertFunction("__dyad_stack_overflow", failure.getVoidTy()));
    }

    void lowerFixed(Instruction* frame) {
        for (AllocaInst* memory : fixed_) {
            IRBuilder<> builder(frame->getParent(), std::next(frame->getIterator()));
            auto* address = cast<Instruction>(
                builder.CreatePtrAdd(frame, builder.getInt64(offsets_[memory]), memory->getName()));
            if (auto position = contexts_.functions.find(&function_); position != contexts_.functions.end())
                for (SetjmpContext& context : position->second)
                    if (context.context == memory) {
                        context.offset = offsets_[memory];
                        context.context = nullptr;
                    }
            memory->replaceAllUsesWith(address);
            memory->eraseFromParent();
            // Computed anew it costs no more than a reload.
            computeWhereUsed(*address);
        }
    }

    void lowerDynamic(AllocaInst& memory) {
        IRBuilder<> builder(&memory);
        std::uint64_t align = std::max<std::uint64_t>(memory.getAlign().value(), kStackAlign);
        std::uint64_t element = layout_.getTypeAllocSize(memory.getAllocatedType());
        Value* bytes = builder.CreateMul(builder.CreateZExtOrTrunc(memory.getArraySize(), builder.getInt64Ty()),
                                         builder.getInt64(element));
        Value* top = builder.CreateLoad(builder.getPtrTy(), pointer_);
        Value* bottom = builder.CreatePtrAdd(top, builder.CreateNeg(bytes));
        bottom = builder.CreateIntrinsic(Intrinsic::ptrmask, {builder.getPtrTy(), builder.getInt64Ty()},
                                         {bottom, builder.getInt64(-align)});
        // A size beyond all memory wraps around.
        Value* limit = module_.getOrInsertGlobal("__dyad_stack_limit", builder.getPtrTy());
        Value* room = builder.CreatePtrDiff(builder.getInt8Ty(), top, builder.CreateLoad(builder.getPtrTy(), limit));
        Value* overflow = builder.CreateOr(builder.CreateICmpUGT(bytes, room),
                                           builder.CreateICmpULT(bottom, builder.CreateLoad(builder.getPtrTy(), limit)));
        Instruction* then = SplitBlockAndInsertIfThen(overflow, &memory, true);
        IRBuilder<> failure(then);
        failure.CreateCall(module_.getOrInsertFunction("__dyad_stack_overflow", failure.getVoidTy()));
        builder.SetInsertPoint(&memory);
        builder.CreateStore(bottom, pointer_);
        memory.replaceAllUsesWith(bottom);
        memory.eraseFromParent();
    }

    void lowerSaveOrRestore(IntrinsicInst& intrinsic) {
        IRBuilder<> builder(&intrinsic);
        if (intrinsic.getIntrinsicID() == Intrinsic::stacksave)
            intrinsic.replaceAllUsesWith(builder.CreateLoad(builder.getPtrTy(), pointer_));
        else
            builder.CreateStore(intrinsic.getArgOperand(0), pointer_);
        intrinsic.eraseFromParent();
    }

    // Puts the caller's pointer back. A frame of a fixed size lies at the pointer again when what it called has returned:
    // then no value needs to be kept for it.
    void lowerEnds(const FrameRegion& region, Instruction* frame) {
        for (Instruction* end : region.ends) {
            IRBuilder<> builder(end);
            Value* bottom = dynamic_.empty() ? builder.CreateLoad(builder.getPtrTy(), pointer_) : frame;
            Value* caller = align_ > kStackAlign ? old_ : builder.CreatePtrAdd(bottom, builder.getInt64(size_));
            builder.CreateStore(caller, pointer_);
        }
    }

    Function& function_;
    Module& module_;
    SetjmpContexts& contexts_;
    const DataLayout& layout_;
    Value* pointer_;
    SmallVector<AllocaInst*, 16> fixed_, dynamic_;
    SmallVector<IntrinsicInst*, 16> lifetimes_, saves_;
    std::map<AllocaInst*, std::uint64_t> offsets_;
    std::uint64_t size_ = 0, align_ = kStackAlign;
    Value* old_ = nullptr;
};

} // namespace

void moveToPortableStack(Function& function, SetjmpContexts& contexts) {
    PortableFrame(function, contexts).run();
}

} // namespace dyad
