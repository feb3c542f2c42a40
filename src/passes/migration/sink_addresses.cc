// See sink_addresses.h.
#include "passes/migration/sink_addresses.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace dyad {

namespace {

bool isAtConstantOffset(const GetElementPtrInst& address) {
    return address.hasAllConstantIndices() && isa<Instruction, Argument>(address.getPointerOperand());
}

// Where the value must be known: a phi takes it at the end of the block that it comes from.
Instruction* placeOf(const Use& use) {
    auto* user = cast<Instruction>(use.getUser());
    auto* phi = dyn_cast<PHINode>(user);
    return phi ? phi->getIncomingBlock(use)->getTerminator() : user;
}

bool isCallBetween(const Instruction& first, const Instruction& last) {
    return any_of(make_range(first.getIterator(), last.getIterator()),
                  [](const Instruction& between) { return isa<CallBase>(between) && !isa<IntrinsicInst>(between); });
}

void sink(GetElementPtrInst& address) {
    DenseMap<Instruction*, Instruction*> copies; ///< by place
    for (Use& use : make_early_inc_range(address.uses())) {
        Instruction* place = placeOf(use);
        if (place->getParent() == address.getParent() && !isCallBetween(address, *place)) continue;
        Instruction*& copy = copies[place];
        if (!copy) {
            copy = address.clone();
            copy->insertBefore(place);
        }
        use.set(copy);
    }
    if (!address.use_empty()) return;
    salvageDebugInfo(address);
    address.eraseFromParent();
}

} // namespace

void sinkAddresses(Function& function, const Instruction* kept) {
    SmallVector<GetElementPtrInst*, 64> addresses;
    for (Instruction& instruction : instructions(function))
        if (auto* address = dyn_cast<GetElementPtrInst>(&instruction))
            if (address != kept && isAtConstantOffset(*address)) addresses.push_back(address);
    // What others are computed from comes after them, so that it is copied for their copies.
    for (GetElementPtrInst* address : reverse(addresses))
        sink(*address);
}

} // namespace dyad
