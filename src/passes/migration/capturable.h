// Which functions can be captured, and at which of their calls. Terms: docs/migration.md, section 1.
#pragma once

#include "llvm/ADT/DenseSet.h"

namespace llvm {
class CallBase;
class Function;
class Module;
} // namespace llvm

namespace dyad {

/// The native function that a thread calls when it stops at a migration point: `void __dyad_point(void)`, preserve_all.
inline constexpr const char* kPointName = "__dyad_point";

/// Whether the call is that of a migration point.
bool isPoint(const llvm::CallBase& call);

/// The function that a call names, through aliases; null for indirect calls, intrinsics and inline assembly.
llvm::Function* namedCallee(const llvm::CallBase& call);

/// Whether the call goes through a pointer.
bool isIndirect(const llvm::CallBase& call);

/// Over the whole program: a function that holds a point, or may call one that can be captured, or a native function in
/// which a thread can be stopped. An indirect call may reach every function whose address is taken.
class CapturableFunctions {
  public:
    explicit CapturableFunctions(llvm::Module& module);
    bool contains(const llvm::Function& function) const { return functions_.contains(&function); }
    /// Whether a thread can be captured at this point or during this call.
    bool isSite(const llvm::CallBase& call) const;

  private:
    llvm::DenseSet<const llvm::Function*> functions_;
    bool throughPointers_ = false; ///< some function whose address is taken can be captured
};

} // namespace dyad
