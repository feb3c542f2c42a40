// A small driver around LLVM's machine-code layer; see assemble.h. Understands of cc1as what a native source needs.
#include "compile/assemble.h"

#include "compile/native_mark.h"

#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace llvm;

namespace dyad {

namespace {

struct Job {
    std::string triple, cpu, features, input, output;
    std::vector<std::string> includes;
    bool debug = false;
};

Job parse(ArrayRef<const char*> arguments) {
    Job job;
    for (size_t i = 0; i < arguments.size(); ++i) {
        StringRef argument = arguments[i];
        auto value = [&] { return i + 1 < arguments.size() ? arguments[++i] : ""; };
        if (argument == "-triple")
            job.triple = value();
        else if (argument == "-target-cpu")
            job.cpu = value();
        else if (argument == "-target-feature")
            job.features += (job.features.empty() ? "" : ",") + std::string(value());
        else if (argument == "-o")
            job.output = value();
        else if (argument == "-I")
            job.includes.emplace_back(value());
        else if (argument.starts_with("-debug-info-kind"))
            job.debug = true;
        else if (argument == "-filetype" || argument == "-main-file-name" || argument == "-mrelocation-model" ||
                 argument == "-x" || argument == "-dwarf-debug-producer" || argument == "-mllvm" ||
                 argument == "-target-abi" || argument == "-split-dwarf-output")
            value();
        else if (!argument.starts_with("-"))
            job.input = argument;
    }
    return job;
}

} // namespace

int runAssembler(ArrayRef<const char*> arguments, Isa) {
    Job job = parse(arguments);
    auto fail = [](const Twine& message) {
        errs() << "dyad-cc: error: " << message << '\n';
        return 1;
    };
    std::string error;
    Triple triple(job.triple);
    const Target* target = TargetRegistry::lookupTarget(job.triple, error);
    if (!target)
        return fail(error);
    ErrorOr<std::unique_ptr<MemoryBuffer>> text = MemoryBuffer::getFileOrSTDIN(job.input, /*IsText=*/true);
    if (!text)
        return fail("cannot read '" + job.input + "': " + text.getError().message());
    std::string marked = ((*text)->getBuffer() + "\n" + nativeMarkAssembly()).str();

    SourceMgr sources;
    sources.AddNewSourceBuffer(MemoryBuffer::getMemBufferCopy(marked, job.input), SMLoc());
    sources.setIncludeDirs(job.includes);

    MCTargetOptions options;
    std::unique_ptr<MCRegisterInfo> registers(target->createMCRegInfo(job.triple));
    std::unique_ptr<MCAsmInfo> assemblyInfo(target->createMCAsmInfo(*registers, job.triple, options));
    std::unique_ptr<MCInstrInfo> instructions(target->createMCInstrInfo());
    std::unique_ptr<MCSubtargetInfo> subtarget(target->createMCSubtargetInfo(job.triple, job.cpu, job.features));
    MCContext context(triple, assemblyInfo.get(), registers.get(), subtarget.get(), &sources, &options);
    std::unique_ptr<MCObjectFileInfo> objectInfo(target->createMCObjectFileInfo(context, /*PIC=*/false));
    context.setObjectFileInfo(objectInfo.get());
    context.setGenDwarfForAssembly(job.debug);

    std::error_code code;
    ToolOutputFile output(job.output, code, sys::fs::OF_None);
    if (code)
        return fail("cannot write '" + job.output + "': " + code.message());
    std::unique_ptr<MCCodeEmitter> emitter(target->createMCCodeEmitter(*instructions, context));
    std::unique_ptr<MCAsmBackend> backend(target->createMCAsmBackend(*subtarget, *registers, options));
    std::unique_ptr<MCObjectWriter> writer = backend->createObjectWriter(output.os());
    std::unique_ptr<MCStreamer> streamer(target->createMCObjectStreamer(
        triple, context, std::move(backend), std::move(writer), std::move(emitter), *subtarget));
    streamer->initSections(/*NoExecStack=*/true, *subtarget);

    std::unique_ptr<MCAsmParser> parser(createMCAsmParser(sources, context, *streamer, *assemblyInfo));
    std::unique_ptr<MCTargetAsmParser> targetParser(
        target->createMCAsmParser(*subtarget, *parser, *instructions, options));
    parser->setTargetParser(*targetParser);
    if (parser->Run(/*NoInitialTextSection=*/false) || context.hadError())
        return 1;
    output.keep();
    return 0;
}

} // namespace dyad
