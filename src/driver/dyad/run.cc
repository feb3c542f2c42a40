// `dyad run`: starts a machine for an image and is its monitor until the program ends.
#include "run_session.h"
#include "run_stats.h"

#include <fmt/format.h>

namespace dyad {

namespace {

struct RunOptions : SessionOptions {
    std::string memory = "1G";
    std::string filesIn;
    std::vector<std::string> environment;
    unsigned bootTimeout = 60;
};

Result<ProgramSetup> programSetup(const RunOptions &options, const ProgramWords &program) {
    ProgramSetup setup;
    setup.arguments = {program.image.substr(program.image.rfind('/') + 1)};
    setup.arguments.insert(setup.arguments.end(), program.arguments.begin(), program.arguments.end());
    for (const std::string &variable : options.environment) {
        if (variable.find('=') == variable.npos || variable.front() == '=')
            return Error{fmt::format("--env takes NAME=VALUE, found '{}'", variable)};
        setup.environment.push_back(variable);
    }
    setup.flags = programFlags(options);
    if (!options.filesIn.empty()) setup.flags |= DYAD_FLAG_FILES_IN;
    return setup;
}

/// The streams of --fs and --fs-out, opened before anything is started.
Result<MonitorSetup> startSetup(const RunOptions &options, const MachineSetup &machine, std::uint64_t startNs) {
    auto setup = monitorSetup(options, startNs);
    if (!setup) return setup;
    setup->bootTimeout = machine.gdbPort ? 0 : options.bootTimeout;
    setup->measureTicks = needsTickRate(machine);
    if (!options.filesIn.empty()) {
        auto sender = FileSender::open(options.filesIn);
        if (!sender) return std::move(sender.error());
        if (sender->skipped() > 0)
            fmt::print(stderr,
                       "dyad run: warning: --fs: {} entries are neither files, directories nor symbolic links: "
                       "left out\n",
                       sender->skipped());
        setup->filesIn = std::move(*sender);
    }
    return setup;
}

int runImage(const RunOptions &options, const ProgramWords &words, const CLI::App &app, std::uint64_t startNs) {
    auto fail = [&](const Error &error) { return options.couldNotStart(error.message); };
    if (words.image.empty()) return options.couldNotStart("no image given; see dyad run --help");
    auto machineWanted = machineSetup(options, app);
    if (!machineWanted) return fail(machineWanted.error());
    auto guest = programSetup(options, words);
    if (!guest) return fail(guest.error());
    auto size = parseSize(options.memory, "--mem");
    if (!size) return fail(size.error());
    auto setup = sessionSetup(options, words.image);
    if (!setup) return fail(setup.error());
    auto image = openImage(words.image);
    if (!image) return fail(image.error());
    auto program = Program::make(*image, std::move(*guest));
    if (!program) return fail(program.error());
    if (setup->hop && !(*program)->movable())
        return options.couldNotStart(
            fmt::format("--hop: {} was linked with -fno-migration: it cannot be moved", words.image));
    auto plan = (*program)->planStart(*size);
    if (!plan) return fail(plan.error());
    auto monitor = startSetup(options, *machineWanted, startNs);
    if (!monitor) return fail(monitor.error());
    auto stats = openStats(options.stats);
    if (!stats) return fail(stats.error());

    SignalGuard signals;
    auto machine = (*program)->start(*plan, *machineWanted, setup->hop ? Hopper::firstRequest(*setup->hop) : 0,
                                     setup->hop ? Hopper::firstSkip(*setup->hop) : 0);
    if (!machine) return fail(machine.error());
    if (options.verbose)
        fmt::print(stderr, "dyad: started {}, process {}\n", (*machine)->description, (*machine)->child.pid());
    if (machineWanted->gdbPort)
        fmt::print(stderr, "dyad: waiting for a debugger; attach with:\n  {}\n", (*machine)->debuggerHint);
    Session session(**program, std::move(*machine), std::move(*monitor), std::move(*setup), signals.fd());
    return runSession(session, **program, options, stats->get(), signals);
}

} // namespace

Action setupRun(CLI::App &app, const ProgramWords &program) {
    std::uint64_t startNs = monotonicNs();
    auto options = std::make_shared<RunOptions>();
    options->command = "run";
    addSessionOptions(app, *options);
    app.add_option("--mem", options->memory, "memory of the machine, such as 64M or 2G (default: 1G)")
        ->type_name("SIZE");
    app.add_option("--fs", options->filesIn, "directory that becomes the program's root directory, copied in at start")
        ->type_name("DIR");
    app.add_option("--env", options->environment, "NAME=VALUE for the program's environment; may be repeated")
        ->expected(1)
        ->take_all()
        ->type_name("NAME=VALUE");
    app.add_option("--gdb", options->gdb, "wait for a debugger on PORT (default: 1234), given as --gdb=PORT")
        ->expected(0, 1)
        ->type_name("PORT");
    app.add_option("--boot-timeout", options->bootTimeout, "seconds in which the program must start (default: 60)")
        ->type_name("SECONDS");
    return [options, &program, &app, startNs] { return runImage(*options, program, app, startNs); };
}

} // namespace dyad
