// Resume functions: their form, and that every site is there again.
#include "ir.h"

#include "image/statepoint_form.h"
#include "passes/migration/migration.h"
#include "passes/migration/setjmp_contexts.h"

#include "llvm/Analysis/CFG.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Statepoint.h"

#include <set>

using namespace dyad;
using namespace dyad::test;

namespace {

struct Migratable {
    std::unique_ptr<llvm::Module> module;
    SitePlan plan;
};

Migratable migratable(llvm::LLVMContext& context, const char* text) {
    Migratable result{parse(context, text), {}};
    SetjmpContexts contexts = lowerSetjmp(*result.module);
    result.plan = addMigration(*result.module, contexts, {});
    expectValid(*result.module);
    return result;
}

std::set<std::uint64_t> sitesIn(const llvm::Function& function) {
    std::set<std::uint64_t> sites;
    for (const llvm::Instruction& instruction : llvm::instructions(function))
        if (auto* statepoint = llvm::dyn_cast<llvm::GCStatepointInst>(&instruction))
            sites.insert(statepoint->getID() & ~kValuesInCells);
    return sites;
}

// Ids of the sites at which values lie in cells.
std::set<std::uint64_t> sitesWithCells(const llvm::Function& function) {
    std::set<std::uint64_t> sites;
    for (const llvm::Instruction& instruction : llvm::instructions(function))
        if (auto* statepoint = llvm::dyn_cast<llvm::GCStatepointInst>(&instruction))
            if (statepoint->getID() & kValuesInCells) sites.insert(statepoint->getID() & ~kValuesInCells);
    return sites;
}

} // namespace

TEST(ResumeFunctions, HoldEverySiteOfTheirFunction) {
    llvm::LLVMContext context;
    Migratable result = migratable(context, R"(
        declare void @__dyad_wait(i64)
        define i32 @g(i32 %x) {
          call void @__dyad_wait(i64 1)
          ret i32 %x
        }
        define i32 @f(i32 %a, i32 %b) {
          %x = call i32 @g(i32 %a)
          %y = call i32 @g(i32 %b)
          %s = add i32 %x, %y
          ret i32 %s
        })");
    ASSERT_EQ(result.plan.functions.size(), 2u);
    for (const SitePlan::Function& entry : result.plan.functions) {
        const llvm::Function* function = result.module->getFunction(entry.name);
        const llvm::Function* resume = result.module->getFunction(entry.resume);
        ASSERT_TRUE(function && resume);
        EXPECT_EQ(sitesIn(*function).size(), entry.sites.size());
        EXPECT_EQ(sitesIn(*function), sitesIn(*resume));
        EXPECT_EQ(resume->arg_size(), 0u);
        EXPECT_EQ(resume->getReturnType(), function->getReturnType());
        EXPECT_TRUE(resume->hasOptNone());
        EXPECT_EQ(resume->getSection(), ".private.text." + entry.name);
    }
    // After the first call of f its result is to come and b is needed; after the second only x.
    const SitePlan::Function& f = result.plan.functions[1];
    EXPECT_EQ(f.sites[0].valueSizes, std::vector<std::uint8_t>{4});
    EXPECT_EQ(f.sites[1].valueSizes, std::vector<std::uint8_t>{4});
}

TEST(ResumeFunctions, KeepLoopsReducible) {
    llvm::LLVMContext context;
    Migratable result = migratable(context, R"(
        declare void @__dyad_wait(i64)
        define i64 @f(i64 %n, ptr %p) {
        entry:
          br label %outer
        outer:
          %i = phi i64 [ 0, %entry ], [ %i.next, %outer.latch ]
          br label %inner
        inner:
          %j = phi i64 [ 0, %outer ], [ %j.next, %inner ]
          call void @__dyad_wait(i64 %j)
          %v = load i64, ptr %p
          %j.next = add i64 %j, %v
          %inner.more = icmp ult i64 %j.next, %n
          br i1 %inner.more, label %inner, label %outer.latch
        outer.latch:
          %i.next = add i64 %i, %v
          %more = icmp ult i64 %i.next, %n
          br i1 %more, label %outer, label %exit
        exit:
          ret i64 %i.next
        })");
    llvm::Function* resume = result.module->getFunction("f.resume");
    llvm::DominatorTree dominators(*resume);
    llvm::LoopInfo loops(dominators);
    EXPECT_FALSE(loops.empty());
    // Every cycle is a natural loop: its header dominates what leads back to it.
    for (llvm::BasicBlock& block : *resume)
        for (llvm::BasicBlock* successor : llvm::successors(&block)) {
            if (!llvm::isPotentiallyReachable(successor, &block, nullptr, &dominators)) continue;
            llvm::Loop* loop = loops.getLoopFor(&block);
            EXPECT_TRUE(loop) << "a cycle that is no loop";
        }
    EXPECT_EQ(sitesIn(*resume), sitesIn(*result.module->getFunction("f")));
    EXPECT_FALSE(resume->hasOptNone());
}

