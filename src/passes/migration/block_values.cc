// See block_values.h.
#include "passes/migration/block_values.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace dyad {

namespace {

BasicBlock* blockOf(const Use& use) {
    auto* user = cast<Instruction>(use.getUser());
    auto* phi = dyn_cast<PHINode>(user);
    return phi ? phi->getIncomingBlock(use) : user->getParent();
}

} // namespace

bool escapesBlock(const Instruction& instruction) {
    return any_of(instruction.uses(), [&](const Use& use) { return blockOf(use) != instruction.getParent(); });
}

void replaceOutside(Instruction& instruction, function_ref<Value*(BasicBlock::iterator)> make) {
    DenseMap<BasicBlock*, Value*> values;
    for (Use& use : make_early_inc_range(instruction.uses()))
        if (BasicBlock* block = blockOf(use); block != instruction.getParent()) {
            Value*& value = values[block];
            if (!value) value = make(block->getFirstInsertionPt());
            use.set(value);
        }
}

void computeWhereUsed(Instruction& instruction) {
    replaceOutside(instruction, [&](BasicBlock::iterator place) {
        Instruction* copy = instruction.clone();
        copy->insertBefore(place);
        return copy;
    });
}

} // namespace dyad
