// See codegen.h.
#include "codegen/codegen.h"

#include "codegen/isa_targets.h"

#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Target/TargetMachine.h"

#include <thread>

using namespace llvm;

namespace dyad {

namespace {

CodeGenOptLevel optLevel(unsigned level) {
    return *CodeGenOpt::getLevel(static_cast<int>(std::min(level, 3u)));
}

std::unique_ptr<TargetMachine> makeTarget(Isa isa, const CodegenOptions& options, std::string& error) {
    const CodegenTarget& row = codegenTarget(isa);
    const Target* target = TargetRegistry::lookupTarget(row.triple, error);
    if (!target)
        return nullptr;
    TargetOptions target_options;
    target_options.FunctionSections = true;
    target_options.DataSections = true;
    target_options.UniqueSectionNames = true;
    target_options.EmitAddrsig = false;
    target_options.AllowFPOpFusion = FPOpFusion::Strict;
    target_options.UseInitArray = true;
    target_options.MCOptions.AsmVerbose = false;
    std::string features;
    for (const std::string& feature : options.features[static_cast<int>(isa)])
        features += (features.empty() ? "" : ",") + feature;
    const std::string& cpu = options.cpu[static_cast<int>(isa)];
    std::unique_ptr<TargetMachine> machine(target->createTargetMachine(
        row.triple, cpu.empty() ? row.defaultCpu : cpu, features, target_options, Reloc::Static, CodeModel::Small,
        optLevel(options.level)));
    if (machine)
        machine->setMachineOutliner(false); // outlined functions would exist on one ISA only
    return machine;
}

// Compiler barriers are written with the neutral target's letter for a floating-point register, 'f'.
void adaptBarriers(Module& module, char floatConstraint) {
    for (Function& function : module)
        for (Instruction& instruction : instructions(function)) {
            auto* call = dyn_cast<CallBase>(&instruction);
            auto* barrier = call ? dyn_cast<InlineAsm>(call->getCalledOperand()) : nullptr;
            if (!barrier || !StringRef(barrier->getConstraintString()).contains('f'))
                continue;
            SmallVector<StringRef, 8> constraints;
            StringRef(barrier->getConstraintString()).split(constraints, ',');
            std::string adapted;
            for (StringRef constraint : constraints) {
                std::string text = constraint.str();
                if (!constraint.starts_with("~"))
                    std::replace(text.begin(), text.end(), 'f', floatConstraint);
                adapted += (adapted.empty() ? "" : ",") + text;
            }
            call->setCalledOperand(InlineAsm::get(barrier->getFunctionType(), barrier->getAsmString(), adapted,
                                                  barrier->hasSideEffects(), barrier->isAlignStack(),
                                                  barrier->getDialect(), barrier->canThrow()));
        }
}

Error generateOne(StringRef bitcode, Isa isa, const CodegenOptions& options, ObjectBytes& object) {
    LLVMContext context;
    Expected<std::unique_ptr<Module>> module = parseBitcodeFile(MemoryBufferRef(bitcode, "portable module"), context);
    if (!module)
        return module.takeError();
    std::string error;
    std::unique_ptr<TargetMachine> machine = makeTarget(isa, options, error);
    if (!machine)
        return createStringError("no code generator for %s: %s", codegenTarget(isa).triple, error.c_str());
    (*module)->setTargetTriple(machine->getTargetTriple().str());
    (*module)->setDataLayout(machine->createDataLayout());

    adaptBarriers(**module, codegenTarget(isa).floatConstraint);

    legacy::PassManager passes;
    passes.add(new TargetLibraryInfoWrapperPass(machine->getTargetTriple()));
    raw_svector_ostream stream(object);
    if (machine->addPassesToEmitFile(passes, stream, nullptr, CodeGenFileType::ObjectFile))
        return createStringError("no object writer for %s", codegenTarget(isa).triple);
    passes.run(**module);
    return Error::success();
}

} // namespace

CpuCheck checkCpu(Isa isa, StringRef cpu) {
    const CodegenTarget& row = codegenTarget(isa);
    std::string error;
    const Target* target = TargetRegistry::lookupTarget(row.triple, error);
    if (!target)
        return {false, ""};
    std::unique_ptr<MCSubtargetInfo> subtarget(target->createMCSubtargetInfo(row.triple, row.defaultCpu, ""));
    if (subtarget->isCPUStringValid(cpu))
        return {true, ""};
    CpuCheck check{false, ""};
    unsigned best = 4; // further away is no typing error
    for (const SubtargetSubTypeKV& known : subtarget->getAllProcessorDescriptions())
        if (unsigned distance = cpu.edit_distance(known.Key, true, best); distance < best) {
            best = distance;
            check.nearest = known.Key;
        }
    return check;
}

void setCodegenDefaults() {
    const char* arguments[] = {
        "dyad-cc",
        "-aarch64-enable-global-merge=false",  // would invent .L_MergedGlobals
        "-aarch64-enable-promote-const=false", // would invent constants
        "-use-registers-for-deopt-values",     // values of a site stay where they are
    };
    cl::ParseCommandLineOptions(std::size(arguments), arguments, "dyad code generation\n");
}

Expected<std::array<ObjectBytes, 2>> generateCode(StringRef bitcode, const CodegenOptions& options) {
    std::array<ObjectBytes, 2> objects;
    Error otherError = Error::success();
    std::thread other([&] {
        ErrorAsOutParameter markChecked(&otherError);
        otherError = generateOne(bitcode, Isa::aarch64, options, objects[1]);
    });
    Error error = generateOne(bitcode, Isa::x86_64, options, objects[0]);
    other.join();
    if (Error both = joinErrors(std::move(error), std::move(otherError)))
        return both;
    return objects;
}

} // namespace dyad
