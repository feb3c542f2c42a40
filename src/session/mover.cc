// Orders are state machines that the monitor's loop drives: while the program runs on, it is served.
#include "session/mover.h"

#include "machine/ticks.h"
#include "session/monitor_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>

namespace dyad {

namespace {

/// A destination is looked at so often while something is awaited that it may not ring for.
constexpr std::uint64_t kLookNs = 200'000;

} // namespace

Mover::Mover(const Program& program, std::unique_ptr<Machine> machine, Monitor& monitor)
    : program_(program), machine_(std::move(machine)), monitor_(monitor), stop_(program, *machine_) {}

bool Mover::refused(const std::function<void(const MoveFailure&)>& failed) const {
    if (!program_.movable())
        failed({fmt::format("{} was linked with -fno-migration: it cannot be captured", program_.image().path()),
                ENOTSUP});
    else if (busy())
        failed({"the program is being moved or checkpointed already", EBUSY});
    else if (const std::string why = hindrance(); !why.empty())
        failed({why, EBUSY});
    else
        return false;
    return true;
}

MachineSetup Mover::machineLikeThis(Isa isa) const {
    MachineSetup setup = machine_->setup;
    setup.gdbPort.reset(); // the debugger stays with the first machine
    setup.isa = isa;
    return setup;
}

void Mover::begin(MoveOrder order) {
    if (refused(order.failed)) {
        ++moves_.failed;
        return;
    }
    move_ = std::move(order);
    resumed_ = false;
    begunNs_ = monotonicNs();
    error_ = EIO;
    if (move_->askedAtStart)
        stop_.adopt(move_->skip);
    else if (move_->askAtOnce)
        stop_.ask(move_->skip);
}

/// Before the program is stopped, so that nothing about the base can be wrong then.
Result<void> Mover::openBase(const CheckpointOrder& order) {
    base_.reset();
    if (order.basePath.empty()) return {};
    auto chain = CheckpointChain::open(
        order.basePath, {order.basePath, program_.image().manifest(), program_.sites(), program_.common()},
        CheckpointChain::Check::Structure);
    if (!chain) return std::move(chain.error());
    if (const std::uint64_t size = machine_->memory.plan().arenaSize; chain->checkpoint().arenaSize != size)
        return Error{fmt::format("'{}' cannot be the base: it has an arena of {} bytes, the program {}", order.basePath,
                                 chain->checkpoint().arenaSize, size)};
    struct stat output;
    if (stat(order.path.c_str(), &output) == 0 && chain->has(output))
        return Error{fmt::format("'{}' would replace what it builds on", order.path)};
    base_ = std::move(*chain);
    return {};
}

void Mover::begin(CheckpointOrder order) {
    if (refused(order.failed)) return;
    if (auto opened = openBase(order); !opened) return order.failed({opened.error().message, EINVAL});
    checkpoint_ = std::move(order);
    begunNs_ = monotonicNs();
    error_ = EIO;
}

void Mover::begin(TransferOrder order) {
    auto failed = order.failed;
    if (refused(failed)) return;
    error_ = EIO;
    watch_.reset(); // it may have its pages watched for itself
    auto outgoing = Outgoing::begin(program_, *machine_, monitor_, stop_, std::move(order));
    if (outgoing)
        outgoing_ = std::move(*outgoing);
    else
        failed({outgoing.error().message, error_});
}

Result<void> Mover::cancel() {
    if (!busy()) return Error{"the program is not being moved or checkpointed"};
    if (outgoing_ && outgoing_->committed())
        return Error{"it is too late: the program may be running at the destination"};
    if (resumed_) return Error{"it is too late: the program is arriving"};
    if (written_) return Error{"it is too late: the checkpoint is written"};
    fail("cancelled", ECANCELED);
    return {};
}

void Mover::abandon() {
    if (busy()) fail("the program has ended", ESRCH);
}

void Mover::fail(const std::string& message, int error) {
    if (move_ && error != ESRCH) ++moves_.failed;
    auto failed = outgoing_ ? std::move(outgoing_->order().failed)
                  : move_   ? std::move(move_->failed)
                            : std::move(checkpoint_->failed);
    if (outgoing_) outgoing_->cancel(message);
    outgoing_.reset();
    move_.reset();
    checkpoint_.reset();
    base_.reset();
    written_.reset();
    arrival_.reset();
    destination_.reset(); // never two that run
    monitor_.setPaused(false);
    stop_.withdraw();
    failed({message, error});
}

Result<void> Mover::checkPatience(std::uint64_t patienceNs) {
    if (monotonicNs() - begunNs_ < patienceNs) return {};
    error_ = ETIMEDOUT;
    return Error{fmt::format("the program could not be stopped within {:g} s: {}",
                             static_cast<double>(patienceNs) / 1e9,
                             stop_.asked() ? stop_.describeDelay() : "it has not reached main yet")};
}

Result<void> Mover::step() {
    // A stop that nobody wants any more is ended even without an order.
    if (!busy()) {
        if (program_.movable()) (void)stop_.look();
        return {};
    }
    if (outgoing_) {
        // What nobody wants any more is ended here, too.
        if (!stop_.asked()) (void)stop_.look();
        if (auto stepped = stepTransfer(); !stepped) fail(stepped.error().message, error_);
        return {};
    }
    bool settled = false;
    if (checkpoint_ && stop_.stopped()) {
        // What the program wrote before must be out, or it would be lost with this monitor.
        auto served = monitor_.settle();
        if (!served) return std::move(served.error());
        settled = *served;
    }
    auto stepped = move_ ? stepMove() : stepCheckpoint(settled);
    if (!stepped) fail(stepped.error().message, error_);
    return {};
}

Result<void> Mover::stepMove() {
    if (resumed_) return arrive();
    if (!destination_)
        if (auto started = startDestination(); !started) return started;
    auto waiting = arrival_->waiting();
    if (!waiting) return std::move(waiting.error());
    if (!stop_.asked() && *waiting && monitor_.started()) stop_.ask(move_->skip);
    auto stopped = stop_.look();
    if (!stopped) return std::move(stopped.error());
    if (*stopped && *waiting) return transfer();
    if (!*stopped && (stop_.asked() || !monitor_.started())) return checkPatience(move_->patienceNs);
    return {};
}

/// Before the stack is known the destination's is as large as the source's; if that turns out too small, another is
/// started.
Result<void> Mover::startDestination() {
    const MemoryPlan& source = machine_->memory.plan();
    Isa isa = move_->destination.isa;
    std::uint64_t stack = source.stackSize, records = Arrival::kUsualRecords;
    if (stop_.stopped()) {
        stack = std::max(stack, Arrival::stackFor(program_, isa, stop_.frames()));
        records = std::max(records, FramePlacement::recordsSize(stop_.frames()));
    }
    auto plan = program_.planDestination(source.arenaSize, stack, records);
    if (!plan) return std::move(plan.error());
    auto started = program_.startDestination(*plan, move_->destination);
    if (!started) {
        error_ = ENODEV;
        return std::move(started.error());
    }
    destination_ = std::move(*started);
    arrival_.emplace(program_, *destination_);
    return {};
}

Result<void> Mover::transfer() {
    const FrameList& frames = stop_.frames();
    if (!arrival_->fits(frames)) {
        arrival_.reset();
        destination_.reset();
        return startDestination();
    }
    // From here on the rings belong to the copy.
    monitor_.setPaused(true);
    auto rings = readRings(machine_->area);
    if (!rings) return std::move(rings.error());
    rings_ = std::move(*rings);
    std::uint64_t copyNs = monotonicNs();
    auto copied = copyMemory(machine_->memory, destination_->memory, program_.common());
    if (!copied) return std::move(copied.error());
    std::uint64_t placeNs = monotonicNs();
    ThreadState thread = stop_.thread();
    thread.clockNs += monotonicNs() - stop_.stoppedNs();
    std::uint64_t tickHz = needsTickRate(destination_->setup) ? monitor_.tickRate() : 0;
    auto resumed = arrival_->resume({frames, thread, rings_}, tickHz, move_->selfTest ? stop_.takeNumber() : 0);
    if (!resumed) return resumed;
    resumed_ = true;
    resumedNs_ = monotonicNs();
    report_ = {machine_->setup.isa,
               destination_->setup.isa,
               destination_->description,
               copied->bytes,
               frames.size(),
               stop_.stoppedNs() - stop_.askedNs(),
               stop_.capturingNs(),
               placeNs - copyNs,
               resumedNs_ - placeNs,
               0,
               0};
    return arrive();
}

Result<void> Mover::arrive() {
    auto arrived = arrival_->arrived();
    if (!arrived) return std::move(arrived.error());
    if (!*arrived) return {};
    std::uint64_t now = monotonicNs();
    report_.resume = now - resumedNs_;
    report_.down = now - stop_.stoppedNs();

    watch_.reset();
    std::unique_ptr<Machine> old = std::exchange(machine_, std::move(destination_));
    MoveOrder order = std::move(*move_);
    move_.reset();
    arrival_.reset();
    resumed_ = false;
    stop_.attach(*machine_);
    monitor_.moveTo(machine_->area, machine_->monitored());
    monitor_.setPaused(false);
    machine_->migration().request = 0;
    moves_.done.push_back(report_);
    order.moved(report_); // may ask for the next stop, which counts from here
    if (order.selfTest) stop_.letGo();
    machine_->ring();
    return {};
}

Result<void> Mover::stepCheckpoint(bool settled) {
    if (!stop_.asked() && monitor_.started()) stop_.ask(0);
    auto stopped = stop_.look();
    if (!stopped) return std::move(stopped.error());
    if (auto patient = checkPatience(checkpoint_->patienceNs); !*stopped) return patient;
    if (!settled) {
        if (checkPatience(checkpoint_->patienceNs)) return {};
        return Error{"the program's output could not be written in time"};
    }
    if (!written_) {
        auto written = writeCheckpoint();
        if (!written) return std::move(written.error());
        written_ = *written;
        base_.reset();
        if (checkpoint_->watch) askToWatch();
    }
    if (checkpoint_->watch && !watchBegins()) return {};
    CheckpointOrder order = std::move(*checkpoint_);
    checkpoint_.reset();
    if (order.leaveRunning)
        stop_.withdraw();
    else
        monitor_.end(RunReport::End::checkpointed, 0);
    order.written(*std::exchange(written_, std::nullopt));
    return {};
}

/// Of the stopped program.
Result<WrittenCheckpoint> Mover::writeCheckpoint() {
    auto rings = readRings(machine_->area);
    if (!rings) return std::move(rings.error());
    const MemoryPlan& plan = machine_->memory.plan();
    Checkpoint checkpoint;
    checkpoint.pairId = program_.image().manifest().id;
    checkpoint.name = checkpoint_->name;
    checkpoint.imagePath = program_.imagePath();
    checkpoint.toolVersion = DYAD_VERSION;
    checkpoint.isa = machine_->setup.isa;
    checkpoint.arenaSize = plan.arenaSize;
    checkpoint.stackSize = plan.stackSize;
    checkpoint.takenNs = realTimeNs();
    checkpoint.program = program_.setup();
    checkpoint.thread = stop_.thread();
    checkpoint.thread.clockNs += monotonicNs() - stop_.stoppedNs();
    checkpoint.frames = stop_.frames();
    checkpoint.rings = std::move(*rings);
    checkpoint.monitor = writeMonitorState(monitor_.state());
    CheckpointForm form;
    form.level = checkpoint_->level;
    if (base_) {
        form.base = baseFor(checkpoint_->path, checkpoint_->basePath, base_->id());
        form.basePages = &base_->pages();
        if (watch_ && watchedSince_ == base_->id()) {
            auto& ranges = form.writtenSince.emplace();
            auto taken = watch_->takeDirtyOfStopped([&](std::uint64_t first, std::uint64_t count) -> Result<void> {
                for (std::uint64_t block = first; block < first + count; ++block)
                    ranges.push_back({watch_->address(block), watch_->bytes(block).size()});
                return {};
            });
            if (!taken) return std::move(taken.error());
        }
    }
    return writeCheckpointFile(checkpoint_->path, checkpoint, machine_->memory, program_.common(), form);
}

// The checkpoint is written: a program that cannot be watched costs the next one time, no more.

void Mover::askToWatch() {
    watch_.reset();
    auto watch = PageTracking::of(*machine_, program_.common().address, program_.common().size);
    if (!watch) return;
    watch_ = std::move(*watch);
    watch_->ask(DYAD_PAGES_TRACK);
}

/// Whether the stopped guest has answered.
bool Mover::watchBegins() {
    auto answered = watch_ ? watch_->answered() : Result<bool>(true);
    if (answered && !*answered) return false;
    if (!answered) watch_.reset();
    if (!watch_) return true;
    // What it wrote before is in the checkpoint. Never fails: nothing is done with it.
    (void)watch_->takeDirty([](std::uint64_t, std::uint64_t) -> Result<void> { return {}; });
    watchedSince_ = written_->id;
    return true;
}

Result<void> Mover::stepTransfer() {
    using Progress = Outgoing::Progress;
    auto progress = outgoing_->step();
    if (!progress) return std::move(progress.error());
    const bool tried = outgoing_->report().tried;
    if (*progress == Progress::Gone) {
        // Nobody hears of a failure any more.
        outgoing_->order().failed = [](const MoveFailure&) {};
        if (outgoing_->attached()) {
            machine_->child.kill();
            // Never fails on memory that was served before; it would only stay.
            (void)clearMemory(machine_->memory, program_.common());
        }
        outgoing_->order().done(outgoing_->report());
    }
    if (*progress == Progress::Goes || outgoing_->attached()) return {};
    if (!tried) {
        const auto [how, value] = outgoing_->ended();
        monitor_.end(how, value);
    }
    outgoing_.reset();
    return {};
}

void Mover::addEntries(std::vector<pollfd>& entries) const {
    if (outgoing_) outgoing_->addEntries(entries);
    if (destination_) entries.push_back({destination_->doorbell.get(), POLLIN, 0});
}

std::uint64_t Mover::nextTurn() const {
    std::uint64_t next = stop_.nextTurn();
    if (outgoing_) next = std::min(next, outgoing_->nextTurn());
    if (resumed_) next = std::min(next, monotonicNs() + kLookNs);
    return next;
}

} // namespace dyad
