// Where migration points go, and strip-mined loops.
#include "ir.h"

#include "passes/migration/migration_points.h"

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"

using namespace dyad;
using namespace dyad::test;

namespace {

unsigned pointsIn(const char* text) {
    llvm::LLVMContext context;
    auto module = parse(context, text);
    placeMigrationPoints(*module);
    expectValid(*module);
    EXPECT_EQ(countIf(*module, [](auto& i) { return llvm::isa<llvm::CallBrInst>(i); }), countCalls(*module, "__dyad_point"));
    return countCalls(*module, "__dyad_point");
}

constexpr const char* kCounted = R"(
    define double @f(ptr %a, i64 %n) {
    entry:
      br label %loop
    loop:
      %i = phi i64 [ 0, %entry ], [ %next, %loop ]
      %sum = phi double [ 0.0, %entry ], [ %more, %loop ]
      %p = getelementptr double, ptr %a, i64 %i
      %x = load double, ptr %p
      %more = fadd double %sum, %x
      %next = add nuw i64 %i, 1
      %done = icmp eq i64 %next, %n
      br i1 %done, label %exit, label %loop
    exit:
      %result = phi double [ %more, %loop ]
      ret double %result
    })";

} // namespace

TEST(MigrationPoints, CutCountedLoopsIntoStrips) {
    llvm::LLVMContext context;
    auto module = parse(context, kCounted);
    placeMigrationPoints(*module);
    expectValid(*module);
    EXPECT_EQ(countCalls(*module, "__dyad_point"), 1u);
    // The loop itself is one block as before and holds no point.
    for (llvm::BasicBlock& block : *module->getFunction("f"))
        if (block.getName() == "loop") {
            EXPECT_TRUE(llvm::isa<llvm::BranchInst>(block.getTerminator()));
            EXPECT_TRUE(llvm::is_contained(llvm::successors(&block), &block));
        }
}

TEST(MigrationPoints, BeginStripsAtConstantSteps) {
    llvm::LLVMContext context;
    auto module = parse(context, kCounted);
    placeMigrationPoints(*module);
    llvm::DominatorTree dominators(*module->getFunction("f"));
    llvm::LoopInfo loops(dominators);
    ASSERT_EQ(std::distance(loops.begin(), loops.end()), 1);
    // Both the strips and the iterations of a strip count up by constants, and nothing behind them keeps the
    // iteration's counter.
    for (llvm::Loop* loop : loops.getLoopsInPreorder()) {
        auto counter = llvm::find_if(loop->getHeader()->phis(), [](auto& phi) { return phi.getType()->isIntegerTy(); });
        ASSERT_NE(counter, loop->getHeader()->phis().end());
        auto* step = llvm::dyn_cast<llvm::BinaryOperator>(counter->getIncomingValueForBlock(loop->getLoopLatch()));
        ASSERT_TRUE(step && step->getOpcode() == llvm::Instruction::Add);
        EXPECT_EQ(step->getOperand(0), &*counter);
        EXPECT_TRUE(llvm::isa<llvm::ConstantInt>(step->getOperand(1)));
        if (!loop->isInnermost()) continue;
        for (llvm::User* user : step->users())
            EXPECT_TRUE(loop->contains(llvm::cast<llvm::Instruction>(user)));
    }
}

TEST(MigrationPoints, StandAtTheHeadOfOtherLoops) {
    EXPECT_EQ(pointsIn(R"(
        define void @f(ptr %list) {
        entry:
          br label %loop
        loop:
          %p = phi ptr [ %list, %entry ], [ %next, %loop ]
          %next = load ptr, ptr %p
          %end = icmp eq ptr %next, null
          br i1 %end, label %exit, label %loop
        exit:
          ret void
        })"),
              1u);
}

TEST(MigrationPoints, LeaveShortLoopsAlone) {
    EXPECT_EQ(pointsIn(R"(
        define void @f(ptr %a) {
        entry:
          br label %loop
        loop:
          %i = phi i64 [ 0, %entry ], [ %next, %loop ]
          %p = getelementptr i32, ptr %a, i64 %i
          store i32 1, ptr %p
          %next = add i64 %i, 1
          %done = icmp eq i64 %next, 100
          br i1 %done, label %exit, label %loop
        exit:
          ret void
        })"),
              0u);
}

