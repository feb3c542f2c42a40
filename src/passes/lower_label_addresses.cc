// See lower_label_addresses.h.
#include "passes/lower_label_addresses.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PatternMatch.h"

using namespace llvm;

namespace dyad {

namespace {

using LabelNumbers = MapVector<BasicBlock*, ConstantInt*>;

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

void replaceBranches(Function& function, const LabelNumbers& numbers) {
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

// Whether entry i of the array is the label with number i + 1.
bool isIdentity(const ConstantArray& table, const Function& function, const LabelNumbers& numbers) {
    for (auto [index, entry] : enumerate(table.operands())) {
        auto* label = dyn_cast<BlockAddress>(entry);
        if (!label || label->getFunction() != &function ||
            numbers.find(label->getBasicBlock())->second->getZExtValue() != index + 1)
            return false;
    }
    return true;
}

// The loads of table[index], if nothing else is done with the table.
std::optional<SmallVector<std::pair<LoadInst*, Value*>, 8>> loadsOf(const GlobalVariable& table) {
    SmallVector<std::pair<LoadInst*, Value*>, 8> loads;
    for (const User* user : table.users()) {
        auto* address = dyn_cast<GetElementPtrInst>(user);
        if (!address || address->getNumIndices() != 2 || address->getSourceElementType() != table.getValueType() ||
            !PatternMatch::match(address->getOperand(1), PatternMatch::m_Zero()))
            return std::nullopt;
        for (const User* use : address->users()) {
            auto* load = dyn_cast<LoadInst>(use);
            if (!load || load->isVolatile() || !load->getType()->isPointerTy())
                return std::nullopt;
            loads.emplace_back(const_cast<LoadInst*>(load), address->getOperand(2));
        }
    }
    return loads;
}

// An interpreter's dispatch, goto *table[opcode], then needs no load: the label's number is the index plus one.
void foldIdentityTables(ArrayRef<BlockAddress*> labels, const Function& function, const LabelNumbers& numbers) {
    SetVector<GlobalVariable*> tables;
    for (BlockAddress* label : labels)
        for (User* array : label->users())
            if (isa<ConstantArray>(array) && isIdentity(*cast<ConstantArray>(array), function, numbers))
                for (User* user : array->users())
                    if (auto* table = dyn_cast<GlobalVariable>(user))
                        tables.insert(table);
    for (GlobalVariable* table : tables) {
        if (!table->hasLocalLinkage())
            continue;
        auto loads = loadsOf(*table);
        if (!loads)
            continue;
        for (auto& [load, index] : *loads) {
            IRBuilder<> builder(load);
            Value* number = builder.CreateSExtOrTrunc(index, builder.getInt64Ty());
            number = builder.CreateNSWAdd(number, builder.getInt64(1));
            load->replaceAllUsesWith(builder.CreateIntToPtr(number, load->getType()));
            load->eraseFromParent();
        }
    }
}

} // namespace

void lowerLabelAddresses(Module& module) {
    Type* integer = Type::getInt64Ty(module.getContext());
    for (Function& function : module) {
        LabelNumbers numbers;
        SmallVector<BlockAddress*> labels = labelsOf(function);
        for (auto [index, label] : enumerate(labels))
            numbers[label->getBasicBlock()] = cast<ConstantInt>(ConstantInt::get(integer, index + 1));
        replaceBranches(function, numbers);
        foldIdentityTables(labels, function, numbers);
        for (BlockAddress* label : labels) {
            Constant* number = ConstantExpr::getIntToPtr(numbers[label->getBasicBlock()], label->getType());
            label->replaceAllUsesWith(number);
            label->destroyConstant();
        }
    }
}

} // namespace dyad
