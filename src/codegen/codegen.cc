// See codegen.h.
#include "codegen/codegen.h"

#include "codegen/isa_targets.h"

#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/OptBisect.h"
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

// The function that code generation works on: optional passes ask whether they are to run for it.
class CurrentFunction : public OptPassGate {
  public:
    bool shouldRunPass(const StringRef, StringRef description) override {
        if (description.consume_front("function (") && description.consume_back(")"))
            name_ = description.str();
        return true;
    }
    bool isEnabled() const override { return true; }
    const std::string& name() const { return name_; }

  private:
    std::string name_;
};

// Keeps errors that code generation would otherwise print and exit with.
struct ErrorCollector : DiagnosticHandler {
    explicit ErrorCollector(const CurrentFunction& current) : current(current) {}
    bool handleDiagnostics(const DiagnosticInfo& info) override {
        if (info.getSeverity() != DS_Error)
            return false;
        std::string text;
        raw_string_ostream stream(text);
        DiagnosticPrinterRawOStream printer(stream);
        info.print(printer);
        if (StringRef(text).contains("ran out of registers"))
            tooFewRegisters.insert(current.name());
        else
            others += (others.empty() ? "" : "\n") + text;
        return true;
    }
    const CurrentFunction& current;
    std::set<std::string> tooFewRegisters;
    std::string others;
};

Error generateOne(StringRef bitcode, Isa isa, const CodegenOptions& options, ObjectBytes& object) {
    LLVMContext context;
    Expected<std::unique_ptr<Module>> module = parseBitcodeFile(MemoryBufferRef(bitcode, "portable module"), context);
    if (!module)
        return module.takeError();
    CurrentFunction current;
    context.setOptPassGate(current);
    auto collector = std::make_unique<ErrorCollector>(current);
    ErrorCollector& errors = *collector;
    context.setDiagnosticHandler(std::move(collector));
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
    // The module was verified when our passes had run.
    if (machine->addPassesToEmitFile(passes, stream, nullptr, CodeGenFileType::ObjectFile, /*DisableVerify=*/true))
        return createStringError("no object writer for %s", codegenTarget(isa).triple);
    passes.run(**module);
    if (!errors.others.empty())
        return createStringError(errors.others);
    if (!errors.tooFewRegisters.empty())
        return make_error<TooFewRegisters>(errors.tooFewRegisters);
    return Error::success();
}

} // namespace

char TooFewRegisters::ID = 0;

void TooFewRegisters::log(raw_ostream& stream) const {
    stream << "too few registers for";
    for (const std::string& function : functions)
        stream << ' ' << function;
}

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

void setCodegenDefaults(const CodegenOptions& options) {
    SmallVector<const char*, 4> arguments{
        "dyad-cc",
        "-aarch64-enable-global-merge=false",  // would invent .L_MergedGlobals
        "-aarch64-enable-promote-const=false", // would invent constants
    };
    // Values of a site stay where they are. The allocator of -O0 has no registers to offer for that.
    if (options.level)
        arguments.push_back("-use-registers-for-deopt-values");
    cl::ParseCommandLineOptions(arguments.size(), arguments.data(), "dyad code generation\n");
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
    // What both halves lack comes as one error.
    std::set<std::string> functions;
    Error both = handleErrors(joinErrors(std::move(error), std::move(otherError)), [&](const TooFewRegisters& failure) {
        functions.insert(failure.functions.begin(), failure.functions.end());
    });
    if (both)
        return both;
    if (!functions.empty())
        return make_error<TooFewRegisters>(std::move(functions));
    return objects;
}

} // namespace dyad
