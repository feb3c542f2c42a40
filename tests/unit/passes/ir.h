// Small helpers for tests of passes: IR from text, and questions about it.
#pragma once

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

#include <functional>

namespace dyad::test {

inline std::unique_ptr<llvm::Module> parse(llvm::LLVMContext& context, const char* text) {
    llvm::SMDiagnostic diagnostic;
    std::unique_ptr<llvm::Module> module = llvm::parseAssemblyString(text, diagnostic, context);
    if (!module)
        diagnostic.print("test", llvm::errs());
    return module;
}

inline void expectValid(const llvm::Module& module) { EXPECT_FALSE(llvm::verifyModule(module, &llvm::errs())); }

/// A function that waits, and then in each turn of a loop.
inline constexpr const char* kWaitingLoop = R"(
    declare void @__dyad_wait(i64)
    define i64 @f(i64 %n, i64 %a) {
    entry:
      call void @__dyad_wait(i64 1)
      br label %loop
    loop:
      %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
      call void @__dyad_wait(i64 %i)
      %i.next = add i64 %i, %a
      %more = icmp ult i64 %i.next, %n
      br i1 %more, label %loop, label %exit
    exit:
      ret i64 %i.next
    })";

inline unsigned countIf(const llvm::Module& module, const std::function<bool(const llvm::Instruction&)>& wanted) {
    unsigned found = 0;
    for (const llvm::Function& function : module)
        for (const llvm::Instruction& instruction : llvm::instructions(function))
            found += wanted(instruction);
    return found;
}

inline unsigned countCalls(const llvm::Module& module, llvm::StringRef callee) {
    return countIf(module, [&](const llvm::Instruction& instruction) {
        auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
        return call && call->getCalledFunction() && call->getCalledFunction()->getName() == callee;
    });
}

} // namespace dyad::test
