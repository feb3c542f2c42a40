// lowerLabelAddresses: computed goto without code addresses.
#include "ir.h"

#include "passes/lower_label_addresses.h"

#include "llvm/IR/Constants.h"

using namespace dyad::test;

namespace {

constexpr const char* kInterpreter = R"(
    @table = internal constant [3 x ptr] [ptr blockaddress(@run, %c), ptr blockaddress(@run, %a), ptr blockaddress(@run, %b)]
    @distance = constant i64 sub (i64 ptrtoint (ptr blockaddress(@run, %b) to i64), i64 ptrtoint (ptr blockaddress(@run, %a) to i64))
    define i32 @run(ptr %where) {
    entry:
      indirectbr ptr %where, [label %a, label %b, label %c]
    a:
      %x = phi i32 [ 1, %entry ]
      ret i32 %x
    b:
      ret i32 2
    c:
      ret i32 3
    })";

} // namespace

TEST(LowerLabelAddresses, LeavesNoCodeAddress) {
    llvm::LLVMContext context;
    auto module = parse(context, kInterpreter);
    dyad::lowerLabelAddresses(*module);
    expectValid(*module);
    std::string text;
    llvm::raw_string_ostream(text) << *module;
    EXPECT_EQ(text.find("blockaddress"), std::string::npos);
    EXPECT_EQ(text.find("indirectbr"), std::string::npos);
}

TEST(LowerLabelAddresses, NumbersLabelsInTableOrder) {
    llvm::LLVMContext context;
    auto module = parse(context, kInterpreter);
    dyad::lowerLabelAddresses(*module);
    auto* table = llvm::cast<llvm::ConstantArray>(module->getNamedGlobal("table")->getInitializer());
    for (unsigned i = 0; i < 3; ++i) {
        auto* entry = llvm::cast<llvm::ConstantExpr>(table->getOperand(i));
        EXPECT_EQ(llvm::cast<llvm::ConstantInt>(entry->getOperand(0))->getZExtValue(), i + 1);
    }
}

TEST(LowerLabelAddresses, DispatchNeedsNoTable) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        @table = internal global [2 x ptr] [ptr blockaddress(@run, %b), ptr blockaddress(@run, %a)]
        define i32 @run(i32 %opcode) {
        entry:
          %entry.address = getelementptr inbounds [2 x ptr], ptr @table, i64 0, i32 %opcode
          %label = load ptr, ptr %entry.address
          indirectbr ptr %label, [label %a, label %b]
        a:
          ret i32 1
        b:
          ret i32 2
        })");
    dyad::lowerLabelAddresses(*module);
    expectValid(*module);
    EXPECT_EQ(countIf(*module, [](const llvm::Instruction& instruction) { return llvm::isa<llvm::LoadInst>(instruction); }),
              0u);
}

TEST(LowerLabelAddresses, KeepsTablesThatAreWritten) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        @table = internal global [2 x ptr] [ptr blockaddress(@run, %b), ptr blockaddress(@run, %a)]
        define i32 @run(i64 %opcode, ptr %other) {
        entry:
          %entry.address = getelementptr inbounds [2 x ptr], ptr @table, i64 0, i64 %opcode
          %label = load ptr, ptr %entry.address
          store ptr %other, ptr %entry.address
          indirectbr ptr %label, [label %a, label %b]
        a:
          ret i32 1
        b:
          ret i32 2
        })");
    dyad::lowerLabelAddresses(*module);
    expectValid(*module);
    EXPECT_EQ(countIf(*module, [](const llvm::Instruction& instruction) { return llvm::isa<llvm::LoadInst>(instruction); }),
              1u);
}

TEST(LowerLabelAddresses, KeepsDifferences) {
    llvm::LLVMContext context;
    auto module = parse(context, kInterpreter);
    dyad::lowerLabelAddresses(*module);
    llvm::Constant* distance = module->getNamedGlobal("distance")->getInitializer();
    std::string text;
    llvm::raw_string_ostream(text) << *distance;
    EXPECT_EQ(text, "i64 1"); // b is listed right after a
}
