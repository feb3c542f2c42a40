// The files were checked before; now they fill the machine that waits, or follow it.
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

Result<ResumedProgram> resumeCheckpoint(CheckpointChain chain, const Program& program, const MachineSetup& setup,
                                        bool lazily, int signals) {
    const Checkpoint checkpoint = chain.checkpoint();
    std::uint64_t stack = std::max(checkpoint.stackSize, Arrival::stackFor(program, setup.isa, checkpoint.frames));
    auto plan = program.planDestination(checkpoint.arenaSize, stack, FramePlacement::recordsSize(checkpoint.frames));
    if (!plan) return std::move(plan.error());
    TickMeter ticks;
    auto started = program.startDestination(*plan, setup);
    if (!started) return std::move(started.error());
    ResumedProgram resumed{std::move(*started), nullptr};
    Machine& machine = *resumed.machine;
    Arrival arrival(program, machine);
    if (auto waited = waitFor(machine, signals, [&] { return arrival.waiting(); }); !waited)
        return std::move(waited.error());
    if (auto cleared = clearMemory(machine.memory, program.common()); !cleared) return std::move(cleared.error());
    if (lazily) {
        auto pages = LazyPages::begin(std::move(chain), machine, program.common());
        if (!pages) return std::move(pages.error());
        resumed.pages = std::move(*pages);
    } else {
        auto loaded = chain.loadAll([&](GuestAddress address, std::span<const std::byte> pages) {
            return writePages(machine.memory, program.common(), address, pages);
        });
        if (!loaded) return std::move(loaded.error());
    }
    ThreadState thread = checkpoint.thread;
    // Time went on while the program lay in the file.
    std::uint64_t now = realTimeNs();
    if (now > checkpoint.takenNs) thread.clockNs += now - checkpoint.takenNs;
    auto begun = arrival.resume({checkpoint.frames, thread, checkpoint.rings}, needsTickRate(setup) ? ticks.rate() : 0,
                                StopRequest::kFirstNumber);
    if (!begun) return std::move(begun.error());
    const auto arrived = [&]() -> Result<bool> {
        if (resumed.pages)
            if (auto served = resumed.pages->serve(); !served) return std::move(served.error());
        return arrival.arrived();
    };
    if (auto waited = waitFor(machine, signals, arrived); !waited) return std::move(waited.error());
    machine.migration().request = 0;
    return resumed;
}

} // namespace dyad
