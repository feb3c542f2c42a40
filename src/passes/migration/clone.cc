// See clone.h.
#include "passes/migration/clone.h"

#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace llvm;

namespace dyad {

namespace {

void dropDebugVariables(Function& function) {
    for (Instruction& instruction : make_early_inc_range(instructions(function))) {
        instruction.dropDbgRecords();
        if (isa<DbgInfoIntrinsic>(instruction)) instruction.eraseFromParent();
    }
}

} // namespace

Function* cloneForResume(Function& function, ValueToValueMapTy& map) {
    auto* type = FunctionType::get(function.getReturnType(), false);
    Function* resume = Function::Create(type, GlobalValue::InternalLinkage, function.getName() + ".resume");
    function.getParent()->getFunctionList().insertAfter(function.getIterator(), resume);
    // Arguments are values like others: a record brings them.
    SmallVector<Instruction*, 8> arguments;
    for (Argument& argument : function.args()) {
        auto* stand_in = new FreezeInst(PoisonValue::get(argument.getType()), argument.getName());
        arguments.push_back(stand_in);
        map[&argument] = stand_in;
    }
    SmallVector<ReturnInst*, 4> returns;
    CloneFunctionInto(resume, &function, map, CloneFunctionChangeType::GlobalChanges, returns);
    for (Instruction* argument : reverse(arguments))
        argument->insertBefore(&*resume->getEntryBlock().begin());
    resume->setLinkage(GlobalValue::InternalLinkage);
    resume->setVisibility(GlobalValue::DefaultVisibility);
    resume->setCallingConv(CallingConv::C);
    resume->setDSOLocal(true);
    resume->setSection((".private.text." + function.getName()).str());
    resume->removeFnAttr(Attribute::Memory);
    resume->removeFnAttr(Attribute::AlwaysInline);
    dropDebugVariables(*resume);
    auto* entry = BasicBlock::Create(function.getContext(), "resume", resume, &resume->getEntryBlock());
    // For the analysis of loops the clone begins where the function does.
    BranchInst::Create(entry->getNextNode(), entry);
    return resume;
}

} // namespace dyad
