// pinMinimum: calls in place of intrinsics whose zeros differ between ISAs.
#include "ir.h"

#include "passes/pin_minimum.h"

using namespace dyad::test;

TEST(PinMinimum, CallsPortableCode) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        declare double @llvm.minnum.f64(double, double)
        declare float @llvm.maxnum.f32(float, float)
        define double @f(double %a, double %b, float %c) {
          %x = call double @llvm.minnum.f64(double %a, double %b)
          %y = call float @llvm.maxnum.f32(float %c, float 1.0)
          %z = fpext float %y to double
          %r = fadd double %x, %z
          ret double %r
        })");
    dyad::pinMinimum(*module);
    expectValid(*module);
    EXPECT_EQ(countCalls(*module, "fmin"), 1u);
    EXPECT_EQ(countCalls(*module, "fmaxf"), 1u);
    EXPECT_EQ(countCalls(*module, "llvm.minnum.f64"), 0u);
}
