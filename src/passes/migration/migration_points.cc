// See migration_points.h.
#include "passes/migration/migration_points.h"

#include "passes/migration/capturable.h"
#include "passes/migration/strip_mining.h"

#include "llvm/ADT/PointerUnion.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Local.h"

#include <map>

using namespace llvm;

namespace dyad {

namespace {

// IR instructions that may run between two points; about 10 microseconds.
constexpr std::uint64_t kShort = 30000;
// What a call is taken to cost: longer ones pass points of their own.
constexpr std::uint64_t kCallCost = 40;
// Branch weights: of passing a point, of stopping at it.
constexpr std::uint32_t kOften = 1u << 30, kNever = 1;

// Hot code gets a NOP and nothing else: the call lies in a block of its own, which control reaches only once the NOP was
// overwritten. The section .dyad.points tells where both are (docs/site-table.md, "point").
constexpr const char* kNop = "1:\n\tnop\n\t.pushsection .dyad.points,\"\",%progbits\n\t.quad 1b, ${0:l}\n\t.popsection";

void addPoint(Instruction* before) {
    Module& module = *before->getModule();
    LLVMContext& context = module.getContext();
    auto* type = FunctionType::get(Type::getVoidTy(context), false);
    FunctionCallee point = module.getOrInsertFunction(kPointName, type);
    auto* callee = cast<Function>(point.getCallee());
    callee->setCallingConv(CallingConv::PreserveAll);
    callee->addFnAttr(Attribute::Cold);

    BasicBlock* block = before->getParent();
    BasicBlock* rest = SplitBlock(block, before->getIterator());
    auto* stop = BasicBlock::Create(context, "point", block->getParent(), rest);
    CallInst* call = CallInst::Create(point, "", stop);
    call->setCallingConv(CallingConv::PreserveAll);
    // The verifier wants a place for calls in functions with debug information.
    if (DISubprogram* subprogram = block->getParent()->getSubprogram())
        call->setDebugLoc(before->getDebugLoc() ? before->getDebugLoc()
                                                : DebugLoc(DILocation::get(context, 0, 0, subprogram)));
    BranchInst::Create(rest, stop);
    block->getTerminator()->eraseFromParent();
    InlineAsm* nop = InlineAsm::get(type, kNop, "!i", true);
    CallBrInst* branch = CallBrInst::Create(type, nop, rest, {stop}, {}, "", block);
    branch->setMetadata(LLVMContext::MD_prof, MDBuilder(context).createBranchWeights(kOften, kNever));
    branch->setDebugLoc(call->getDebugLoc());
}

// An alloca is static in the entry block only: all of them stay there.
void addEntryPoint(Function& function) {
    BasicBlock& entry = function.getEntryBlock();
    auto first = entry.begin();
    for (Instruction& instruction : make_early_inc_range(entry))
        if (auto* memory = dyn_cast<AllocaInst>(&instruction); memory && memory->isStaticAlloca())
            memory->moveBefore(entry, first);
    addPoint(&*entry.getFirstNonPHIOrDbgOrAlloca());
}

// -- Loops -----------------------------------------------------------------------------------------------------------------

class LoopPoints {
  public:
    /// `stopping`: functions that begin with a point.
    LoopPoints(LoopInfo& loops, DominatorTree& dominators, ScalarEvolution& evolution,
               const SmallPtrSetImpl<Function*>& stopping)
        : loops_(loops), dominators_(dominators), evolution_(evolution), stopping_(stopping) {}

    void run() {
        for (Loop* loop : loops_)
            decide(*loop);
        for (StripPlan& plan : strips_)
            addPoint(stripMine(plan));
        for (BasicBlock* header : headers_)
            addPoint(&*header->getFirstInsertionPt());
    }

