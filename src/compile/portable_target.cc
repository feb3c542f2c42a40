// Turns clang's RISC-V output into portable IR. Specification: docs/portable-ir.md.
#include "compile/portable_target.h"

#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace dyad {

namespace {

// Every macro by which clang 19 names the ISA for the default RISC-V architecture of the neutral triple.
// tests/driver checks that none is left.
constexpr const char* kIsaMacros[] = {
    "__riscv",
    "__riscv_32e",
    "__riscv_64e",
    "__riscv_a",
    "__riscv_abi_rve",
    "__riscv_arch_test",
    "__riscv_atomic",
    "__riscv_c",
    "__riscv_cmodel_medany",
    "__riscv_cmodel_medlow",
    "__riscv_compressed",
    "__riscv_d",
    "__riscv_div",
    "__riscv_f",
    "__riscv_fdiv",
    "__riscv_flen",
    "__riscv_float_abi_double",
    "__riscv_fsqrt",
    "__riscv_i",
    "__riscv_m",
    "__riscv_misaligned_avoid",
    "__riscv_misaligned_fast",
    "__riscv_misaligned_slow",
    "__riscv_mul",
    "__riscv_muldiv",
    "__riscv_xlen",
    "__riscv_zicsr",
    "__riscv_zifencei",
    "__riscv_zmmul",
};

// Attributes that describe the neutral ISA, not the program.
constexpr const char* kNeutralAttributes[] = {"target-cpu", "target-features", "tune-cpu"};

void replaceModuleFlags(Module& module) {
    static const StringSet<> dropped{"target-abi", "riscv-isa", "SmallDataLimit", "Code Model",
                                     "PIC Level",  "PIE Level", kPortableFlag};
    SmallVector<Module::ModuleFlagEntry, 16> flags;
    module.getModuleFlagsMetadata(flags);
    if (NamedMDNode* node = module.getModuleFlagsMetadata())
        node->clearOperands();
    for (const Module::ModuleFlagEntry& flag : flags)
        if (!dropped.contains(flag.Key->getString()))
            module.addModuleFlag(flag.Behavior, flag.Key->getString(), flag.Val);
    module.addModuleFlag(Module::Error, kPortableFlag, kPortableAbi);
    // The canary is a global on both ISAs; x86-64 would otherwise read it through %fs.
    module.setStackProtectorGuard("global");
}

void replaceFunctionAttributes(Function& function) {
    for (const char* attribute : kNeutralAttributes)
        function.removeFnAttr(attribute);
    function.addFnAttr(Attribute::NoRedZone); // trap frames may be pushed below the stack pointer
    if (function.isDeclaration())
        return;
    function.setUWTableKind(UWTableKind::Async); // stacks are walked from traps
    if (!function.hasFnAttribute("probe-stack"))
        function.addFnAttr("probe-stack", "inline-asm"); // a large frame may not jump over the guard page
}

// A `contract` flag would let one ISA fuse a multiply and an add that the other rounds twice.
void forbidContraction(Function& function) {
    for (BasicBlock& block : function)
        for (Instruction& instruction : block)
            if (isa<FPMathOperator>(instruction) && instruction.hasAllowContract())
                instruction.setHasAllowContract(false);
}

} // namespace

const char* portableDataLayout() {
    return "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128";
}

void makePortable(clang::CompilerInvocation& invocation) {
    clang::LangOptions& language = invocation.getLangOpts();
    language.LongDoubleSize = 64;
    language.PICLevel = 0;
    language.PIE = 0;
    for (const char* function : {"fmin", "fminf", "fminl", "fmax", "fmaxf", "fmaxl"})
        language.NoBuiltinFuncs.push_back(function); // pinMinimum() says why
    language.setDefaultFPContractMode(clang::LangOptions::FPM_Off);

    clang::CodeGenOptions& codegen = invocation.getCodeGenOpts();
    codegen.RelocationModel = Reloc::Static;
    codegen.ClearASTBeforeBackend = false; // diagnostics of the portability checks look sources up
    codegen.EmulatedTLS = false;

    clang::PreprocessorOptions& preprocessor = invocation.getPreprocessorOpts();
    // Before the user's own -D and -U, which stay free to define anything.
    std::vector<std::pair<std::string, bool>> macros;
    for (const char* macro : kIsaMacros)
        macros.emplace_back(macro, /*undefine=*/true);
    macros.emplace_back("__dyad__=1", false);
    preprocessor.Macros.insert(preprocessor.Macros.begin(), macros.begin(), macros.end());
}

void retarget(Module& module) {
    module.setTargetTriple(kPortableTriple);
    module.setDataLayout(portableDataLayout());
    replaceModuleFlags(module);
    for (Function& function : module) {
        replaceFunctionAttributes(function);
        forbidContraction(function);
    }
    for (Function& function : module)
        for (BasicBlock& block : function)
            for (Instruction& instruction : block)
                if (auto* call = dyn_cast<CallBase>(&instruction))
                    for (const char* attribute : kNeutralAttributes)
                        call->removeFnAttr(attribute);
}

} // namespace dyad
