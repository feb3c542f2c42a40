// See lower_label_addresses.h.
#include "passes/lower_label_addresses.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace dyad {

namespace {

// Labels in the order of the first constant table that lists them, then in the order of their blocks, so that
// table[i] == i + 1 for an interpreter with one dispatch table.
SmallVector<BlockAddress*> labelsOf(Function& function) {
    SetVector<BlockAddress*> ordered;
    SmallVector<BlockAddress*> all;
    for (BasicBlock& block : function)
        if (block.hasAddressTaken())
            if (BlockAddress* label = BlockAddress::lookup(&block))
                all.push_back(label);
    for (BlockAddress* label : all)
        for (User* user : label->users())
            if (auto* table = dyn_cast<ConstantArray>(user))
                for (Value* entry : table->operands())
                    if (auto* listed = dyn_cast<BlockAddress>(entry))
                        if (listed->getFunction() == &function)
                            ordered.insert(listed);
    ordered.insert(all.begin(), all.end());
    return ordered.takeVector();
}

void replaceBranches(Function& function, const MapVector<BasicBlock*, ConstantInt*>& numbers) {
    Type* integer = Type::getInt64Ty(function.getContext());
    SmallVector<IndirectBrInst*, 4> branches;
    for (BasicBlock& block : function)
        if (auto* branch = dyn_cast<IndirectBrInst>(block.getTerminator()))
            branches.push_back(branch);
    if (branches.empty())
        return;
    auto* nowhere = BasicBlock::Create(function.getContext(), "label.none", &function);
    new UnreachableInst(function.getContext(), nowhere);
    for (IndirectBrInst* branch : branches) {
        IRBuilder<> builder(branch);
        Value* label = builder.CreatePtrToInt(branch->getAddress(), integer);
        SwitchInst* choice = builder.CreateSwitch(label, nowhere, branch->getNumDestinations());
        SmallPtrSet<BasicBlock*, 32> seen;
        for (BasicBlock* destination : successors(branch)) {
            auto number = numbers.find(destination);
            if (seen.insert(destination).second && number != numbers.end())
                choice->addCase(number->second, destination);
            else // a second edge to one block, or a label nobody can name
                destination->removePredecessor(branch->getParent());
        }
        branch->eraseFromParent();
    }
}

} // namespace

void lowerLabelAddresses(Module& module) {
    Type* integer = Type::getInt64Ty(module.getContext());
    for (Function& function : module) {
        MapVector<BasicBlock*, ConstantInt*> numbers;
        SmallVector<BlockAddress*> labels = labelsOf(function);
        for (auto [index, label] : enumerate(labels))
            numbers[label->getBasicBlock()] = cast<ConstantInt>(ConstantInt::get(integer, index + 1));
        replaceBranches(function, numbers);
        for (BlockAddress* label : labels) {
            Constant* number = ConstantExpr::getIntToPtr(numbers[label->getBasicBlock()], label->getType());
            label->replaceAllUsesWith(number);
            label->destroyConstant();
        }
    }
}

} // namespace dyad
