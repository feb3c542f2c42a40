// Values and the blocks that use them.
#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/IR/BasicBlock.h"
#include "llvm/IR/Instruction.h"

namespace dyad {

/// Whether another block than its own uses the instruction's value. A phi uses it at the end of the block that it comes from.
bool escapesBlock(const llvm::Instruction& instruction);

/// Gives each such block one value of its own in place of the instruction's, which `make` puts at a place in the block.
void replaceOutside(llvm::Instruction& instruction, llvm::function_ref<llvm::Value*(llvm::BasicBlock::iterator)> make);

/// Gives each such block a copy of the instruction, which must be free of side effects, and its operands available there.
void computeWhereUsed(llvm::Instruction& instruction);

} // namespace dyad
