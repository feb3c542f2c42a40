// Where migration points go, and strip-mined loops.
#include "ir.h"

#include "passes/migration/migration_points.h"

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
