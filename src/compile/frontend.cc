// The compiler's front half; see frontend.h. Steps of a portable compile:
//   clang (neutral target, no LLVM passes) -> portability check -> retarget -> lowering -> pre-link pipeline -> bitcode
#include "compile/frontend.h"

#include "compile/foreign_constraints.h"
#include "compile/native_mark.h"
#include "compile/portability.h"
#include "compile/portable_target.h"
#include "passes/check_division.h"
#include "passes/lower_label_addresses.h"
#include "passes/pin_minimum.h"

#include "clang/CodeGen/BackendUtil.h"
#include "clang/CodeGen/CodeGenAction.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/TextDiagnosticBuffer.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "clang/FrontendTool/Utils.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "llvm/IR/Module.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TimeProfiler.h"
#include "llvm/Support/Timer.h"
#include "llvm/Target/TargetMachine.h"

using namespace clang;

namespace dyad {

namespace {

BackendAction backendAction(frontend::ActionKind kind) {
    switch (kind) {
    case frontend::EmitAssembly: return Backend_EmitAssembly;
    case frontend::EmitLLVM: return Backend_EmitLL;
    case frontend::EmitObj: return Backend_EmitObj;
    default: return Backend_EmitBC;
    }
}

std::unique_ptr<llvm::raw_pwrite_stream> createOutput(CompilerInstance& compiler, llvm::StringRef input,
                                                      BackendAction action) {
    bool binary = action == Backend_EmitBC || action == Backend_EmitObj;
    const char* suffix = action == Backend_EmitObj ? "o" : action == Backend_EmitBC ? "bc" : "s";
    return compiler.createDefaultOutputFile(binary, input, suffix);
}

// The pre-link pipeline on portable IR, and the object.
void emitPortable(CompilerInstance& compiler, llvm::Module& module, BackendAction action,
                  std::unique_ptr<llvm::raw_pwrite_stream> output) {
    clang::TargetOptions target;
    target.Triple = kPortableTriple;
    target.CPU = "x86-64";
    EmitBackendOutput(compiler.getDiagnostics(), compiler.getHeaderSearchOpts(), compiler.getCodeGenOpts(), target,
                      compiler.getLangOpts(), portableDataLayout(), &module, action, &compiler.getVirtualFileSystem(),
                      std::move(output));
}

// Generates IR with clang and hands it, with the output stream, to finish(). Clang's own action would optimise and
// write it at once.
class ModuleAction : public EmitLLVMOnlyAction {
  protected:
    bool BeginSourceFileAction(CompilerInstance& compiler) override {
        CodeGenOptions& options = compiler.getCodeGenOpts();
        passesDisabled_ = options.DisableLLVMPasses;
        options.DisableLLVMPasses = true;
        return EmitLLVMOnlyAction::BeginSourceFileAction(compiler);
    }

    std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance& compiler, llvm::StringRef file) override {
        action_ = backendAction(compiler.getFrontendOpts().ProgramAction);
        output_ = createOutput(compiler, file, action_);
        if (!output_)
            return nullptr;
        return EmitLLVMOnlyAction::CreateASTConsumer(compiler, file);
    }

    void EndSourceFileAction() override {
        EmitLLVMOnlyAction::EndSourceFileAction();
        CompilerInstance& compiler = getCompilerInstance();
        compiler.getCodeGenOpts().DisableLLVMPasses = passesDisabled_;
        std::unique_ptr<llvm::Module> module = takeModule();
        std::unique_ptr<llvm::LLVMContext> context(takeLLVMContext());
        if (module && !compiler.getDiagnostics().hasErrorOccurred())
            finish(compiler, *module, std::move(output_));
        module.reset();
    }

    /// Takes the module to its final form and writes it.
    virtual void finish(CompilerInstance& compiler, llvm::Module& module,
                        std::unique_ptr<llvm::raw_pwrite_stream> output) = 0;