  private:
    // Returns instructions per run of the loop until it ends or passes a point.
    std::uint64_t decide(Loop& loop) {
        std::uint64_t body = 0;
        bool passesPoint = false;
        SmallVector<BasicBlock*, 4> latches;
        loop.getLoopLatches(latches);
        auto always = [&](BasicBlock* block) {
            return all_of(latches, [&](BasicBlock* latch) { return dominators_.dominates(block, latch); });
        };
        size_t before = headers_.size();
        for (Loop* inner : loop)
            body += decide(*inner);
        for (size_t i = before; i < headers_.size(); ++i)
            passesPoint |= always(headers_[i]);
        for (BasicBlock* block : loop.blocks()) {
            if (loops_.getLoopFor(block) != &loop)
                continue;
            for (Instruction& instruction : *block) {
                auto* call = dyn_cast<CallBase>(&instruction);
                body += call && !isa<IntrinsicInst>(call) ? kCallCost : 1;
                if (call && stopping_.contains(namedCallee(*call)) && always(block))
                    passesPoint = true;
            }
        }
        std::uint64_t trips = mostTrips(loop);
        if (trips && trips * body <= kShort)
            return trips * body;
        if (passesPoint)
            return body;
        if (std::optional<StripPlan> plan = planStrips(loop, evolution_, std::max<std::uint64_t>(kShort / body, 16))) {
            strips_.push_back(*plan);
            return kShort;
        }
        headers_.push_back(loop.getHeader());
        return body;
    }

    // 0: not known. A loop behind a test that skips it may have a count of -1 there, which is none of a loop that ends.
    std::uint64_t mostTrips(Loop& loop) {
        if (unsigned trips = evolution_.getSmallConstantMaxTripCount(&loop)) return trips;
        const SCEV* taken = evolution_.getBackedgeTakenCount(&loop);
        if (isa<SCEVCouldNotCompute>(taken) || evolution_.getTypeSizeInBits(taken->getType()) < 64) return 0;
        ConstantRange range = evolution_.getSignedRange(taken);
        std::int64_t least = range.getSignedMin().getSExtValue(), most = range.getSignedMax().getSExtValue();
        return least >= -1 && most >= 0 && most < std::int64_t{kShort} ? most + 1 : 0;
    }

    LoopInfo& loops_;
    DominatorTree& dominators_;
    ScalarEvolution& evolution_;
    const SmallPtrSetImpl<Function*>& stopping_;
    SmallVector<BasicBlock*, 16> headers_;
    SmallVector<StripPlan, 16> strips_;
};

// -- Recursion -------------------------------------------------------------------------------------------------------------

// Finds the functions that the back edges of the call graph lead to. Calls through pointers lead to a node for their
// type, and that to every function of the type whose address is taken. A program may call a function as another type:
// then a recursion may lack a point, and a request be answered later, but nothing else depends on it.
class RecursionPoints {
  public:
    explicit RecursionPoints(Module& module) {
        for (Function& function : module) {
            if (function.isDeclaration())
                continue;
            auto& callees = graph_[&function];
            for (Instruction& instruction : instructions(function))
                if (auto* call = dyn_cast<CallBase>(&instruction)) {
                    if (isIndirect(*call))
                        callees.insert(call->getFunctionType());
                    else if (Function* callee = namedCallee(*call); callee && !callee->isDeclaration())
                        callees.insert(callee);
                }
            if (function.hasAddressTaken()) graph_[function.getFunctionType()].insert(&function);
            order_.push_back(&function);
        }
    }

    SmallVector<Function*, 16> run() {
        for (Function* function : order_)
            search(function);
        SmallVector<Function*, 16> result;
        for (Function* function : order_)
            if (targets_.contains(function) || closesCycleThroughPointers(function)) result.push_back(function);
        return result;
    }

  private:
    using Node = PointerUnion<Function*, FunctionType*>;
    enum class Mark { New, Open, Done };

    void search(Node root) {
        if (marks_[root] != Mark::New)
            return;
        struct Step {
            Node node;
            SetVector<Node>::iterator next;
        };
        SmallVector<Step, 32> path{{root, graph_[root].begin()}};
        marks_[root] = Mark::Open;
        while (!path.empty()) {
            Step& step = path.back();
            if (step.next == graph_[step.node].end()) {
                marks_[step.node] = Mark::Done;
                path.pop_back();
                continue;
            }
            Node callee = *step.next++;
            if (marks_[callee] == Mark::Open)
                targets_.insert(callee);
            if (marks_[callee] != Mark::New)
                continue;
            marks_[callee] = Mark::Open;
            path.push_back({callee, graph_[callee].begin()});
        }
    }

