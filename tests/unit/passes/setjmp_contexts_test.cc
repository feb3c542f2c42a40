// setjmp without native state in its buffer.
#include "ir.h"

#include "passes/migration/setjmp_contexts.h"

using namespace dyad;
using namespace dyad::test;

TEST(SetjmpContexts, KeepNativeStateOutOfTheBuffer) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        @buffer = global [50 x i64] zeroinitializer
        @__dyad_stack_pointer = global ptr null
        declare i32 @setjmp(ptr) returns_twice
        declare i32 @sigsetjmp(ptr, i32) returns_twice
        declare void @use(i32)
        define i32 @f(i32 %kept) {
          %r = call i32 @setjmp(ptr @buffer)
          call void @use(i32 %kept)
          %s = call i32 @sigsetjmp(ptr @buffer, i32 1)
          %sum = add i32 %r, %s
          ret i32 %sum
        })");
    SetjmpContexts contexts = lowerSetjmp(*module);
    expectValid(*module);
    EXPECT_EQ(contexts.functions[module->getFunction("f")].size(), 2u);
    EXPECT_EQ(countCalls(*module, "setjmp") + countCalls(*module, "sigsetjmp"), 0u);
    EXPECT_EQ(countCalls(*module, "__dyad_context_save"), 2u);
    EXPECT_EQ(countCalls(*module, "__dyad_save_mask"), 1u);
    // What is used after either is read from memory.
    EXPECT_GE(countIf(*module, [](const llvm::Instruction& i) {
                  auto* load = llvm::dyn_cast<llvm::LoadInst>(&i);
                  return load && load->isVolatile();
              }),
              2u);
}
