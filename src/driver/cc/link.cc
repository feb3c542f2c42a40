// See link.h. Each step of the link is one line of runLink.
#include "driver/cc/link.h"

#include "codegen/codegen.h"
#include "driver/cc/halves.h"
#include "driver/cc/link_arguments.h"
#include "driver/cc/link_inputs.h"
#include "driver/cc/merge.h"
#include "driver/cc/messages.h"
#include "driver/cc/program_code.h"
#include "driver/cc/resolve.h"
#include "layout/lld.h"

#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace dyad {

namespace {

// The toolchain's native objects, in link order: leaves, libOS.
std::optional<NativeObjects> readToolchainNatives(const Toolchain& toolchain) {
    NativeObjects natives;
    for (Isa isa : kIsas) {
        auto read = [&](const std::string& path, ObjectFile::Role role) {
            std::optional<NativeObject> object = readToolchainNative(path, isa, role);
            if (object)
                natives[static_cast<int>(isa)].push_back(std::move(*object));
            return object.has_value();
        };
        for (const std::string& path : toolchain.leaves(isa))
            if (!read(path, ObjectFile::Role::Native))
                return std::nullopt;
        if (!read(toolchain.nativePart(isa), ObjectFile::Role::Private))
            return std::nullopt;
    }
    return natives;
}

// CPU and features of each half's code generation, from --x86-cpu, --arm-cpu and -Xarch_<isa>.
std::optional<CodegenOptions> codegenOptions(const Options& options) {
    CodegenOptions codegen;
    codegen.cpu = {options.x86Cpu, options.armCpu};
    codegen.level = options.level;
    for (Isa isa : kIsas) {
        auto index = static_cast<int>(isa);
        for (StringRef flag : options.perIsa[index]) {
            if (flag.consume_front("-march=") || flag.consume_front("-mcpu="))
                codegen.cpu[index] = flag.str();
            else if (flag.consume_front("-mno-"))
                codegen.features[index].push_back("-" + flag.str());
            else if (flag.consume_front("-m"))
                codegen.features[index].push_back("+" + flag.str());
            else {
                printError("-Xarch_" + StringRef(name(isa)) + " " + flag +
                           ": a link takes -mcpu=CPU, -mFEATURE and -mno-FEATURE for one ISA only");
                return std::nullopt;
            }
        }
        CpuCheck check = checkCpu(isa, codegen.cpu[index]);
        if (!check.known) {
            printError("no " + StringRef(name(isa)) + " CPU is called '" + codegen.cpu[index] + "'" +
                       (check.nearest.empty() ? "" : "; did you mean '" + check.nearest + "'?"));
            return std::nullopt;
        }
    }
    return codegen;
}

std::string quote(ArrayRef<std::string> arguments) {
    std::string line;
    raw_string_ostream out(line);
    for (const std::string& argument : arguments) {
        out << " \"";
        out.write_escaped(argument) << '"';
    }
    return line;
}

void printSteps(const LinkRequest& request, const Resolution& resolution) {
    errs() << " \"ld.lld\"" << quote(resolveArguments(resolution, "<program.bc>")) << '\n'
           << " \"lower-variadics\" \"separate-globals\" \"<program.bc>\"\n";
    for (Isa isa : kIsas)
        errs() << " \"codegen\" \"" << name(isa) << "\" \"-mcpu="
               << (isa == Isa::x86_64 ? request.options.x86Cpu : request.options.armCpu)
               << "\" \"<program.bc>\" \"-o\" \"<portable." << name(isa) << ".o>\"\n";
    errs() << " \"layout\" \"<portable.x86_64.o>\" \"<portable.aarch64.o>\"\n";
    for (Isa isa : kIsas)
        errs() << " \"ld.lld\""
               << quote(halfArguments(request.toolchain, resolution.arguments, isa, {"<objects>"}, "",
                                      "<" + std::string(name(isa)) + ">"))
               << '\n';
    errs() << " \"pair\" \"<x86_64>\" \"<aarch64>\" \"-o\" \"" << resolution.arguments.output << "\"\n";
}

} // namespace

int runLink(const LinkRequest& request) {
    // Who gets which argument; which file is what.
    std::optional<LinkArguments> arguments = sortLinkArguments(request.arguments);
    if (!arguments)
        return 1;
    if (!arguments->question.empty()) {
        std::string answer;
        Result<void> asked = linkElf({arguments->question}, &answer);
        outs() << answer << '\n';
        return asked ? 0 : 1;
    }
    // With -###, the objects are not made.
    std::optional<LinkInputs> inputs = request.options.runJobs
                                           ? sortInputs(arguments->resolve)
                                           : std::optional(LinkInputs{arguments->resolve, {}, {}, {}, {}, {}});
    if (!inputs)
        return 1;
    if (request.options.relocatable)
        return mergeObjects(*arguments, *inputs);
    std::optional<NativeObjects> natives = readToolchainNatives(request.toolchain);
    std::optional<CodegenOptions> codegen = codegenOptions(request.options);
    if (!natives || !codegen)
        return 1;
    Resolution resolution{request.options, request.toolchain, *arguments, *inputs, *natives, request.sources};
    if (request.options.printJobs)
        printSteps(request, resolution);
    if (!request.options.runJobs)
        return 0;

    // One portable module, optimised once; every symbol has a definition from here on.
    SmallVector<char, 0> program;
    {
        LLVMContext context;
        std::unique_ptr<Module> module = resolveProgram(resolution, context);
        if (!module)
            return 1;
        raw_svector_ostream stream(program);
        WriteBitcodeToFile(*module, stream);
    }

    // Sites, and code for both ISAs.
    std::optional<ProgramCode> code = generateProgram(StringRef(program.data(), program.size()), request.options, *codegen);
    if (!code)
        return 1;

    // Layout, two links, one file.
    HalvesInput halves{request.toolchain,
                       *arguments,
                       {std::move(inputs->natives), std::move(*natives)},
                       std::move(code->objects),
                       code->plan ? &*code->plan : nullptr,
                       std::move(code->records)};
    return linkHalves(std::move(halves)) ? 0 : 1;
}

} // namespace dyad
