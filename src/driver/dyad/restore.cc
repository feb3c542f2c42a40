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
    CheckpointFile file{options.file, *image, *common};
    auto checkpoint = file.read(nullptr);
    if (!checkpoint) return fail(checkpoint.error());

    ProgramSetup guest = checkpoint->program;
    guest.flags = programFlags(options);
    auto program = Program::make(*image, std::move(guest));
    if (!program) return fail(program.error());
    auto monitor = monitorSetup(options, startNs);
    if (!monitor) return fail(monitor.error());
    auto stats = openStats(options.stats);
    if (!stats) return fail(stats.error());

    SignalGuard signals;
    auto resumed = resumeCheckpoint(file, *checkpoint, **program, *machineWanted, signals.fd());
    if (!resumed) return fail(resumed.error());
    auto state = readMonitorState(resumed->checkpoint.monitor);
    if (!state) return fail(state.error());
    if (options.verbose)
        fmt::print(stderr, "dyad: resumed on {}, process {}\n", resumed->machine->description,
                   resumed->machine->child.pid());
    Session session(**program, std::move(resumed->machine), std::move(*monitor), std::move(*setup), signals.fd());
    session.restored(*state, resumed->checkpoint.rings);
    return runSession(session, **program, options, stats->get(), signals);
}

} // namespace

Action setupRestore(CLI::App &app) {
    std::uint64_t startNs = monotonicNs();
    auto options = std::make_shared<RestoreOptions>();
    options->command = "restore";
    addSessionOptions(app, *options);
    app.add_option("FILE", options->file, "the checkpoint")->required();
    app.add_option("IMAGE", options->image, "its image (default: where it was when the checkpoint was taken)");
    return [options, &app, startNs] { return restore(*options, app, startNs); };
}

} // namespace dyad
