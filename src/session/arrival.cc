// The destination's side of a move.
#include "session/arrival.h"

#include "machine/crash_report.h"
#include "migrate/capture.h"

#include <fmt/format.h>

#include <cstring>

namespace dyad {

namespace {

/// The monitor gives a machine so long to start, and a program so long to rebuild its stack.
constexpr std::uint64_t kSecondNs = 1'000'000'000, kStartLimitNs = 60 * kSecondNs, kArrivalLimitNs = 30 * kSecondNs;
/// Beyond the rebuilt frames: what the innermost of them, and the native part, call while arriving.
constexpr std::uint64_t kStackReserve = 1 << 20;

std::uint32_t load(const volatile std::uint32_t& word) {
    return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}

} // namespace

Result<void> Arrival::checkAlive() {
    const dyad_crash& crash = machine_.area.control->crash;
    if (load(crash.valid)) {
        dyad_crash copy;
        std::memcpy(static_cast<void*>(&copy), &crash, sizeof copy);
        return Error{fmt::format("the destination crashed: {}", crashCause(copy))};
    }
    if (machine_.gone()) {
        std::string end = machine_.describeEnd();
        return Error{fmt::format("the destination machine ended{}{}", end.empty() ? "" : ": ", end)};
    }
    return {};
}

Result<bool> Arrival::waiting() {
    if (auto alive = checkAlive(); !alive) return std::move(alive.error());
    if (load(machine_.migration().state) == DYAD_MIGRATION_WAITING) return true;
    if (monotonicNs() - startNs_ > kStartLimitNs)
        return Error{fmt::format("the destination machine did not start within {} s (boot stage {})",
                                 kStartLimitNs / kSecondNs, load(machine_.area.control->boot_stage))};
    return false;
}

std::uint64_t Arrival::stackFor(const Program& program, Isa isa, const FrameList& frames) {
    return 2 * program.placement(isa).stackNeeded(frames) + kStackReserve;
}

bool Arrival::fits(const FrameList& frames) const {
    const MemoryPlan& plan = machine_.memory.plan();
    std::uint64_t needed = program_.placement(machine_.setup.isa).stackNeeded(frames) + kStackReserve;
    return needed <= plan.stackSize &&
           program_.migrationSize(FramePlacement::recordsSize(frames)) <= plan.migrationSize;
}

Result<void> Arrival::resume(const Departure& departure, std::uint64_t tickHz, std::uint32_t selfTest) {
    frames_ = &departure.frames;
    selfTest_ = selfTest;
    if (auto written = writeRings(departure.rings, machine_.area); !written) return written;
    if (auto placed = program_.placement(machine_.setup.isa).place(departure.frames, machine_.memory); !placed)
        return placed;
    writeThreadState(departure.thread, machine_.memory);
    dyad_migration& migration = machine_.migration();
    migration.tick_hz = tickHz;
    migration.skip = 0;
    migration.request = selfTest;
    resumedNs_ = monotonicNs();
    __atomic_store_n(&migration.command, DYAD_MIGRATION_RESUME, __ATOMIC_RELEASE);
    machine_.ring();
    return {};
}

Result<bool> Arrival::arrived() {
    const dyad_migration& migration = machine_.migration();
    std::uint32_t state = load(migration.state);
    if (selfTest_ == 0 && state == DYAD_MIGRATION_RUNNING) return true;
    if (selfTest_ != 0 && state == DYAD_MIGRATION_STOPPED && load(migration.stopped) == selfTest_) {
        auto capture = captureFrames(program_.sites(), machine_.setup.isa, machine_.memory);
        if (!capture) return std::move(capture.error()).in("self-test");
        if (const auto* unknown = std::get_if<UnknownCode>(&*capture))
            return Error{fmt::format("self-test: the rebuilt stack has no site at {:#x}, frame {}", unknown->pc,
                                     unknown->frame)};
        auto same = compareFrames(program_.sites(), *frames_, std::get<FrameList>(*capture));
        if (!same) return std::move(same.error()).in("self-test");
        return true;
    }
    if (auto alive = checkAlive(); !alive) return std::move(alive.error());
    if (monotonicNs() - resumedNs_ > kArrivalLimitNs)
        return Error{fmt::format("the program did not arrive within {} s", kArrivalLimitNs / kSecondNs)};
    return false;
}

} // namespace dyad
