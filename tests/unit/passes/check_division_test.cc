// checkDivisions: a test in front of every division that can fail.
#include "ir.h"

#include "passes/check_division.h"

using namespace dyad::test;

TEST(CheckDivision, TestsEveryVariableDivisor) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        define i32 @f(i32 %a, i32 %b) {
          %q = sdiv i32 %a, %b
          %r = urem i32 %q, %b
          ret i32 %r
        })");
    dyad::checkDivisions(*module);
    expectValid(*module);
    EXPECT_EQ(countCalls(*module, "__dyad_divide_error"), 2u);
}

TEST(CheckDivision, LeavesSafeConstantsAlone) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        define i32 @f(i32 %a) {
          %q = sdiv i32 %a, 7
          %r = urem i32 %q, -1
          ret i32 %r
        })");
    dyad::checkDivisions(*module);
    EXPECT_EQ(countCalls(*module, "__dyad_divide_error"), 0u);
}

TEST(CheckDivision, MinusOneOverflowsSignedOnly) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        define i64 @f(i64 %a) {
          %q = sdiv i64 %a, -1
          ret i64 %q
        })");
    dyad::checkDivisions(*module);
    expectValid(*module);
    EXPECT_EQ(countCalls(*module, "__dyad_divide_error"), 1u);
}

TEST(CheckDivision, HandlesVectors) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        define <4 x i32> @f(<4 x i32> %a, <4 x i32> %b) {
          %q = sdiv <4 x i32> %a, %b
          ret <4 x i32> %q
        })");
    dyad::checkDivisions(*module);
    expectValid(*module);
    EXPECT_EQ(countCalls(*module, "__dyad_divide_error"), 1u);
}
