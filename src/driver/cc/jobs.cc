// See jobs.h. clang's driver decides which files are compiled, with which cc1 flags, into which (temporary) outputs; its
// link job is not run but read: link.h takes its arguments.
#include "driver/cc/jobs.h"

#include "compile/assemble.h"
#include "compile/frontend.h"
#include "compile/portable_target.h"
#include "driver/cc/link.h"
#include "driver/cc/messages.h"

#include "clang/Basic/DiagnosticDriver.h"
#include "clang/Driver/Compilation.h"
#include "clang/Driver/Driver.h"
#include "clang/Driver/InputInfo.h"
#include "clang/Driver/Job.h"
#include "clang/Frontend/ChainedDiagnosticConsumer.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace dyad {

namespace {

// What every job of a pair needs, before the user's own flags.
SmallVector<const char*, 96> driverArguments(const Options& options, const Toolchain& toolchain,
                                             std::vector<std::string>& storage) {
    storage = {"--start-no-unused-arguments", "--sysroot=" + toolchain.sysroot, "-resource-dir=" + toolchain.resource,
               "-nostartfiles", "-nodefaultlibs", "-static"};
    if (options.cxx) {
        // The C++ library is not there yet: freestanding C++ (docs/limits.md).
        storage.insert(storage.end(), {"--driver-mode=g++", "-nostdinc++", "-fno-exceptions", "-fno-rtti",
                                       "-fno-threadsafe-statics", "-nostdlib++"});
    }
    if (options.native) {
        // The common layout places functions and objects one by one.
        storage.insert(storage.end(), {"-fno-pic", "-fno-pie", "-ffunction-sections", "-fdata-sections"});
        if (*options.native == Isa::x86_64)
            storage.push_back("-mno-red-zone");
    } else {
        // The neutral target's char is unsigned unless somebody says otherwise.
        storage.insert(storage.end(), {"-flto=full", "-fsigned-char"});
    }
    storage.push_back("--end-no-unused-arguments");
    if (options.native)
        for (const std::string& flag : options.perIsa[static_cast<int>(*options.native)])
            storage.push_back(flag);

    SmallVector<const char*, 96> arguments{options.clang.front()};
    for (const std::string& argument : storage)
        arguments.push_back(argument.c_str());
    arguments.append(options.clang.begin() + 1, options.clang.end());
    return arguments;
}

std::string driverTriple(const Options& options) {
    return options.native ? std::string(name(*options.native)) + "-unknown-linux-musl" : kNeutralTriple;
}

bool isLink(const clang::driver::Command& job) {
    return job.getSource().getKind() == clang::driver::Action::LinkJobClass;
}

class Runner {
  public:
    Runner(const Options& options, const Toolchain& toolchain) : options_(options), toolchain_(toolchain) {}

    int run() {
        std::vector<std::string> storage;
        SmallVector<const char*, 96> arguments = driverArguments(options_, toolchain_, storage);

        IntrusiveRefCntPtr<clang::DiagnosticOptions> diagnosticOptions =
            clang::CreateAndPopulateDiagOpts(arguments);
        auto* printer = new clang::TextDiagnosticPrinter(errs(), &*diagnosticOptions);
        printer->setPrefix("dyad-cc");
        clang::DiagnosticsEngine diagnostics(new clang::DiagnosticIDs(), &*diagnosticOptions, printer);
        clang::ProcessWarningOptions(diagnostics, *diagnosticOptions, /*ReportDiags=*/false);

        clang::driver::Driver driver(toolchain_.program, driverTriple(options_), diagnostics, "dyad-cc");
        std::unique_ptr<clang::driver::Compilation> compilation(driver.BuildCompilation(arguments));
        if (!compilation || compilation->containsError() || diagnostics.hasErrorOccurred()) {
            diagnostics.getClient()->finish();
            return 1;
        }

        int status = 0;
        for (const clang::driver::Command& job : compilation->getJobs()) {
            if (options_.native && isLink(job)) {
                printError("--isa= compiles one native source to an object: add -c");
                status = 1;
            } else {
                status = runJob(job);
            }
            if (status != 0) {
                removeOutputs(*compilation, job);
                break;
            }
        }
        compilation->CleanupFileList(compilation->getTempFiles());
        diagnostics.getClient()->finish();
        return status;
    }

  private:
    int runJob(const clang::driver::Command& job) {
        const opt::ArgStringList& arguments = job.getArguments();
        if (isLink(job)) {
            LinkRequest request{options_, toolchain_, {}, {}};
            request.arguments.assign(arguments.begin(), arguments.end());
            for (const clang::driver::InputInfo& input : job.getInputInfos())
                if (input.isFilename() && StringRef(input.getFilename()) != input.getBaseInput())
                    request.sources[input.getFilename()] = input.getBaseInput();
            return runLink(request);
        }
        if (options_.printJobs)
            job.Print(errs(), "\n", /*Quote=*/true);
        if (!options_.runJobs)
            return 0;
        ArrayRef<const char*> rest = ArrayRef(arguments).drop_front(arguments.empty() ? 0 : 1);
        StringRef kind = arguments.empty() ? "" : arguments.front();
        if (kind == "-cc1")
            return runFrontend(rest, toolchain_.program.c_str(), options_.native);
        if (kind == "-cc1as") {
            if (options_.native)
                return runAssembler(rest, *options_.native);
            printError("assembly exists for one ISA only: compile it with -c --isa=x86_64 and --isa=aarch64, one source "
                       "for each");
            return 1;
        }
        printError("cannot run '" + Twine(job.getExecutable()) + "' as part of a portable compile");
        return 1;
    }

    void removeOutputs(clang::driver::Compilation& compilation, const clang::driver::Command& job) {
        auto* source = dyn_cast<clang::driver::JobAction>(&job.getSource());
        if (source && options_.runJobs && !isLink(job)) {
            compilation.CleanupFileMap(compilation.getResultFiles(), source, /*IssueErrors=*/true);
            compilation.CleanupFileMap(compilation.getFailureResultFiles(), source, true);
        }
    }

    const Options& options_;
    const Toolchain& toolchain_;
};

} // namespace

int runJobs(const Options& options, const Toolchain& toolchain) { return Runner(options, toolchain).run(); }

} // namespace dyad
