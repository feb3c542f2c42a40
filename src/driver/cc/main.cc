// dyad-cc and dyad-c++: the compiler command. docs/dyad-cc.md.
#include "codegen/isa_targets.h"
#include "driver/cc/jobs.h"
#include "driver/cc/messages.h"
#include "driver/cc/options.h"
#include "driver/cc/toolchain.h"

#include "clang/Basic/Version.h"
#include "clang/Driver/Driver.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace {

// CMake and Meson read the first line.
void printVersion(raw_ostream& out, const dyad::Toolchain& toolchain) {
    out << "clang version " << CLANG_VERSION_STRING << '\n'
        << "dyad version " << DYAD_VERSION << '\n'
        << "Target: " << dyad::kMachineName << '\n'
        << "ISAs: x86_64 aarch64\n"
        << "InstalledDir: " << sys::path::parent_path(toolchain.program) << '\n';
}

void printHelp() {
    outs() << "usage: dyad-cc [options] file...\n\n"
              "Compiles C (dyad-c++: C++) once for both ISAs and links matched pairs of images.\n"
              "Options are clang's, except:\n"
              "  --isa=ISA            compile a native source for x86_64 or aarch64 only\n"
              "  --x86-cpu=CPU        CPU that the x86-64 half needs (default x86-64)\n"
              "  --arm-cpu=CPU        CPU that the AArch64 half needs (default generic ARMv8-A)\n"
              "  -fno-migration       link a pair that cannot migrate\n"
              "  --emit-program-ir=F  write the IR of the whole program, after all passes, to F\n"
              "  -Xarch_ISA FLAG      pass FLAG to the code generation or native compile of one ISA\n"
              "  -###, -v             print every step (-### runs none)\n"
              "  -Wl,-Map=FILE        write the link map of both halves side by side\n"
              "  -Wl,-z,stack-size=N  bytes of native stack the program asks for\n\n"
              "example:\n"
              "  dyad-cc -O2 hello.c -o hello && dyad run hello --isa aarch64\n";
}

} // namespace

int main(int argc, char** argv) {
    InitLLVM init(argc, argv);
    SmallVector<const char*, 256> arguments(argv, argv + argc);

    // Response files first: everything after sees one flat command line.
    BumpPtrAllocator allocator;
    if (llvm::Error error = clang::driver::expandResponseFiles(arguments, /*ClangCLMode=*/false, allocator)) {
        dyad::printError(toString(std::move(error)));
        return 1;
    }
    dyad::setMessageColours(arguments);

    // Our own options; the rest is for clang.
    std::optional<dyad::Options> options = dyad::parseOptions(arguments);
    if (!options)
        return 1;
    dyad::Toolchain toolchain = dyad::Toolchain::find(argv[0]);

    // Questions about the compiler itself.
    switch (options->immediate) {
    case dyad::ImmediateAction::Version: printVersion(outs(), toolchain); return 0;
    case dyad::ImmediateAction::DumpMachine: outs() << dyad::kMachineName << '\n'; return 0;
    case dyad::ImmediateAction::PrintProgram: outs() << toolchain.tool(options->program) << '\n'; return 0;
    case dyad::ImmediateAction::Help: printHelp(); return 0;
    case dyad::ImmediateAction::None: break;
    }
    if (options->printJobs)
        printVersion(errs(), toolchain);
    if (options->onlyAbout)
        return 0;

    // Targets of both halves, and the neutral one for the frontend's checks.
    dyad::initializeTargets();

    // clang's driver plans the jobs; each runs in this process.
    return dyad::runJobs(*options, toolchain);
}
