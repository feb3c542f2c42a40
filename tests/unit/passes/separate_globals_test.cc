// separateGlobals: what code generation needs to give every global a section.
#include "ir.h"

#include "passes/separate_globals.h"

using namespace dyad::test;

TEST(SeparateGlobals, GivesConstantsAnIdentity) {
    llvm::LLVMContext context;
    auto module = parse(context, R"(
        @.str = private unnamed_addr constant [3 x i8] c"ab\00"
        @weak = weak global i32 1
        $group = comdat any
        @grouped = linkonce_odr global i32 2, comdat($group)
        define internal void @f() section ".text.mine" { ret void })");
    dyad::separateGlobals(*module);
    expectValid(*module);
    llvm::GlobalVariable* text = module->getNamedGlobal(".str");
    EXPECT_TRUE(text->hasInternalLinkage());
    EXPECT_FALSE(text->hasGlobalUnnamedAddr());
    EXPECT_TRUE(module->getNamedGlobal("weak")->hasExternalLinkage());
    EXPECT_FALSE(module->getNamedGlobal("grouped")->hasComdat());
    EXPECT_FALSE(module->getFunction("f")->hasSection());
}
