// lowerVariadics: the argument area and its layout.
#include "ir.h"

#include "passes/lower_variadics.h"

using namespace dyad::test;

namespace {

llvm::CallBase* callOf(llvm::Module& module, llvm::StringRef caller, llvm::StringRef callee) {
    for (llvm::Instruction& instruction : llvm::instructions(*module.getFunction(caller)))
        if (auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction))
            if (call->getCalledOperand()->getName() == callee)
                return call;
    return nullptr;
}

// Offset of each store into the argument area, in order.
std::vector<int64_t> areaOffsets(llvm::Module& module, llvm::StringRef caller) {
    std::vector<int64_t> offsets;
    for (llvm::Instruction& instruction : llvm::instructions(*module.getFunction(caller)))
        if (auto* store = llvm::dyn_cast<llvm::StoreInst>(&instruction)) {
            llvm::APInt offset(64, 0);
            auto* base = store->getPointerOperand()->stripAndAccumulateConstantOffsets(module.getDataLayout(), offset, true);
            if (llvm::isa<llvm::AllocaInst>(base))
                offsets.push_back(offset.getSExtValue());
        }
    return offsets;
}

} // namespace

TEST(LowerVariadics, PassesOnePointer) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        declare i32 @printf(ptr, ...)
        define i32 @f(ptr %format) {
          %r = tail call i32 (ptr, ...) @printf(ptr %format, i32 1, double 2.0, i64 3)
          ret i32 %r
        })");
    dyad::lowerVariadics(*module);
    expectValid(*module);
    EXPECT_FALSE(module->getFunction("printf")->isVarArg());
    EXPECT_EQ(callOf(*module, "f", "printf")->arg_size(), 2u);
    EXPECT_EQ(areaOffsets(*module, "f"), (std::vector<int64_t>{0, 8, 16}));
    // The callee reads the caller's frame.
    EXPECT_TRUE(llvm::cast<llvm::CallInst>(callOf(*module, "f", "printf"))->isNoTailCall());
}

TEST(LowerVariadics, AlignsWideIntegersToPairs) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        declare void @v(i32, ...)
        define void @f(i128 %wide, [2 x i64] %pair) {
          call void (i32, ...) @v(i32 0, i32 1, i128 %wide, i32 2, [2 x i64] %pair)
          ret void
        })");
    dyad::lowerVariadics(*module);
    expectValid(*module);
    EXPECT_EQ(areaOffsets(*module, "f"), (std::vector<int64_t>{0, 16, 32, 40}));
}

TEST(LowerVariadics, PassesReadableMemoryWithoutVariableArguments) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        declare void @v(i32, ...)
        define void @f() {
          call void (i32, ...) @v(i32 7)
          ret void
        })");
    dyad::lowerVariadics(*module);
    expectValid(*module);
    auto* area = llvm::dyn_cast<llvm::GlobalVariable>(callOf(*module, "f", "v")->getArgOperand(1));
    ASSERT_NE(area, nullptr);
    EXPECT_TRUE(area->isConstant());
}

TEST(LowerVariadics, StartsAndCopiesLists) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        declare void @llvm.va_start.p0(ptr)
        declare void @llvm.va_copy.p0(ptr, ptr)
        declare void @llvm.va_end.p0(ptr)
        define i32 @v(i32 %n, ...) {
          %list = alloca ptr
          %copy = alloca ptr
          call void @llvm.va_start.p0(ptr %list)
          call void @llvm.va_copy.p0(ptr %copy, ptr %list)
          %p = load ptr, ptr %copy
          %x = load i32, ptr %p
          call void @llvm.va_end.p0(ptr %copy)
          call void @llvm.va_end.p0(ptr %list)
          ret i32 %x
        })");
    dyad::lowerVariadics(*module);
    expectValid(*module);
    llvm::Function* function = module->getFunction("v");
    EXPECT_EQ(function->arg_size(), 2u);
    EXPECT_EQ(countCalls(*module, "llvm.va_start.p0"), 0u);
    EXPECT_FALSE(function->getArg(1)->use_empty());
}

TEST(LowerVariadics, RepairsUnprototypedCalls) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        declare i32 @open(ptr, i32, ...)
        define i32 @f(ptr %path) {
          %r = call i32 @open(ptr %path, i32 66, i32 420)
          ret i32 %r
        })");
    dyad::lowerVariadics(*module);
    expectValid(*module);
    EXPECT_EQ(callOf(*module, "f", "open")->getFunctionType(), module->getFunction("open")->getFunctionType());
    EXPECT_EQ(areaOffsets(*module, "f"), (std::vector<int64_t>{0}));
}

TEST(LowerVariadics, LowersCallsThroughPointers) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        define i32 @f(ptr %function) {
          %r = call i32 (i32, ...) %function(i32 1, double 2.0)
          ret i32 %r
        })");
    dyad::lowerVariadics(*module);
    expectValid(*module);
    EXPECT_EQ(areaOffsets(*module, "f"), (std::vector<int64_t>{0}));
}

TEST(LowerVariadics, CallsFixedFunctionsPlainly) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        define i32 @fixed(i32 %a, i32 %b) {
          ret i32 %b
        }
        define i32 @f() {
          %r = call i32 (...) @fixed(i32 1, i32 2)
          ret i32 %r
        })");
    dyad::lowerVariadics(*module);
    expectValid(*module);
    EXPECT_EQ(callOf(*module, "f", "fixed")->arg_size(), 2u);
}
