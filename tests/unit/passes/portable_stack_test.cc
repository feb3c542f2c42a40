// Locals on the portable stack.
#include "ir.h"

#include "passes/migration/portable_stack.h"

using namespace dyad;
using namespace dyad::test;

namespace {

std::unique_ptr<llvm::Module> lowered(llvm::LLVMContext& context, const char* text) {
    auto module = parse(context, text);
    SetjmpContexts contexts;
    moveToPortableStack(*module->getFunction("f"), contexts);
    expectValid(*module);
    EXPECT_EQ(countIf(*module, [](auto& i) { return llvm::isa<llvm::AllocaInst>(i); }), 0u);
    return module;
}

// Stores to the stack pointer: one on entry, one for each end of the frame.
unsigned pointerStores(const llvm::Module& module) {
    return countIf(module, [](const llvm::Instruction& i) {
        auto* store = llvm::dyn_cast<llvm::StoreInst>(&i);
        return store && store->getPointerOperand()->getName() == "__dyad_stack_pointer";
    });
}

} // namespace

TEST(PortableStack, PutsThePointerBackAtEveryReturn) {
    llvm::LLVMContext context;
    auto module = lowered(context, R"(
        declare void @use(ptr)
        define i32 @f(i1 %c) {
          %a = alloca i32
          %b = alloca [10 x i64], align 16
          call void @use(ptr %a)
          call void @use(ptr %b)
          br i1 %c, label %x, label %y
        x:
          ret i32 1
        y:
          ret i32 2
        })");
    EXPECT_EQ(pointerStores(*module), 3u);
    EXPECT_EQ(countCalls(*module, "__dyad_stack_overflow"), 0u); // a small frame meets the guard
}

TEST(PortableStack, ChecksLargeFramesAndDynamicMemory) {
    llvm::LLVMContext context;
    auto large = lowered(context, R"(
        declare void @use(ptr)
        define void @f() {
          %a = alloca [100000 x i8]
          call void @use(ptr %a)
          ret void
        })");
    EXPECT_EQ(countCalls(*large, "__dyad_stack_overflow"), 1u);
    auto dynamic = lowered(context, R"(
        declare void @use(ptr)
        declare ptr @llvm.stacksave.p0()
        declare void @llvm.stackrestore.p0(ptr)
        define void @f(i64 %n) {
          %saved = call ptr @llvm.stacksave.p0()
          %a = alloca i32, i64 %n
          call void @use(ptr %a)
          call void @llvm.stackrestore.p0(ptr %saved)
          ret void
        })");
    EXPECT_EQ(countCalls(*dynamic, "__dyad_stack_overflow"), 1u);
    EXPECT_EQ(countCalls(*dynamic, "llvm.stacksave.p0"), 0u);
}

TEST(PortableStack, AlignsWhatAsksForIt) {
    llvm::LLVMContext context;
    auto module = lowered(context, R"(
        declare void @use(ptr)
        define void @f() {
          %a = alloca i32, align 64
          call void @use(ptr %a)
          ret void
        })");
    EXPECT_EQ(countIf(*module,
                      [](const llvm::Instruction& i) {
                          auto* call = llvm::dyn_cast<llvm::CallBase>(&i);
                          return call && call->getIntrinsicID() == llvm::Intrinsic::ptrmask;
                      }),
              1u);
}
