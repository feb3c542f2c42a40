// What is live after a site, and which of it is recorded.
#include "ir.h"

#include "passes/migration/capturable.h"
#include "passes/migration/live_values.h"

using namespace dyad;
using namespace dyad::test;

namespace {

std::vector<std::string> namesOf(const Values& values) {
    std::vector<std::string> names;
    for (llvm::Value* value : values)
        names.push_back(value->getName().str());
    return names;
}

struct Found {
    std::vector<std::string> live, recorded;
};

// At each call of @site in @f.
std::vector<Found> analyse(const char* text) {
    llvm::LLVMContext context;
    auto module = parse(context, text);
    std::vector<Found> found;
    auto isSite = [](const llvm::CallBase& call) {
        return call.getCalledFunction() && call.getCalledFunction()->getName() == "site";
    };
    visitLiveValues(*module->getFunction("f"), isSite, [&](llvm::CallBase&, const Values& live) {
        found.push_back({namesOf(live), namesOf(chooseRecorded(live))});
    });
    return found;
}

using Names = std::vector<std::string>;

} // namespace

TEST(LiveValues, LeavesOutTheResultAndWhatIsNotUsedAfter) {
    auto found = analyse(R"(
        declare i32 @site(i32)
        define i32 @f(i32 %a, i32 %b) {
          %r = call i32 @site(i32 %a)
          %s = add i32 %r, %b
          ret i32 %s
        })");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].live, Names{"b"});
    EXPECT_EQ(found[0].recorded, Names{"b"});
}

TEST(LiveValues, FollowsPhisAroundLoops) {
    auto found = analyse(R"(
        declare void @site()
        define i32 @f(i32 %n, i32 %unused) {
        entry:
          br label %loop
        loop:
          %i = phi i32 [ 0, %entry ], [ %next, %loop ]
          call void @site()
          %next = add i32 %i, 1
          %more = icmp ult i32 %next, %n
          br i1 %more, label %loop, label %done
        done:
          ret i32 %n
        })");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].live, (Names{"n", "i"}));
}

TEST(LiveValues, RecordsTheBaseOnceForManyAddresses) {
    auto found = analyse(R"(
        declare void @site()
        define i32 @f(ptr %p) {
          %q = getelementptr i8, ptr %p, i64 8
          %r = getelementptr i8, ptr %p, i64 16
          %s = getelementptr i8, ptr %q, i64 100
          call void @site()
          %x = load i32, ptr %q
          %y = load i32, ptr %r
          %z = load i32, ptr %s
          %w = load i32, ptr %p
          ret i32 %w
        })");
    EXPECT_EQ(found[0].live, (Names{"p", "q", "r", "s"}));
    EXPECT_EQ(found[0].recorded, Names{"p"});
}

TEST(LiveValues, PrefersALiveValueToItsDeadOperands) {
    auto found = analyse(R"(
        declare void @site()
        define i64 @f(i64 %a, i64 %b) {
          %sum = add i64 %a, %b
          call void @site()
          ret i64 %sum
        })");
    EXPECT_EQ(found[0].recorded, Names{"sum"});
}

TEST(LiveValues, NeverRecordsWhatNeedsNothing) {
    auto found = analyse(R"(
        @table = internal constant [4 x i32] [i32 1, i32 2, i32 3, i32 4]
        declare void @site()
        define i32 @f(i64 %i) {
          %fixed = load i32, ptr getelementptr (i8, ptr @table, i64 4)
          %entry = getelementptr [4 x i32], ptr @table, i64 0, i64 %i
          %chosen = load i32, ptr %entry
          call void @site()
          %sum = add i32 %fixed, %chosen
          %more = add i64 %i, 1
          ret i32 %sum
        })");
    EXPECT_EQ(found[0].recorded, Names{"i"}); // loads from constant memory are read again
}

TEST(LiveValues, DoesNotReadChangingMemoryAgain) {
    auto found = analyse(R"(
        @variable = internal global i32 1
        declare void @site()
        define i32 @f() {
          %loaded = load i32, ptr @variable
          call void @site()
          ret i32 %loaded
        })");
    EXPECT_EQ(found[0].recorded, Names{"loaded"});
}

TEST(CapturableFunctions, SpreadsThroughCallersAndPointers) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        @pointer = global ptr @waits
        declare void @__dyad_wait(i64)
        declare void @native()
        define void @waits() { call void @__dyad_wait(i64 0) ret void }
        define void @caller() { call void @waits() ret void }
        define void @through(ptr %p) { call void %p() ret void }
        define void @leaf() { call void @native() ret void }
    )");
    CapturableFunctions capturable(*module);
    EXPECT_TRUE(capturable.contains(*module->getFunction("waits")));
    EXPECT_TRUE(capturable.contains(*module->getFunction("caller")));
    EXPECT_TRUE(capturable.contains(*module->getFunction("through")));
    EXPECT_FALSE(capturable.contains(*module->getFunction("leaf")));
}