TEST(MigrationPoints, LeaveShortTrianglesAlone) {
    // for i in 0..4: for j in i+1..4
    EXPECT_EQ(pointsIn(R"(
        define void @f(ptr %a) {
        entry:
          br label %outer
        outer:
          %i = phi i64 [ 0, %entry ], [ %i.next, %outer.end ]
          %i.next = add nuw nsw i64 %i, 1
          %some = icmp ne i64 %i.next, 5
          br i1 %some, label %inner, label %outer.end
        inner:
          %j = phi i64 [ %i.next, %outer ], [ %j.next, %inner ]
          %p = getelementptr i32, ptr %a, i64 %j
          store i32 1, ptr %p
          %j.next = add nuw nsw i64 %j, 1
          %done = icmp eq i64 %j.next, 5
          br i1 %done, label %outer.end, label %inner
        outer.end:
          %end = icmp eq i64 %i.next, 5
          br i1 %end, label %exit, label %outer
        exit:
          ret void
        })"),
              0u);
}

TEST(MigrationPoints, BreakEveryRecursiveCycle) {
    EXPECT_EQ(pointsIn(R"(
        define i32 @even(i32 %n) {
          %r = call i32 @odd(i32 %n)
          ret i32 %r
        }
        define i32 @odd(i32 %n) {
          %r = call i32 @even(i32 %n)
          ret i32 %r
        }
        define i32 @outside(i32 %n) {
          %r = call i32 @odd(i32 %n)
          ret i32 %r
        })"),
              1u);
    EXPECT_EQ(pointsIn(R"(
        @table = global ptr @visit
        define void @visit(ptr %f) {
          call void %f(ptr %f)
          ret void
        })"),
              1u);
}

TEST(MigrationPoints, FollowPointersByTheirType) {
    // Nothing of visit's own type is called.
    EXPECT_EQ(pointsIn(R"(
        @table = global [2 x ptr] [ptr @visit, ptr @leaf]
        define void @visit(ptr %f) {
          %r = call i32 %f(i32 1)
          ret void
        }
        define i32 @leaf(i32 %x) {
          ret i32 %x
        })"),
              0u);
    // A cycle through functions of two types needs one.
    EXPECT_GE(pointsIn(R"(
        @table = global [2 x ptr] [ptr @visit, ptr @back]
        define void @visit(ptr %f) {
          %r = call i32 %f(i32 1)
          ret void
        }
        define i32 @back(i32 %x) {
          %f = load ptr, ptr @table
          call void %f(ptr %f)
          ret i32 %x
        })"),
              1u);
}

TEST(MigrationPoints, KeepOutOfStringFunctions) {
    std::string walk = R"(
        define i64 @strlen(ptr %s) {
        entry:
          br label %loop
        loop:
          %p = phi ptr [ %s, %entry ], [ %q, %loop ]
          %c = load i8, ptr %p
          %q = getelementptr i8, ptr %p, i64 1
          %end = icmp eq i8 %c, 0
          br i1 %end, label %exit, label %loop
        exit:
          %n = ptrtoint ptr %p to i64
          ret i64 %n
        })";
    EXPECT_EQ(pointsIn(walk.c_str()), 0u);
    EXPECT_EQ(pointsIn(walk.replace(walk.find("strlen"), 6, "my_len").c_str()), 1u);
}

constexpr const char* kSystemCall = R"(
        @RECORD = constant { ptr, i64 } { ptr @handler, i64 63 }
        define i64 @handler(ptr %a) {
          %r = call i64 @helper(i64 1)
          ret i64 %r
        }
        define internal i64 @helper(i64 %a) {
        entry:
          br label %loop
        loop:
          %i = phi i64 [ %a, %entry ], [ %j, %loop ]
          %j = mul i64 %i, %i
          %more = icmp ne i64 %j, 77
          br i1 %more, label %loop, label %end
        end:
          ret i64 %j
        })";

TEST(MigrationPoints, KeepOutOfSystemCalls) {
    std::string program = kSystemCall;
    const size_t at = program.find("RECORD");
    EXPECT_EQ(pointsIn(program.replace(at, 6, "another_record").c_str()), 1u);
    program = kSystemCall;
    EXPECT_EQ(pointsIn(program.replace(at, 6, "__dyad_call_read").c_str()), 0u);
}

TEST(MigrationPoints, KeepOutOfTrapHandlers) {
    EXPECT_EQ(pointsIn(R"(
        define i64 @__dyad_fault(i32 %s, i32 %c, i64 %a) {
          %r = call i64 @helper(i64 %a)
          ret i64 %r
        }
        define i64 @helper(i64 %a) {
          %r = call i64 @helper(i64 %a)
          ret i64 %r
        })"),
              0u);
}
