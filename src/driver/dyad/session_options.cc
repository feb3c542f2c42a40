// Declares the options and turns them into what a session is set up with.
#include "session_options.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <sys/stat.h>

namespace dyad {

int SessionOptions::couldNotStart(const std::string &message) const {
    fmt::print(stderr, "dyad {}: error: {}\n", command, message);
    return kCouldNotStart;
}

void addSessionOptions(CLI::App &app, SessionOptions &options) {
    // Scripts add options to those of a wrapper: the last one holds.
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    app.add_option("--isa", options.isa, "x86_64 or aarch64 (default: the host's)")->type_name("ISA");
    app.add_option("--machine", options.machine, "qemu: a virtual machine (default); process: a sandboxed process")
        ->type_name("KIND");
    app.add_option("--accel", options.accelerator, "auto (default), kvm or tcg, for --machine qemu")->type_name("KIND");
    app.add_option("--fs-out", options.filesOut, "directory that the program's files are copied to when it exits")
        ->type_name("DIR");
    app.add_option("--name", options.programName, "name for dyad ps, migrate, ... (default: the image's name and a number)")
        ->type_name("NAME");
    app.add_option("--hop", options.hop,
                   "move again and again, for testing: every=TIME or points=NUMBER, then count=N, min=N, isa=same")
        ->type_name("PLAN");
    app.add_flag("--self-test", options.selfTest, "compare the stack before and after every move");
    app.add_option("--stats", options.stats, "file that gets timeline and counters as JSON")->type_name("FILE");
    app.add_flag("--strace", options.strace, "log the program's system calls to standard error");
    app.add_option("--timeout", options.timeout, "seconds after which the program is stopped with exit status 124")
        ->type_name("SECONDS");
    app.add_flag("-v,--verbose", options.verbose, "say on standard error what is done");
}

Result<std::uint64_t> parseSize(const std::string &text, const char *option) {
    std::size_t digits = 0;
    std::uint64_t value = 0;
    for (; digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits])); ++digits) {
        if (value > UINT64_MAX / 10 - 1) return Error{fmt::format("{} '{}' is too large", option, text)};
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
    if (digits == 0) return Error{fmt::format("{} takes a size such as 64M or 2G, found '{}'", option, text)};
    if (value > (UINT64_MAX >> shift)) return Error{fmt::format("{} '{}' is too large", option, text)};
    return value << shift;
}

Result<MachineSetup> machineSetup(const SessionOptions &options, const CLI::App &app) {
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
    const CLI::Option *gdb = app.get_option_no_throw("--gdb");
    if (gdb && gdb->count() > 0) {
        constexpr int kGdbPort = 1234; // QEMU's own default
        char *end = nullptr;
        long port = options.gdb.empty() ? kGdbPort : std::strtol(options.gdb.c_str(), &end, 10);
        if ((end && *end) || port < 1 || port > 65535)
            return Error{fmt::format("--gdb takes a port from 1 to 65535, found '{}'", options.gdb)};
        setup.gdbPort = static_cast<int>(port);
    }
    return setup;
}

Result<MonitorSetup> monitorSetup(const SessionOptions &options, std::uint64_t startNs) {
    MonitorSetup setup;
    setup.startNs = startNs;
    setup.timeout = options.timeout;
    if (!options.filesOut.empty()) {
        auto receiver = FileReceiver::open(options.filesOut);
        if (!receiver) return std::move(receiver.error());
        setup.filesOut.emplace(std::move(*receiver));
    }
    return setup;
}

std::uint64_t programFlags(const SessionOptions &options) {
    return (options.filesOut.empty() ? 0 : DYAD_FLAG_FILES_OUT) | (options.strace ? DYAD_FLAG_STRACE : 0);
}

Result<SessionSetup> sessionSetup(const SessionOptions &options, const std::string &imagePath) {
    SessionSetup setup;
    setup.nameGiven = !options.programName.empty();
    if (setup.nameGiven) {
        if (auto valid = checkProgramName(options.programName); !valid) return std::move(valid.error());
        setup.name = options.programName;
    } else {
        // Room for the longest process number.
        constexpr std::size_t kLongest = 50;
        std::string file = imagePath.substr(imagePath.rfind('/') + 1);
        setup.name = fmt::format("{}-{}", asProgramName(file).substr(0, kLongest), getpid());
    }
    setup.selfTest = options.selfTest;
    setup.verbose = options.verbose;
    if (!options.hop.empty()) {
        auto plan = HopPlan::parse(options.hop);
        if (!plan) return std::move(plan.error());
        setup.hop = *plan;
    }
    return setup;
}

Result<PairImage> openImage(const std::string &path) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0)
        return Error{fmt::format("cannot open image {}: {}", path, std::strerror(errno))};
    if (S_ISDIR(status.st_mode)) return Error{fmt::format("{} is a directory, not an image", path)};
    return PairImage::open(path);
}

} // namespace dyad
