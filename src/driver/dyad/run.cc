// `dyad run`: starts a machine for an image and is its monitor until the program ends.
#include "commands.h"
#include "run_stats.h"

#include "image/pair_image.h"
#include "machine/crash_report.h"
#include "machine/machine.h"
#include "machine/monitor.h"

#include <fmt/format.h>

#include <csignal>
#include <memory>
#include <sys/signalfd.h>
#include <sys/stat.h>

extern char **environ;

namespace dyad {

namespace {

struct RunOptions {
    std::string isa{name(hostIsa())};
    std::string machine = "qemu";
    std::string accelerator = "auto";
    std::string memory = "1G";
    std::string filesIn, filesOut, stats;
    std::vector<std::string> environment;
    std::string gdb;
    unsigned timeout = 0;
    unsigned bootTimeout = 60;
    bool strace = false, verbose = false;
};

int couldNotStart(const std::string &message) {
    fmt::print(stderr, "dyad run: error: {}\n", message);
    return kCouldNotStart;
}

/// "512M", "1G", "65536K", or bytes.
Result<std::uint64_t> parseSize(const std::string &text) {
    std::size_t digits = 0;
    std::uint64_t value = 0;
    for (; digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits])); ++digits) {
        if (value > UINT64_MAX / 10 - 1) return Error{fmt::format("--mem '{}' is too large", text)};
        value = value * 10 + static_cast<std::uint64_t>(text[digits] - '0');
    }
    std::string unit = text.substr(digits);
    if (unit.ends_with("iB")) unit.resize(unit.size() - 2);
    unsigned shift = 0;
    if (unit == "K" || unit == "k")
        shift = 10;
    else if (unit == "M" || unit == "m")
        shift = 20;
    else if (unit == "G" || unit == "g")
        shift = 30;
    else if (!unit.empty())
        digits = 0;
    if (digits == 0) return Error{fmt::format("--mem takes a size such as 64M or 2G, found '{}'", text)};
    if (value > (UINT64_MAX >> shift)) return Error{fmt::format("--mem '{}' is too large", text)};
    return value << shift;
}

/// What sets itself up before the machine starts and is put back afterwards: signals are taken by the poll loop.
class SignalGuard {
  public:
    SignalGuard() {
        sigemptyset(&set_);
        for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
            struct sigaction action;
            // What the caller told us to ignore (nohup, a shell's background job) stays ignored.
            if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(&set_, signal);
        }
        sigprocmask(SIG_BLOCK, &set_, &old_);
        fd_ = UniqueFd(signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK));
        std::signal(SIGPIPE, SIG_IGN);
    }
    int fd() const { return fd_.get(); }
    /// Dies of `signal` as a program without a handler does, so that a shell sees why.
    [[noreturn]] void dieOf(int signal) {
        std::signal(signal, SIG_DFL);
        raise(signal);
        sigprocmask(SIG_SETMASK, &old_, nullptr);
        _exit(128 + signal);
    }

  private:
    sigset_t set_, old_;
    UniqueFd fd_;
};

Result<MachineSetup> machineSetup(const RunOptions &options, const CLI::App &app) {
    MachineSetup setup{};
    auto isa = parseIsa(options.isa);
    if (!isa) return Error{fmt::format("--isa takes x86_64 or aarch64, found '{}'", options.isa)};
    setup.isa = *isa;
    if (options.machine != "qemu" && options.machine != "process")
        return Error{fmt::format("--machine takes qemu or process, found '{}'", options.machine)};
    setup.kind = options.machine == "qemu" ? DYAD_MACHINE_QEMU : DYAD_MACHINE_PROCESS;
    if (options.accelerator == "kvm")
        setup.acceleration = Acceleration::kvm;
    else if (options.accelerator == "tcg")
        setup.acceleration = Acceleration::tcg;
    else if (options.accelerator != "auto")
        return Error{fmt::format("--accel takes auto, kvm or tcg, found '{}'", options.accelerator)};
    setup.verbose = options.verbose;
    if (app.count("--gdb") > 0) {
        constexpr int kGdbPort = 1234; // QEMU's own default
        char *end = nullptr;
        long port = options.gdb.empty() ? kGdbPort : std::strtol(options.gdb.c_str(), &end, 10);
        if ((end && *end) || port < 1 || port > 65535)
            return Error{fmt::format("--gdb takes a port from 1 to 65535, found '{}'", options.gdb)};
        setup.gdbPort = static_cast<int>(port);
    }
    return setup;
}

