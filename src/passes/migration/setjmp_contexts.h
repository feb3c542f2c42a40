// setjmp without native state in its buffer. A buffer of the portable ABI holds the address of a context in the frame of the
// function that called setjmp, and the portable stack pointer; the context holds the native registers, and is saved anew by
// the resume function after a move. Layout of the buffer: musl's struct __jmp_buf_tag with 32 words of registers.
#pragma once

#include "passes/migration/capturable.h"
#include "passes/migration/live_values.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

namespace llvm {
class AllocaInst;
class CallInst;
class Instruction;
} // namespace llvm

namespace dyad {

/// One call of setjmp after lowering.
struct SetjmpContext {
    llvm::CallInst* save;      ///< the call of __dyad_context_save
    llvm::AllocaInst* context; ///< until the portable stack replaces it; its last word is 1 once it is armed
    std::uint64_t offset = 0;  ///< of the context in the portable frame
    Values live;               ///< after the call: the portable frame and addresses in it
};

struct SetjmpContexts {
    llvm::DenseMap<const llvm::Function*, llvm::SmallVector<SetjmpContext, 2>> functions;
    /// The portable frame's address: what resume functions need before anything else.
    llvm::DenseMap<const llvm::Function*, llvm::Instruction*> frames;
};

inline constexpr std::uint64_t kContextSize = 256, kContextArmed = 248;

/// Whether lowerSetjmp() replaces the calls of the function of this name, so that nobody defines it.
bool isSetjmp(llvm::StringRef name);

/// Lowers every call of setjmp and sigsetjmp. Values that are live after one of them live in memory from here on.
SetjmpContexts lowerSetjmp(llvm::Module& module);

/// Notes what is live after each call of setjmp, once the function's locals lie on the portable stack.
void findLiveAfterSetjmp(llvm::Function& function, SetjmpContexts& contexts);

/// Moves every value that is live across one of the function's sites to memory.
void moveLiveValuesToFrame(llvm::Function& function, const CapturableFunctions& capturable);

} // namespace dyad
