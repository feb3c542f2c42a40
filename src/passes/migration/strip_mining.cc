// See strip_mining.h.
//
//     strip:    first = phi(entry, first + span); bound - first > span ? part : begin
//     part:     goto begin
//     begin:    limit = phi(bound, first + span)
//     header:   ...the loop as it was, but tested against limit...
//     latch:    counter == limit ? end : header
//     end:      limit == bound ? exit : next
//     next:     (the point)  goto strip
//
// A loop that ends within one strip pays for two tests.
#include "passes/migration/strip_mining.h"

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/PatternMatch.h"

using namespace llvm;
using namespace llvm::PatternMatch;

namespace dyad {

namespace {

// The phi that `counter` advances by a constant, in `header`; null if it is no such counter.
PHINode* advancedPhi(Value* counter, Loop& loop, ScalarEvolution& evolution, std::int64_t& step) {
    auto* recurrence = dyn_cast<SCEVAddRecExpr>(evolution.getSCEV(counter));
    if (!recurrence || recurrence->getLoop() != &loop || !recurrence->isAffine())
        return nullptr;
    auto* constant = dyn_cast<SCEVConstant>(recurrence->getStepRecurrence(evolution));
    if (!constant || constant->isZero() || constant->getAPInt().getSignificantBits() > 32)
        return nullptr;
    step = constant->getAPInt().getSExtValue();
    for (PHINode& phi : loop.getHeader()->phis())
        if (phi.getIncomingValueForBlock(loop.getLoopLatch()) == counter)
            return &phi;
    return nullptr;
}

} // namespace

std::optional<StripPlan> planStrips(Loop& loop, ScalarEvolution& evolution, std::uint64_t iterations) {
    BasicBlock* latch = loop.getLoopLatch();
    BasicBlock* entry = loop.getLoopPredecessor();
    auto* branch = latch ? dyn_cast<BranchInst>(latch->getTerminator()) : nullptr;
    if (!entry || !branch || !branch->isConditional() || !loop.isInnermost())
        return std::nullopt;
    if (loop.contains(branch->getSuccessor(0)) == loop.contains(branch->getSuccessor(1)))
        return std::nullopt;
    auto* test = dyn_cast<ICmpInst>(branch->getCondition());
    if (!test || !test->isEquality() || !test->hasOneUse())
        return std::nullopt;
    bool exitsWhenTrue = !loop.contains(branch->getSuccessor(0));
    if (exitsWhenTrue != (test->getPredicate() == ICmpInst::ICMP_EQ))
        return std::nullopt;
    for (unsigned side : {0u, 1u}) {
        Value* counter = test->getOperand(side);
        Value* bound = test->getOperand(1 - side);
        std::int64_t step;
        if (!loop.isLoopInvariant(bound) || !evolution.isSCEVable(counter->getType()))
            continue;
        if (counter->getType()->isIntegerTy() && counter->getType()->getIntegerBitWidth() < 32)
            continue; // the span might not fit
        if (PHINode* phi = advancedPhi(counter, loop, evolution, step))
            return StripPlan{&loop, test, counter, bound, phi, step, iterations};
    }
    return std::nullopt;
}

Instruction* stripMine(const StripPlan& plan) {
    Loop& loop = *plan.loop;
    BasicBlock* header = loop.getHeader();
    BasicBlock* latch = loop.getLoopLatch();
    BasicBlock* entry = loop.getLoopPredecessor();
    auto* branch = cast<BranchInst>(latch->getTerminator());
    unsigned exitSide = loop.contains(branch->getSuccessor(0)) ? 1 : 0;
    BasicBlock* exit = branch->getSuccessor(exitSide);
    Function& function = *header->getParent();
    LLVMContext& context = function.getContext();
    auto block = [&](const char* suffix, BasicBlock* before) {
        return BasicBlock::Create(context, header->getName() + suffix, &function, before);
    };
    BasicBlock *strip = block(".strip", header), *part = block(".strip.part", exit),
               *begin = block(".strip.begin", header);
    BasicBlock *end = block(".strip.end", exit), *next = block(".strip.next", exit);

    IRBuilder<> builder(strip);
    Value* first = nullptr;
    for (PHINode& phi : header->phis()) {
        PHINode* outer = builder.CreatePHI(phi.getType(), 2, phi.getName() + ".strip");
        outer->addIncoming(phi.getIncomingValueForBlock(entry), entry);
        outer->addIncoming(phi.getIncomingValueForBlock(latch), next);
        int index = phi.getBasicBlockIndex(entry);
        phi.setIncomingBlock(index, begin);
        phi.setIncomingValue(index, outer);
        if (&phi == plan.first)
            first = outer;
    }
    Type* type = plan.counter->getType();
    Type* integer = type->isPointerTy() ? builder.getInt64Ty() : type;
    auto asInteger = [&](Value* value) { return type->isPointerTy() ? builder.CreatePtrToInt(value, integer) : value; };
    std::int64_t span = static_cast<std::int64_t>(plan.iterations) * plan.step;
    Value* from = plan.step > 0 ? first : plan.bound;
    Value* to = plan.step > 0 ? plan.bound : first;
    Value* left = builder.CreateSub(asInteger(to), asInteger(from));
    auto afterStrip = [&] {
        return type->isPointerTy() ? builder.CreatePtrAdd(first, builder.getInt64(span))
                                   : builder.CreateAdd(first, ConstantInt::get(type, span, true));
    };
    Value* more = builder.CreateICmpUGT(left, ConstantInt::get(integer, plan.step > 0 ? span : -span));
    builder.CreateCondBr(more, part, begin, MDBuilder(context).createUnlikelyBranchWeights());
    builder.SetInsertPoint(part);
    Value* stop = afterStrip();
    builder.CreateBr(begin);
    builder.SetInsertPoint(begin);
    PHINode* limit = builder.CreatePHI(type, 2, header->getName() + ".limit");
    limit->addIncoming(plan.bound, strip);
    limit->addIncoming(stop, part);
    builder.CreateBr(header);
    entry->getTerminator()->replaceSuccessorWith(header, strip);

    plan.test->setOperand(plan.test->getOperand(0) == plan.counter ? 1 : 0, limit);
    plan.test->moveBefore(branch); // the limit dominates the loop; the test is used here only
    branch->setSuccessor(exitSide, end);
    builder.SetInsertPoint(end);
    builder.CreateCondBr(builder.CreateICmpEQ(limit, plan.bound), exit, next,
                         MDBuilder(context).createLikelyBranchWeights());
    exit->replacePhiUsesWith(latch, end);
    // A strip ends with the counter at its limit, so nothing keeps the counter for what follows; and strips begin at
    // constant steps. So code generation sees nested counted loops, and chooses addresses in the inner one as it did
    // without strips.
    for (PHINode& phi : exit->phis())
        if (phi.getBasicBlockIndex(end) >= 0 && phi.getIncomingValueForBlock(end) == plan.counter)
            phi.setIncomingValueForBlock(end, plan.bound);
    builder.SetInsertPoint(next);
    Value* counter = afterStrip();
    for (PHINode& phi : strip->phis())
        if (phi.getIncomingValueForBlock(next) == plan.counter) phi.setIncomingValueForBlock(next, counter);
    return builder.CreateBr(strip);
}

} // namespace dyad
