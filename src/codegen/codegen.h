// Code generation: the whole-program portable module becomes one relocatable object per ISA.
#pragma once

#include "support/isa.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <array>
#include <set>
#include <string>
#include <vector>

namespace dyad {

struct CodegenOptions {
    std::array<std::string, 2> cpu;                   ///< by Isa
    std::array<std::vector<std::string>, 2> features; ///< by Isa: "+avx2", "-fp16"
    unsigned level = 2;                               ///< 0 to 3
};

using ObjectBytes = llvm::SmallVector<char, 0>;

/// Functions for which an ISA has too few registers for everything that its sites record.
class TooFewRegisters : public llvm::ErrorInfo<TooFewRegisters> {
  public:
    static char ID;
    explicit TooFewRegisters(std::set<std::string> functions) : functions(std::move(functions)) {}
    void log(llvm::raw_ostream& stream) const override;
    std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }

    std::set<std::string> functions;
};

/// Generates code for both ISAs, in parallel, from one bitcode file in memory (whose passes are all run). Every function
/// and every global has a section of its own. Fails with TooFewRegisters where other IR would help.
llvm::Expected<std::array<ObjectBytes, 2>> generateCode(llvm::StringRef bitcode, const CodegenOptions& options);

/// Whether LLVM knows `cpu` for `isa`; if not, the nearest name it knows, or "" if none is near.
struct CpuCheck {
    bool known;
    std::string nearest;
};
CpuCheck checkCpu(Isa isa, llvm::StringRef cpu);

/// Options of LLVM that keep code generation from inventing or merging globals on one ISA only. Called once per process,
/// before the first generateCode and after anything else that parses LLVM options.
void setCodegenDefaults(const CodegenOptions& options);

} // namespace dyad
