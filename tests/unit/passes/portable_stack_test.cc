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

namespace {

// A function that needs its local on one rare way only; `later` is what follows both ways.
std::string withRareLocal(const char* rare, const char* later) {
    return std::string(R"(
        @kept = global ptr null
        declare void @use(ptr)
        declare void @llvm.lifetime.start.p0(i64, ptr)
        declare void @llvm.lifetime.end.p0(i64, ptr)
        define i32 @f(i1 %c, i32 %x) {
          %a = alloca i32
          br i1 %c, label %rare, label %both, !prof !0
        rare:
        )") + rare + R"(
          br label %both
        both:
          %r = phi i32 [ 1, %rare ], [ %x, %0 ]
          %p = phi ptr [ %q, %rare ], [ @kept, %0 ]
        )" + later + R"(
          ret i32 %r
        }
        !0 = !{!"branch_weights", i32 1, i32 100})";
}

constexpr const char* kUse = "%q = bitcast ptr @kept to ptr\n call void @use(ptr %a)\n";

bool hasFrameInEntry(const llvm::Module& module) {
    return llvm::any_of(module.getFunction("f")->getEntryBlock(),
                        [](const llvm::Instruction& i) { return llvm::isa<llvm::StoreInst>(i); });
}

} // namespace

TEST(PortableStack, MakesAFrameOnlyWhereItIsNeeded) {
    llvm::LLVMContext context;
    auto module = lowered(context, withRareLocal(kUse, "").c_str());
    EXPECT_FALSE(hasFrameInEntry(*module));
    EXPECT_EQ(pointerStores(*module), 2u); // around the rare way
}

TEST(PortableStack, KeepsAFrameThatAKeptPointerMayLeadTo) {
    llvm::LLVMContext context;
    auto module = lowered(context, withRareLocal(kUse, "call void @use(ptr null)\n").c_str());
    EXPECT_TRUE(hasFrameInEntry(*module));
    // A local that has ended by then is nobody's business.
    auto ended = lowered(context, withRareLocal(R"(
          %q = bitcast ptr @kept to ptr
          call void @llvm.lifetime.start.p0(i64 4, ptr %a)
          call void @use(ptr %a)
          call void @llvm.lifetime.end.p0(i64 4, ptr %a)
        )", "call void @use(ptr null)\n").c_str());
    EXPECT_FALSE(hasFrameInEntry(*ended));
}

TEST(PortableStack, KeepsAFrameThatAValueLeadsTo) {
    llvm::LLVMContext context;
    auto module = lowered(context, withRareLocal("%q = getelementptr i8, ptr %a, i64 1\n store i8 1, ptr %q\n",
                                                 "store i8 2, ptr %p\n").c_str());
    EXPECT_TRUE(hasFrameInEntry(*module));
}

TEST(PortableStack, KeepsAFrameThatACycleComesBackTo) {
    llvm::LLVMContext context;
    auto module = lowered(context, R"(
        declare void @other()
        define void @f(i1 %c, i1 %d) {
          %a = alloca i32
          br i1 %c, label %counted, label %called, !prof !0
        counted:
          %before = load i32, ptr %a
          %after = add i32 %before, 1
          store i32 %after, ptr %a
          br label %called
        called:
          call void @other()
          br i1 %d, label %counted, label %end, !prof !0
        end:
          ret void
        }
        !0 = !{!"branch_weights", i32 1, i32 100})");
    EXPECT_TRUE(hasFrameInEntry(*module));
}
