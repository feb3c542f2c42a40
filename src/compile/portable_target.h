// The neutral target every portable source is compiled for, and the target its IR is given afterwards (design 2.1:
// one portable compile). The data layouts agree on every C type; docs/design.md says why this triple.
#pragma once

namespace clang {
class CompilerInvocation;
}
namespace llvm {
class Module;
}

namespace dyad {

/// What clang compiles for: a neutral ABI description.
inline constexpr const char* kNeutralTriple = "riscv64-unknown-linux-musl";
/// What portable IR carries on disk: lets stock LLVM tools read it and gives the one O2 pipeline its cost model. The vendor
/// tells it from the output of another compiler.
inline constexpr const char* kPortableTriple = "x86_64-dyad-linux-musl";
/// Module flag of portable modules; its value is the version of the portable ABI (docs/portable-ir.md).
inline constexpr const char* kPortableFlag = "dyad.portable";
inline constexpr unsigned kPortableAbi = 1;

/// The data layout of kPortableTriple.
const char* portableDataLayout();

/// Gives a neutral-target invocation the meaning of the portable ABI: 64-bit long double, signed char, no contraction,
/// static code, no macro that names the neutral ISA, __dyad__ defined.
void makePortable(clang::CompilerInvocation& invocation);

/// Retargets a module that clang generated for the neutral target: triple, data layout, module flags, attributes.
void retarget(llvm::Module& module);

} // namespace dyad
