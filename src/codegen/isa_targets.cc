// See isa_targets.h. A third ISA is one more row.
#include "codegen/isa_targets.h"

#include "llvm/Support/TargetSelect.h"

namespace dyad {

// Only these: initialising all that LLVM has would add milliseconds to every run.
void initializeTargets() {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmParser();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmParser();
    LLVMInitializeAArch64AsmPrinter();
    // The neutral target: inline assembly in portable sources is checked against it.
    LLVMInitializeRISCVTargetInfo();
    LLVMInitializeRISCVTarget();
    LLVMInitializeRISCVTargetMC();
    LLVMInitializeRISCVAsmParser();
}

const CodegenTarget& codegenTarget(Isa isa) {
    static constexpr CodegenTarget kTargets[] = {
        {"x86_64-unknown-linux-musl", "x86-64", 'x'},
        {"aarch64-unknown-linux-musl", "generic", 'w'},
    };
    return kTargets[static_cast<int>(isa)];
}

} // namespace dyad
