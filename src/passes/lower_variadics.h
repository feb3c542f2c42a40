// Variadic functions become ordinary ones: the caller packs the variable arguments into memory and passes the address.
#pragma once

namespace llvm {
class Module;
}

namespace dyad {

/// Replaces every variadic function `R f(A, ...)` by `R f(A, ptr arguments)`, every call of variadic type likewise, and
/// va_start, va_copy, va_end by loads and stores of that pointer (va_list is one pointer in the portable ABI). The
/// packed layout is the one clang's va_arg code for the neutral target walks: slots of 8 bytes, values aligned to 16 bytes
/// (128-bit integers) at multiples of 16, from a 16-byte aligned start (docs/portable-ir.md). Run on the whole program:
/// calls through unprototyped declarations are repaired where they name their callee.
void lowerVariadics(llvm::Module& module);

} // namespace dyad
