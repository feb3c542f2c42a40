// See program_code.h.
#include "driver/cc/program_code.h"

#include "codegen/site_records.h"
#include "driver/cc/messages.h"
#include "passes/lower_variadics.h"
#include "passes/migration/migration.h"
#include "passes/migration/setjmp_contexts.h"
#include "passes/separate_globals.h"

#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace dyad {

namespace {

bool writeIr(const Module& module, const std::string& path) {
    std::error_code code;
    raw_fd_ostream file(path, code, sys::fs::OF_Text);
    if (!code) {
        module.print(file, nullptr);
        file.flush();
        code = file.error();
        file.clear_error();
    }
    if (code)
        printError("cannot write '" + path + "': " + code.message());
    return !code;
}

// The program after all passes; empty if something failed.
SmallVector<char, 0> runPasses(StringRef program, const Options& options, const MigrationSettings& settings,
                               std::optional<SitePlan>& plan) {
    SmallVector<char, 0> bitcode;
    LLVMContext context;
    Expected<std::unique_ptr<Module>> module = parseBitcodeFile(MemoryBufferRef(program, "portable module"), context);
    if (!module) {
        printError("cannot read the merged program: " + toString(module.takeError()));
        return bitcode;
    }
    lowerVariadics(**module);
    separateGlobals(**module);
    SetjmpContexts contexts = lowerSetjmp(**module);
    if (options.migration)
        plan = addMigration(**module, contexts, settings);
    if (!options.emitIr.empty() && !writeIr(**module, options.emitIr))
        return bitcode;
    if (verifyModule(**module, &errs())) {
        printError("internal error: the passes left broken IR (above); please report it with the sources");
        return bitcode;
    }
    raw_svector_ostream stream(bitcode);
    WriteBitcodeToFile(**module, stream);
    return bitcode;
}

// The halves must agree on what code generation made of the sites; linkHalves() compares.
bool readRecords(ProgramCode& code) {
    for (Isa isa : kIsas) {
        const ObjectBytes& object = code.objects[static_cast<int>(isa)];
        Expected<SiteRecords> records = readSiteRecords(StringRef(object.data(), object.size()), isa);
        if (!records) {
            printError(toString(records.takeError()));
            return false;
        }
        code.records[static_cast<int>(isa)] = std::move(*records);
    }
    return true;
}

} // namespace

std::optional<ProgramCode> generateProgram(StringRef program, const Options& options, const CodegenOptions& codegen) {
    setCodegenDefaults(codegen);
    MigrationSettings settings;
    for (;;) {
        ProgramCode code;
        SmallVector<char, 0> bitcode = runPasses(program, options, settings, code.plan);
        if (bitcode.empty())
            return std::nullopt;
        Expected<std::array<ObjectBytes, 2>> objects = generateCode(StringRef(bitcode.data(), bitcode.size()), codegen);
        size_t inMemory = settings.inMemory.size();
        llvm::Error failed = handleErrors(objects.takeError(), [&](const TooFewRegisters& failure) {
            for (StringRef function : failure.functions) {
                function.consume_back(".resume");
                settings.inMemory.insert(function.str());
            }
            if (settings.inMemory.size() == inMemory)
                printError("code generation failed: " + failure.message());
        });
        if (failed) {
            printError("code generation failed: " + toString(std::move(failed)));
            return std::nullopt;
        }
        if (objects) {
            code.objects = std::move(*objects);
            if (code.plan && !readRecords(code))
                return std::nullopt;
            return code;
        }
        if (settings.inMemory.size() == inMemory)
            return std::nullopt;
    }
}

} // namespace dyad