    // A function that pointers lead to and that, itself or through others, calls through pointers of its own type.
    bool closesCycleThroughPointers(Function* function) {
        Node type = function->getFunctionType();
        if (!function->hasAddressTaken() || !targets_.contains(type)) return false;
        SmallPtrSet<void*, 32> seen{Node(function).getOpaqueValue()};
        SmallVector<Node, 32> work{function};
        while (!work.empty())
            for (Node callee : graph_[work.pop_back_val()]) {
                if (callee == type) return true;
                if (seen.insert(callee.getOpaqueValue()).second) work.push_back(callee);
            }
        return false;
    }

    std::map<Node, SetVector<Node>> graph_; // whose elements stay where they are
    SmallVector<Function*, 64> order_;
    DenseMap<Node, Mark> marks_;
    DenseSet<Node> targets_;
};

// Functions of the C library that do nothing but walk through strings; with the C library's own names for them.
constexpr const char* kStringFunctions[] = {
    "strlen", "strnlen",   "strcmp",  "strncmp", "strcoll",  "strchr",  "strrchr",   "__strchrnul", "strspn", "strcspn",
    "memchr", "__memrchr", "strpbrk", "strcpy",  "__stpcpy", "strncpy", "__stpncpy", "strcat",      "strncat"};

// Adds the functions of `work` and what they call by name.
void addAllCalled(SmallVectorImpl<Function*>& work, SmallPtrSetImpl<const Function*>& functions) {
    while (!work.empty()) {
        Function* function = work.pop_back_val();
        if (!functions.insert(function).second)
            continue;
        for (Instruction& instruction : instructions(*function))
            if (auto* call = dyn_cast<CallBase>(&instruction))
                if (Function* callee = namedCallee(*call); callee && !callee->isDeclaration())
                    work.push_back(callee);
    }
}

// What must not stop: what native code calls on the trap stack, or in a destination before the frames are rebuilt
// (src/libos/native.h). And what need not: a string function ends soon, like a copy; a system call ends soon, or waits,
// and is stopped there. The records of system calls (src/libos/system_calls.def) name the functions of those that the
// program can make. Whatever these functions call by name is the libOS's own; handlers of the program are called
// through pointers.
FunctionsWithoutPoints functionsWithoutPoints(Module& module) {
    FunctionsWithoutPoints functions;
    SmallVector<Function*, 16> work;
    auto addFunction = [&](StringRef name) {
        if (Function* root = module.getFunction(name); root && !root->isDeclaration())
            work.push_back(root);
    };
    addFunction("__dyad_fault");
    addFunction("__dyad_restore");
    addAllCalled(work, functions.calledByNative);
    for (const char* name : kStringFunctions)
        addFunction(name);
    addAllCalled(work, functions.stringFunctions);
    addFunction("__dyad_call");
    for (GlobalVariable& record : module.globals())
        if (record.getName().starts_with("__dyad_call_") && record.hasInitializer())
            for (Value* part : record.getInitializer()->operand_values())
                if (auto* call = dyn_cast<Function>(part))
                    work.push_back(call);
    addAllCalled(work, functions.systemCalls);
    return functions;
}

} // namespace

FunctionsWithoutPoints placeMigrationPoints(Module& module) {
    PassBuilder builder;
    FunctionAnalysisManager analyses;
    builder.registerFunctionAnalyses(analyses);
    FunctionsWithoutPoints withoutPoints = functionsWithoutPoints(module);
    auto excluded = [&](const Function* function) {
        return withoutPoints.calledByNative.contains(function) || withoutPoints.stringFunctions.contains(function) ||
               withoutPoints.systemCalls.contains(function);
    };
    SmallPtrSet<Function*, 16> stopping;
    SmallVector<Function*, 16> recursive = RecursionPoints(module).run();
    erase_if(recursive, excluded);
    stopping.insert(recursive.begin(), recursive.end());
    for (Function& function : module) {
        if (function.isDeclaration() || excluded(&function))
            continue;
        removeUnreachableBlocks(function);
        LoopPoints(analyses.getResult<LoopAnalysis>(function), analyses.getResult<DominatorTreeAnalysis>(function),
                   analyses.getResult<ScalarEvolutionAnalysis>(function), stopping)
            .run();
        analyses.clear(function, function.getName());
    }
    for (Function* function : recursive)
        addEntryPoint(*function);
    return withoutPoints;
}

} // namespace dyad
