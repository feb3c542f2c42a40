// Addresses at constant offsets, computed where they are used.
#pragma once

namespace llvm {
class Function;
class Instruction;
} // namespace llvm

namespace dyad {

/// Computes each address at a constant offset from another value (but for `kept`, which may be null) where it is used,
/// so that it is live across no call. Code generation does so by itself with addresses that loads and stores alone use,
/// for which the offset costs nothing; but a site that records one would be another use, and keep it in a register.
void sinkAddresses(llvm::Function& function, const llvm::Instruction* kept);

} // namespace dyad
