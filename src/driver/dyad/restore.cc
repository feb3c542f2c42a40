// `dyad restore`: goes on with a program that was written to a file, as its `dyad run`.
#include "run_session.h"
#include "run_stats.h"

#include "session/monitor_state.h"
#include "session/restore.h"

#include <fmt/format.h>

namespace dyad {

namespace {

struct RestoreOptions : SessionOptions {
    std::string file, image;
    std::vector<std::string> bases;
    bool lazy = false;
};

int restore(const RestoreOptions &options, const CLI::App &app, std::uint64_t startNs) {
    auto fail = [&](const Error &error) { return options.couldNotStart(error.message); };
    auto machineWanted = machineSetup(options, app);
    if (!machineWanted) return fail(machineWanted.error());
    // Everything about the file is checked before anything is started.
    auto origin = readCheckpointFileStart(options.file);
    if (!origin) return fail(origin.error());
    std::string path = options.image.empty() ? origin->imagePath : options.image;
    auto setup = sessionSetup(options, path);
    if (!setup) return fail(setup.error());
    auto image = openImage(path);
    if (!image) {
        if (options.image.empty())
            return fail(std::move(image.error()).in(fmt::format("{} names its image; give another one after it", options.file)));
        return fail(image.error());
    }
    if (!image->sites()) return options.couldNotStart(fmt::format("{} was linked with -fno-migration", path));
    auto common = CommonData::of(image->manifest());
    if (!common) return fail(common.error());
    auto chain = CheckpointChain::open(
        options.file, {options.file, image->manifest(), *image->sites(), *common},
        options.lazy ? CheckpointChain::Check::Structure : CheckpointChain::Check::Everything, options.bases);
    if (!chain) return fail(chain.error());
    const Checkpoint checkpoint = chain->checkpoint();
    auto state = readMonitorState(checkpoint.monitor);
    if (!state) return fail(state.error());

    ProgramSetup guest = checkpoint.program;
    guest.flags = programFlags(options);
    auto program = Program::make(*image, std::move(guest));
    if (!program) return fail(program.error());
    auto monitor = monitorSetup(options, startNs);
    if (!monitor) return fail(monitor.error());
    auto stats = openStats(options.stats);
    if (!stats) return fail(stats.error());

    SignalGuard signals;
    auto resumed = resumeCheckpoint(std::move(*chain), **program, *machineWanted, options.lazy, signals.fd());
    if (!resumed) return fail(resumed.error());
    if (options.verbose)
        fmt::print(stderr, "dyad: resumed on {}, process {}\n", resumed->machine->description,
                   resumed->machine->child.pid());
    Session session(**program, std::move(resumed->machine), std::move(*monitor), std::move(*setup), signals.fd());
    session.restored(*state, checkpoint.rings);
    if (resumed->pages) session.await(*resumed->pages);
    return runSession(session, **program, options, stats->get(), signals);
}

} // namespace

Action setupRestore(CLI::App &app) {
    std::uint64_t startNs = monotonicNs();
    auto options = std::make_shared<RestoreOptions>();
    options->command = "restore";
    addSessionOptions(app, *options);
    auto *lazy = app.add_flag("--lazy", options->lazy, "let the program run before all of its memory is read");
    lazy->excludes(app.get_option("--hop"));
    app.add_option("--base", options->bases, "a file that the checkpoint builds on, if it is not where it was")
        ->type_name("FILE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app.add_option("FILE", options->file, "the checkpoint")->required();
    app.add_option("IMAGE", options->image, "its image (default: where it was when the checkpoint was taken)");
    return [options, &app, startNs] { return restore(*options, app, startNs); };
}

} // namespace dyad
