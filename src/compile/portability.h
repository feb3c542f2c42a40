// Finds what a portable source may not contain, in the IR that clang generated from it, and reports it as clang would:
// file, line, caret, and the way out.
#pragma once

namespace clang {
class CompilerInstance;
}
namespace llvm {
class Module;
}

namespace dyad {

/// Reports every construct of `module` that exists on one ISA only through the diagnostics of `compiler`, whose AST is
/// still alive. Returns whether there was none. docs/portable-ir.md lists what is refused.
bool checkPortability(const llvm::Module& module, clang::CompilerInstance& compiler);

} // namespace dyad
