// The part of a function that needs a portable frame.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace llvm {
class AllocaInst;
class BasicBlock;
class Function;
class Instruction;
} // namespace llvm

namespace dyad {

struct FrameRegion {
    llvm::BasicBlock* begin;                       ///< dominates the region; runs once at most in each call
    llvm::SmallVector<llvm::Instruction*, 8> ends; ///< the frame must be gone before each of these
};

/// The whole function: it ends at its returns, and where a musttail call takes its place.
FrameRegion wholeFunction(llvm::Function& function);

/// Less than the whole function, where the given memory is used on rare ways through it only. Nobody can reach the
/// memory behind the region, not through a pointer that was kept either. Ways out of the region get blocks of their own.
FrameRegion findFrameRegion(llvm::Function& function, llvm::ArrayRef<llvm::AllocaInst*> memory);

} // namespace dyad