    BackendAction action_ = Backend_EmitBC;

  private:
    std::unique_ptr<llvm::raw_pwrite_stream> output_;
    bool passesDisabled_ = false;
};

class PortableAction : public ModuleAction {
    void finish(CompilerInstance& compiler, llvm::Module& module,
                std::unique_ptr<llvm::raw_pwrite_stream> output) override {
        if (!checkPortability(module, compiler))
            return;
        retarget(module);
        // clang leaves this one path as it is.
        llvm::SmallString<256> source(module.getSourceFileName());
        compiler.getLangOpts().remapPathPrefix(source);
        module.setSourceFileName(source);
        lowerLabelAddresses(module);
        checkDivisions(module);
        pinMinimum(module);
        emitPortable(compiler, module, action_, std::move(output));
    }
};

class NativeAction : public ModuleAction {
    void finish(CompilerInstance& compiler, llvm::Module& module,
                std::unique_ptr<llvm::raw_pwrite_stream> output) override {
        module.appendModuleInlineAsm(nativeMarkAssembly());
        EmitBackendOutput(compiler.getDiagnostics(), compiler.getHeaderSearchOpts(), compiler.getCodeGenOpts(),
                          compiler.getTargetOpts(), compiler.getLangOpts(),
                          compiler.getTarget().getDataLayoutString(), &module, action_,
                          &compiler.getVirtualFileSystem(), std::move(output));
    }
};

// Optimises and writes portable IR that a step before wrote (-save-temps, -x ir).
bool compileIr(CompilerInstance& compiler) {
    const FrontendOptions& options = compiler.getFrontendOpts();
    std::string path = options.Inputs[0].getFile().str();
    llvm::LLVMContext context;
    llvm::SMDiagnostic message;
    std::unique_ptr<llvm::Module> module = llvm::parseIRFile(path, message, context);
    DiagnosticsEngine& diagnostics = compiler.getDiagnostics();
    auto refuse = [&](llvm::StringRef text) {
        diagnostics.Report(diagnostics.getCustomDiagID(DiagnosticsEngine::Error, "%0: %1")) << path << text;
        return false;
    };
    if (!module)
        return refuse(message.getMessage());
    if (module->getTargetTriple() != kPortableTriple)
        return refuse("IR for '" + module->getTargetTriple() + "', expected IR that dyad-cc wrote");
    BackendAction action = backendAction(options.ProgramAction);
    if (!compiler.hasFileManager())
        compiler.createFileManager();
    std::unique_ptr<llvm::raw_pwrite_stream> output = createOutput(compiler, path, action);
    if (!output)
        return false;
    emitPortable(compiler, *module, action, std::move(output));
    bool failed = diagnostics.hasErrorOccurred();
    compiler.clearOutputFiles(/*EraseFiles=*/failed);
    return !failed;
}

bool generatesCode(frontend::ActionKind kind) {
    return kind == frontend::EmitAssembly || kind == frontend::EmitBC || kind == frontend::EmitLLVM ||
           kind == frontend::EmitObj;
}

bool execute(CompilerInstance& compiler, std::optional<Isa> native) {
    const FrontendOptions& options = compiler.getFrontendOpts();
    if (!generatesCode(options.ProgramAction) || options.ShowHelp || options.ShowVersion)
        return ExecuteCompilerInvocation(&compiler);
    // What ExecuteCompilerInvocation does before it runs an action.
    if (!options.LLVMArgs.empty()) {
        std::vector<const char*> arguments{"dyad-cc (LLVM option parsing)"};
        for (const std::string& argument : options.LLVMArgs)
            arguments.push_back(argument.c_str());
        llvm::cl::ParseCommandLineOptions(static_cast<int>(arguments.size()), arguments.data());
    }
    if (compiler.getDiagnostics().hasErrorOccurred())
        return false;
    if (!native && !options.Inputs.empty() && options.Inputs[0].getKind().getLanguage() == Language::LLVM_IR)
        return compileIr(compiler);
    std::unique_ptr<FrontendAction> action;
    if (native)
        action = std::make_unique<NativeAction>();
    else
        action = std::make_unique<PortableAction>();
    return compiler.ExecuteAction(*action);
}

// One run of the frontend. With `watch`, messages are held back, and if all that is wrong can be patched away they are
// dropped and the patches are added to `patches` for another run.
int runOnce(llvm::ArrayRef<const char*> arguments, const char* program, std::optional<Isa> native, bool watch,
            SourcePatches& patches, bool& again) {
    std::string held;
    llvm::raw_string_ostream holder(held);
    auto compiler = std::make_unique<CompilerInstance>();

    // Messages about arguments are kept until the real diagnostics engine exists.
    IntrusiveRefCntPtr<DiagnosticIDs> ids(new DiagnosticIDs());
    IntrusiveRefCntPtr<DiagnosticOptions> earlyOptions = new DiagnosticOptions();
    auto* early = new TextDiagnosticBuffer;
    DiagnosticsEngine earlyDiagnostics(ids, &*earlyOptions, early);
    bool valid =
        CompilerInvocation::CreateFromArgs(compiler->getInvocation(), arguments, earlyDiagnostics, program);
    if (!native)
        makePortable(compiler->getInvocation());

    FrontendOptions& options = compiler->getFrontendOpts();
    if (!options.TimeTracePath.empty())
        llvm::timeTraceProfilerInitialize(options.TimeTraceGranularity, program, options.TimeTraceVerbose);

    ConstraintWatcher* watcher = nullptr;
    if (watch) {
        holder.enable_colors(compiler->getDiagnosticOpts().ShowColors);
        auto printer = std::make_unique<TextDiagnosticPrinter>(holder, &compiler->getDiagnosticOpts());
        watcher = new ConstraintWatcher(std::move(printer));
        compiler->createDiagnostics(watcher); // takes it
        compiler->setVerboseOutputStream(holder); // gets the count of errors
    } else {
        compiler->createDiagnostics();
    }
    if (!compiler->hasDiagnostics())
        return 1;
    for (const auto& [path, replacements] : patches)
        if (std::unique_ptr<llvm::MemoryBuffer> buffer = patchedFile(path, replacements))
            compiler->getPreprocessorOpts().addRemappedFile(path, buffer.release());
    early->FlushDiagnostics(compiler->getDiagnostics());
    if (!valid) {
        compiler->getDiagnosticClient().finish();
        return 1;
    }

    bool success = execute(*compiler, native);
    if (watcher) {
        again = !success && watcher->onlyConstraints();
        if (again)
            for (const auto& [path, replacements] : watcher->patches())
                patches[path].insert(replacements.begin(), replacements.end());
        else
            llvm::errs() << holder.str();
    }
    llvm::TimerGroup::printAll(llvm::errs());
    llvm::TimerGroup::clearAll();
    if (llvm::timeTraceProfilerEnabled()) {
        if (auto stream = compiler->createOutputFile(options.TimeTracePath, /*Binary=*/false,
                                                     /*RemoveFileOnSignal=*/false, /*useTemporary=*/false)) {
            llvm::timeTraceProfilerWrite(*stream);
            stream.reset();
            compiler->clearOutputFiles(false);
        }
        llvm::timeTraceProfilerCleanup();
    }
    return success ? 0 : 1;
}

} // namespace

int runFrontend(llvm::ArrayRef<const char*> arguments, const char* program, std::optional<Isa> native) {
    // clang stops after some twenty errors: sources with more foreign constraints take more runs.
    constexpr int kMostRuns = 8;
    SourcePatches patches;
    for (int run = 1;; ++run) {
        bool again = false;
        bool watch = !native && run < kMostRuns;
        int status = runOnce(arguments, program, native, watch, patches, again);
        if (!again)
            return status;
    }
}

} // namespace dyad