Result<ProgramSetup> programSetup(const RunOptions &options, const ProgramWords &program) {
    ProgramSetup setup;
    setup.arguments = {program.image.substr(program.image.rfind('/') + 1)};
    setup.arguments.insert(setup.arguments.end(), program.arguments.begin(), program.arguments.end());
    for (const std::string &variable : options.environment) {
        if (variable.find('=') == variable.npos || variable.front() == '=')
            return Error{fmt::format("--env takes NAME=VALUE, found '{}'", variable)};
        setup.environment.push_back(variable);
    }
    if (!options.filesIn.empty()) setup.flags |= DYAD_FLAG_FILES_IN;
    if (!options.filesOut.empty()) setup.flags |= DYAD_FLAG_FILES_OUT;
    if (options.strace) setup.flags |= DYAD_FLAG_STRACE;
    return setup;
}

/// Tries the ISA and file first, so that a mistyped name is reported as that.
Result<PairImage> openImage(const std::string &path) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0)
        return Error{fmt::format("cannot open image {}: {}", path, std::strerror(errno))};
    if (S_ISDIR(status.st_mode)) return Error{fmt::format("{} is a directory, not an image", path)};
    return PairImage::open(path);
}

int exitStatus(const RunReport &report, const RunOptions &options) {
    switch (report.end) {
    case RunReport::End::exited:
        return report.value;
    case RunReport::End::signalled:
        return 128 + report.value;
    case RunReport::End::timedOut:
        fmt::print(stderr, "dyad run: error: stopped after {} s (--timeout)\n", options.timeout);
        return 124; // as timeout(1)
    default:
        return 128 + report.value;
    }
}

