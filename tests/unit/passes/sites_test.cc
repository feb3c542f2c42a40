// What sites record, and where.
#include "ir.h"

#include "image/statepoint_form.h"
#include "passes/migration/migration.h"
#include "passes/migration/setjmp_contexts.h"

#include "llvm/IR/Statepoint.h"

using namespace dyad;
using namespace dyad::test;

namespace {

// The module with sites, and what its functions' sites are.
std::pair<std::unique_ptr<llvm::Module>, SitePlan> withSites(llvm::LLVMContext& context, const char* text) {
    std::unique_ptr<llvm::Module> module = parse(context, text);
    SetjmpContexts contexts = lowerSetjmp(*module);
    SitePlan plan = addMigration(*module, contexts, {});
    expectValid(*module);
    return {std::move(module), std::move(plan)};
}

std::vector<llvm::GCStatepointInst*> statepoints(llvm::Function& function) {
    std::vector<llvm::GCStatepointInst*> found;
    for (llvm::Instruction& instruction : llvm::instructions(function))
        if (auto* statepoint = llvm::dyn_cast<llvm::GCStatepointInst>(&instruction)) found.push_back(statepoint);
    return found;
}

llvm::ArrayRef<llvm::Use> recordedAt(const llvm::GCStatepointInst& site) {
    return site.getOperandBundle(llvm::LLVMContext::OB_deopt)->Inputs;
}

} // namespace

TEST(Sites, NameCellsOfValuesThatSeldomChange) {
    llvm::LLVMContext context;
    auto [module, plan] = withSites(context, kWaitingLoop);
    llvm::Function& f = *module->getFunction("f");
    // Both arguments are stored once, where the function begins.
    unsigned stores = 0;
    for (llvm::Instruction& instruction : llvm::instructions(f))
        if (llvm::isa<llvm::StoreInst>(instruction)) {
            EXPECT_EQ(instruction.getParent(), &f.getEntryBlock());
            ++stores;
        }
    EXPECT_EQ(stores, 2u);
    std::vector<llvm::GCStatepointInst*> sites = statepoints(f);
    ASSERT_EQ(sites.size(), 3u);
    for (llvm::GCStatepointInst* site : sites) {
        EXPECT_TRUE(site->getID() & kValuesInCells);
        EXPECT_TRUE(llvm::isa<llvm::AllocaInst>(recordedAt(*site).front()));
        EXPECT_TRUE(
            llvm::none_of(recordedAt(*site), [](llvm::Value* value) { return llvm::isa<llvm::Argument>(value); }));
    }
    // The counter is named itself, behind its mark.
    for (llvm::GCStatepointInst* site : llvm::ArrayRef(sites).drop_front()) {
        auto recorded = recordedAt(*site);
        auto* counter = llvm::find_if(recorded, [](llvm::Value* value) { return llvm::isa<llvm::PHINode>(value); });
        ASSERT_NE(counter, recorded.end());
        EXPECT_EQ(llvm::cast<llvm::ConstantInt>(std::prev(counter)->get())->getZExtValue(), kPieceItself);
    }
}

TEST(Sites, NameValuesThemselvesWhereNoLoopIs) {
    llvm::LLVMContext context;
    auto [module, plan] = withSites(context, R"(
        declare void @__dyad_wait(i64)
        define i64 @f(i64 %n) {
          call void @__dyad_wait(i64 1)
          call void @__dyad_wait(i64 2)
          ret i64 %n
        })");
    for (llvm::GCStatepointInst* site : statepoints(*module->getFunction("f"))) {
        EXPECT_FALSE(site->getID() & kValuesInCells);
        EXPECT_TRUE(llvm::isa<llvm::Argument>(recordedAt(*site).front()));
    }
}

TEST(Sites, AreOneWhereNothingFollows) {
    llvm::LLVMContext context;
    auto [module, plan] = withSites(context, R"(
        declare void @__dyad_wait(i64)
        define void @fail(i64 %why) noreturn {
          call void @__dyad_wait(i64 %why)
          unreachable
        }
        define i64 @f(i64 %n) {
        entry:
          switch i64 %n, label %fine [ i64 1, label %one
                                       i64 2, label %two ]
        one:
          call void @fail(i64 10)
          unreachable
        two:
          call void @fail(i64 20)
          unreachable
        fine:
          call void @__dyad_wait(i64 %n)
          ret i64 %n
        })");
    std::set<std::uint64_t> numbers;
    for (llvm::GCStatepointInst* site : statepoints(*module->getFunction("f")))
        numbers.insert(site->getID());
    EXPECT_EQ(statepoints(*module->getFunction("f")).size(), 3u);
    EXPECT_EQ(numbers.size(), 2u);
    ASSERT_EQ(plan.functions.size(), 2u);
    EXPECT_EQ(plan.functions[1].sites.size(), 2u);
}

TEST(Sites, RecordNoAddressAtAConstantOffset) {
    llvm::LLVMContext context;
    auto [module, plan] = withSites(context, R"(
        declare void @__dyad_wait(i64)
        define i64 @f(ptr %p) {
          %field = getelementptr i8, ptr %p, i64 24
          %first = load i64, ptr %field
          call void @__dyad_wait(i64 %first)
          store i64 1, ptr %field
          ret i64 %first
        })");
    for (llvm::GCStatepointInst* site : statepoints(*module->getFunction("f")))
        for (const llvm::Use& value : recordedAt(*site))
            EXPECT_FALSE(llvm::isa<llvm::GetElementPtrInst>(value));
}
