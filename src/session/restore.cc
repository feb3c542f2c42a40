// The file is read twice: once before anything is started, and once to fill the machine that waits.
#include "session/restore.h"

#include "machine/ticks.h"
#include "session/arrival.h"
#include "session/stop_request.h"

#include <algorithm>
#include <poll.h>

namespace dyad {

namespace {

constexpr int kLookMs = 10;

/// Calls `done` until it says so or fails.
template <class Done> Result<void> waitFor(Machine& machine, int signals, Done done) {
    for (;;) {
        auto there = done();
        if (!there) return std::move(there.error());
        if (*there) return {};
        pollfd entries[] = {{machine.doorbell.get(), POLLIN, 0}, {signals, POLLIN, 0}};
        poll(entries, signals >= 0 ? 2 : 1, kLookMs);
        if (entries[1].revents) return Error{"interrupted"};
    }
}

} // namespace

Result<Checkpoint> CheckpointFile::read(GuestMemory* memory) const {
    return readCheckpointFile(path, {path, image.manifest(), *image.sites(), common, memory});
}

Result<ResumedProgram> resumeCheckpoint(const CheckpointFile& file, const Checkpoint& first, const Program& program,
                                        const MachineSetup& setup, int signals) {
    std::uint64_t stack = std::max(first.stackSize, Arrival::stackFor(program, setup.isa, first.frames));
    auto plan = program.planDestination(first.arenaSize, stack, FramePlacement::recordsSize(first.frames));
    if (!plan) return std::move(plan.error());
    TickMeter ticks;
    auto started = program.startDestination(*plan, setup);
    if (!started) return std::move(started.error());
    std::unique_ptr<Machine> machine = std::move(*started);
    Arrival arrival(program, *machine);
    if (auto waited = waitFor(*machine, signals, [&] { return arrival.waiting(); }); !waited)
        return std::move(waited.error());
    auto checkpoint = file.read(&machine->memory);
    if (!checkpoint) return std::move(checkpoint.error());
    ThreadState thread = checkpoint->thread;
    // Time went on while the program lay in the file.
    std::uint64_t now = realTimeNs();
    if (now > checkpoint->takenNs) thread.clockNs += now - checkpoint->takenNs;
    auto resumed = arrival.resume({checkpoint->frames, thread, checkpoint->rings},
                                  needsTickRate(setup) ? ticks.rate() : 0, StopRequest::kFirstNumber);
    if (!resumed) return std::move(resumed.error());
    if (auto waited = waitFor(*machine, signals, [&] { return arrival.arrived(); }); !waited)
        return std::move(waited.error());
    machine->migration().request = 0;
    return ResumedProgram{std::move(machine), std::move(*checkpoint)};
}

} // namespace dyad