int runImage(const RunOptions &options, const ProgramWords &program, const CLI::App &app, std::uint64_t startNs) {
    if (program.image.empty()) return couldNotStart("no image given; see dyad run --help");
    auto setup = machineSetup(options, app);
    if (!setup) return couldNotStart(setup.error().message);
    auto guest = programSetup(options, program);
    if (!guest) return couldNotStart(guest.error().message);
    auto size = parseSize(options.memory);
    if (!size) return couldNotStart(size.error().message);
    auto image = openImage(program.image);
    if (!image) return couldNotStart(image.error().message);
    const Manifest &manifest = image->manifest();
    auto plan = MemoryPlan::make(*size, manifest.imageEnd, manifest.stackSize);
    if (!plan) return couldNotStart(plan.error().message);

    MonitorSetup monitorSetup;
    monitorSetup.startNs = startNs;
    monitorSetup.timeout = options.timeout;
    monitorSetup.bootTimeout = setup->gdbPort ? 0 : options.bootTimeout;
    monitorSetup.measureTicks = setup->kind == DYAD_MACHINE_QEMU && setup->isa == Isa::x86_64;
    if (!options.filesIn.empty()) {
        auto sender = FileSender::open(options.filesIn);
        if (!sender) return couldNotStart(sender.error().message);
        if (sender->skipped() > 0)
            fmt::print(stderr,
                       "dyad run: warning: --fs: {} entries are neither files, directories nor symbolic links: "
                       "left out\n",
                       sender->skipped());
        monitorSetup.filesIn = std::move(*sender);
    }
    if (!options.filesOut.empty()) {
        auto receiver = FileReceiver::open(options.filesOut);
        if (!receiver) return couldNotStart(receiver.error().message);
        monitorSetup.filesOut.emplace(std::move(*receiver));
    }

    std::optional<StatsFile> stats;
    if (!options.stats.empty()) {
        auto file = StatsFile::create(options.stats);
        if (!file) return couldNotStart(file.error().message);
        stats.emplace(std::move(*file));
    }

    auto memory = GuestMemory::create(*plan);
    if (!memory) return couldNotStart(memory.error().message);
    auto area = fillControlArea(*memory, setup->kind, *guest);
    if (!area) return couldNotStart(area.error().message);
    SignalGuard signals;
    Installation installation = Installation::find();
    auto machine = startMachine(*image, *memory, *setup, installation);
    if (!machine) return couldNotStart(machine.error().message);
    if (options.verbose)
        fmt::print(stderr, "dyad: started {}, process {}\n", machine->description, machine->child.pid());
    if (setup->gdbPort) fmt::print(stderr, "dyad: waiting for a debugger; attach with:\n  {}\n", machine->debuggerHint);

    auto describeEnd = [&] {
        auto status = machine->child.wait(1000);
        std::string said = machine->child.errors();
        std::string end = status ? describeWaitStatus(*status) : "";
        return said.empty() ? end : end.empty() ? said : fmt::format("{}: {}", end, said);
    };
    Monitor monitor(*area, {machine->doorbell.get(), describeEnd}, std::move(monitorSetup), signals.fd());
    auto report = monitor.run();
    machine->child.kill();
    if (!report) {
        // Asking QEMU for its version takes a while: only when it is needed to explain a failure.
        if (setup->kind == DYAD_MACHINE_QEMU)
            if (auto qemu = findQemu(setup->isa, true); !qemu) return couldNotStart(qemu.error().message);
        return couldNotStart(report.error().message);
    }
    if (report->end == RunReport::End::crashed)
        report->value = printCrashReport(*memory, setup->isa, image->path(), installation);
    int status = exitStatus(*report, options);
    if (stats) {
        if (auto written = stats->write(*report, machine->description, status); !written)
            return couldNotStart(written.error().message);
    }
    if (report->end == RunReport::End::interrupted) signals.dieOf(report->value);
    return status;
}

} // namespace

Action setupRun(CLI::App &app, const ProgramWords &program) {
    std::uint64_t startNs = monotonicNs();
    auto options = std::make_shared<RunOptions>();
    // Scripts add options to those of a wrapper: the last one holds.
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    app.add_option("--isa", options->isa, "x86_64 or aarch64 (default: the host's)")->type_name("ISA");
    app.add_option("--machine", options->machine, "qemu: a virtual machine (default); process: a sandboxed process")
        ->type_name("KIND");
    app.add_option("--accel", options->accelerator, "auto (default), kvm or tcg, for --machine qemu")
        ->type_name("KIND");
    app.add_option("--mem", options->memory, "memory of the machine, such as 64M or 2G (default: 1G)")
        ->type_name("SIZE");
    app.add_option("--fs", options->filesIn, "directory that becomes the program's root directory, copied in at start")
        ->type_name("DIR");
    app.add_option("--fs-out", options->filesOut, "directory that the program's files are copied to when it exits")
        ->type_name("DIR");
    app.add_option("--env", options->environment, "NAME=VALUE for the program's environment; may be repeated")
        ->expected(1)
        ->take_all()
        ->type_name("NAME=VALUE");
    app.add_option("--gdb", options->gdb, "wait for a debugger on PORT (default: 1234), given as --gdb=PORT")
        ->expected(0, 1)
        ->type_name("PORT");
    app.add_option("--stats", options->stats, "file that gets boot timeline and counters as JSON")->type_name("FILE");
    app.add_flag("--strace", options->strace, "log the program's system calls to standard error");
    app.add_option("--timeout", options->timeout, "seconds after which the program is stopped with exit status 124")
        ->type_name("SECONDS");
    app.add_option("--boot-timeout", options->bootTimeout, "seconds in which the program must start (default: 60)")
        ->type_name("SECONDS");
    app.add_flag("-v,--verbose", options->verbose, "say on standard error what is done");
    return [options, &program, &app, startNs] { return runImage(*options, program, app, startNs); };
}

} // namespace dyad