TEST(ResumeFunctions, KeepValuesInRegistersInLoopsOnly) {
    llvm::LLVMContext context;
    Migratable result = migratable(context, kWaitingLoop);
    llvm::Function* resume = result.module->getFunction("f.resume");
    EXPECT_EQ(sitesWithCells(*resume), (std::set<std::uint64_t>{0, 1, 2})); // 1 is the loop's migration point
    llvm::DominatorTree dominators(*resume);
    llvm::LoopInfo loops(dominators);
    ASSERT_EQ(std::distance(loops.begin(), loops.end()), 1);
    // The loop itself touches no memory, and its site names the value that changes.
    for (llvm::BasicBlock* block : (*loops.begin())->blocks())
        for (llvm::Instruction& instruction : *block) {
            EXPECT_FALSE(llvm::isa<llvm::LoadInst>(instruction) || llvm::isa<llvm::StoreInst>(instruction));
            if (auto* statepoint = llvm::dyn_cast<llvm::GCStatepointInst>(&instruction)) {
                auto recorded = statepoint->getOperandBundle(llvm::LLVMContext::OB_deopt)->Inputs;
                EXPECT_EQ(llvm::count_if(recorded, [](llvm::Value* value) { return llvm::isa<llvm::PHINode>(value); }),
                          1);
            }
        }
    // What the records hold goes into the cells of n and a, and twice of i.
    const llvm::GlobalVariable* table = result.module->getNamedGlobal("f.resume.cells");
    ASSERT_TRUE(table);
    auto* lists = llvm::cast<llvm::ConstantDataSequential>(table->getInitializer()->getOperand(1));
    EXPECT_EQ(lists->getNumElements(), 8u);
}

TEST(ResumeFunctions, EnterLargeInnerLoopsInTheCopyOfTheOuterOne) {
    std::string body;
    for (int i = 0; i < 1600; ++i)
        body += "store volatile i64 %i, ptr @g\n";
    std::string text = R"(
        @g = global i64 0
        declare void @__dyad_wait(i64)
        define i64 @f(i64 %n) {
        entry:
          br label %outer
        outer:
          %o = phi i64 [ 0, %entry ], [ %o.next, %latch ]
          br label %inner
        inner:
          %i = phi i64 [ %o, %outer ], [ %i.next, %inner ]
          )" + body + R"(
          call void @__dyad_wait(i64 %i)
          %i.next = add i64 %i, 1
          %more = icmp ult i64 %i.next, %n
          br i1 %more, label %inner, label %latch
        latch:
          %o.next = add i64 %i.next, %o
          %again = icmp ult i64 %o.next, %n
          br i1 %again, label %outer, label %exit
        exit:
          ret i64 %o.next
        })";
    llvm::LLVMContext context;
    Migratable result = migratable(context, text.c_str());
    unsigned stores = 0;
    for (const llvm::Instruction& instruction : llvm::instructions(*result.module->getFunction("f.resume")))
        if (auto* store = llvm::dyn_cast<llvm::StoreInst>(&instruction)) stores += store->isVolatile();
    EXPECT_EQ(stores, 3200u); // behind the migration point at the loop's head, and in the copy of the outer loop
}

TEST(ResumeFunctions, HaveSitesWhereTailCallsWere) {
    llvm::LLVMContext context;
    Migratable result = migratable(context, R"(
        declare void @__dyad_wait(i64)
        define i32 @g(i32 %x) {
          call void @__dyad_wait(i64 1)
          ret i32 %x
        }
        define i32 @f(i32 %a) {
          %x = musttail call i32 @g(i32 %a)
          ret i32 %x
        })");
    EXPECT_TRUE(sitesIn(*result.module->getFunction("f")).empty());
    EXPECT_EQ(sitesIn(*result.module->getFunction("f.resume")).size(), 1u);
}

TEST(ResumeFunctions, SaveContextsAgain) {
    llvm::LLVMContext context;
    Migratable result = migratable(context, R"(
        @buffer = global [50 x i64] zeroinitializer
        @__dyad_stack_pointer = global ptr null
        declare i32 @setjmp(ptr) returns_twice
        declare void @__dyad_wait(i64)
        define i32 @f(i32 %a) {
          %r = call i32 @setjmp(ptr @buffer)
          call void @__dyad_wait(i64 1)
          %s = add i32 %r, %a
          ret i32 %s
        })");
    const llvm::Function* resume = result.module->getFunction("f.resume");
    unsigned saves = 0;
    for (const llvm::Instruction& instruction : llvm::instructions(*resume))
        if (auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction))
            saves += call->getCalledFunction() && call->getCalledFunction()->getName() == "__dyad_context_save";
    EXPECT_EQ(saves, 1u); // that of the start is dead: nothing enters before it
}
