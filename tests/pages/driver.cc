// Runs a program while its pages are watched, and proves what that promises (docs/abi.md, section 9):
//   pages_driver OPTIONS track IMAGE ARGUMENT...    many rounds of write tracking; a copy that is brought up to date by
//   what they tell equals
//                                             memory at a stop, and again after each of several stops
//   pages_driver OPTIONS missing IMAGE ARGUMENT...  moves the program; its memory follows, on demand and in random
//   order pages_driver OPTIONS plain IMAGE ARGUMENT...    neither
// Options: --isa, --to ISA; --qemu; --mem MIB; --block BYTES; --every MS; --rounds N between stops; --stops N; --rate
// BLOCKS each turn. The program's output is its own; one line of figures goes to standard error.
#include "image/pair_image.h"
#include "machine/page_tracking.h"
#include "machine/ticks.h"
#include "session/arrival.h"
#include "session/stop_request.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <random>

using namespace dyad;

namespace {

struct Options {
    std::string mode, isa = "x86_64", to = "x86_64", image;
    bool qemu = false;
    std::uint64_t memoryMib = 256, block = 4096, everyMs = 20, rounds = 20, stops = 3, rate = 8, afterMs = 100;
    std::vector<std::string> arguments;
};

Isa isaOf(const std::string& name) {
    return name == "aarch64" ? Isa::aarch64 : Isa::x86_64;
}

template <class T> T check(Result<T> result, const char* what) {
    if (!result) {
        fmt::print(stderr, "driver: {}: {}\n", what, result.error().message);
        std::exit(3);
    }
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

Result<PageTracking> watch(Machine& machine, const Program& program, const Options& options) {
    return PageTracking::of(machine, program.common().address, program.common().size, options.block);
}

/// Rounds of tracking, and a copy.
class Tracker final : public LoopPart {
  public:
    Tracker(const Program& program, Machine& machine, Monitor& monitor, const Options& options)
        : options_(options), machine_(machine), monitor_(monitor), stop_(program, machine),
          pages_(check(watch(machine, program, options), "tracking")) {}

    Result<void> step() override {
        switch (state_) {
        case State::starting:
            if (!monitor_.started()) return {};
            copy_.assign(pages_.count(), {});
            return ask(DYAD_PAGES_TRACK, State::first);
        case State::first:
            return whenAnswered([this]() -> Result<void> {
                // All of it, while the program goes on.
                for (std::uint64_t block = 0; block < pages_.count(); ++block)
                    copy(block);
                return pause();
            });
        case State::pausing:
            if (monotonicNs() < nextNs_) return {};
            if (++round_ % options_.rounds) return ask(DYAD_PAGES_TRACK, State::round);
            stop_.ask(0);
            state_ = State::stopping;
            return {};
        case State::round:
            return whenAnswered([this]() -> Result<void> {
                if (auto taken = pages_.takeDirty(take_); !taken) return taken;
                return pause();
            });
        case State::stopping: {
            auto stopped = stop_.look();
            if (!stopped) return std::move(stopped.error());
            if (!*stopped) return {};
            if (auto taken = pages_.takeDirtyOfStopped(take_); !taken) return taken;
            if (auto same = compare(); !same) return same;
            // Stopped guests answer, too.
            return ask(++stopped_ < options_.stops ? DYAD_PAGES_TRACK : DYAD_PAGES_OFF, State::stopped);
        }
        case State::stopped:
            return whenAnswered([this]() -> Result<void> {
                if (pages_.mode() == DYAD_PAGES_TRACK)
                    if (auto taken = pages_.takeDirty(take_); !taken) return taken;
                stop_.withdraw();
                if (pages_.mode() == DYAD_PAGES_TRACK) return pause();
                state_ = State::done;
                return {};
            });
        case State::done:
            (void)stop_.look();
            return {};
        }
        return {};
    }
    void addEntries(std::vector<pollfd>&) const override {}
    std::uint64_t nextTurn() const override {
        return state_ == State::pausing ? nextNs_ : state_ == State::done ? UINT64_MAX : monotonicNs() + 200'000;
    }

    bool done() const { return state_ == State::done; }
    void print() const {
        PageTracking::Counters counters = pages_.counters();
        fmt::print(stderr,
                   "rounds {} stops {} copied {} MiB, most in a round {} KiB, longest answer {} us, write faults {}, "
                   "coarse {}\n",
                   round_, stopped_, copied_ >> 20, mostInRound_ >> 10, longestAnswerNs_ / 1000, counters.writeFaults,
                   counters.coarse);
    }

  private:
    enum class State { starting, first, pausing, round, stopping, stopped, done };

    Result<void> ask(dyad_pages_mode mode, State next) {
        state_ = next;
        askedNs_ = monotonicNs();
        pages_.ask(mode);
        return {};
    }
    Result<void> whenAnswered(const std::function<Result<void>()>& then) {
        auto answered = pages_.answered();
        if (!answered) return std::move(answered.error());
        if (!*answered) return {};
        longestAnswerNs_ = std::max(longestAnswerNs_, monotonicNs() - askedNs_);
        inRound_ = 0;
        auto result = then();
        mostInRound_ = std::max(mostInRound_, inRound_);
        return result;
    }
    Result<void> pause() {
        nextNs_ = monotonicNs() + options_.everyMs * 1'000'000;
        state_ = State::pausing;
        return {};
    }
    void copy(std::uint64_t block) {
        std::span<std::byte> bytes = pages_.bytes(block);
        inRound_ += bytes.size();
        copied_ += bytes.size();
        auto zero = [](std::byte b) { return b == std::byte{}; };
        if (copy_[block].empty() && std::ranges::all_of(bytes, zero)) return; // costs nothing here
        copy_[block].assign(bytes.begin(), bytes.end());
    }
    Result<void> compare() {
        for (std::uint64_t block = 0; block < pages_.count(); ++block) {
            std::span<std::byte> bytes = pages_.bytes(block);
            bool same = copy_[block].empty() ? std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{}; })
                                             : std::memcmp(copy_[block].data(), bytes.data(), bytes.size()) == 0;
            if (!same)
                return Error{fmt::format("stop {}, round {}: block {} at {:#x} was changed and not told", stopped_,
                                         round_, block, static_cast<std::uint64_t>(pages_.address(block)))};
        }
        return {};
    }

    const Options& options_;
    Machine& machine_;
    Monitor& monitor_;
    StopRequest stop_;
    PageTracking pages_;
    PageTracking::TakeBlocks take_ = [this](std::uint64_t first, std::uint64_t count) -> Result<void> {
        for (std::uint64_t block = first; block < first + count; ++block)
            copy(block);
        return {};
    };
    State state_ = State::starting;
    std::vector<std::vector<std::byte>> copy_;
    std::uint64_t nextNs_ = 0, askedNs_ = 0, round_ = 0, stopped_ = 0;
    std::uint64_t copied_ = 0, inRound_ = 0, mostInRound_ = 0, longestAnswerNs_ = 0;
};

/// A move whose memory follows.
class Follower final : public LoopPart {
  public:
    Follower(const Program& program, std::unique_ptr<Machine> machine, Monitor& monitor, const Options& options)
        : program_(program), options_(options), monitor_(monitor), source_(std::move(machine)),
          stop_(program, *source_) {}

    Result<void> step() override {
        switch (state_) {
        case State::running:
            if (!monitor_.started()) return {};
            if (startNs_ == 0) startNs_ = monotonicNs();
            if (monotonicNs() - startNs_ < options_.afterMs * 1'000'000) return {};
            if (!destination_) return startDestination();
            if (auto waiting = arrival_->waiting(); !waiting || !*waiting)
                return waiting ? Result<void>{} : waiting.error();
            stop_.ask(0);
            state_ = State::stopping;
            return {};
        case State::stopping: {
            auto stopped = stop_.look();
            if (!stopped) return std::move(stopped.error());
            return *stopped ? move() : Result<void>{};
        }
        case State::following:
            return follow();
        case State::ending: {
            auto answered = pages_->answered();
            if (!answered) return std::move(answered.error());
            if (*answered) state_ = State::done;
            return {};
        }
        case State::done:
            return {};
        }
        return {};
    }
    void addEntries(std::vector<pollfd>& entries) const override {
        if (destination_ && !arrived_) entries.push_back({destination_->doorbell.get(), POLLIN, 0});
    }
    std::uint64_t nextTurn() const override {
        if (state_ == State::done) return UINT64_MAX;
        return monotonicNs() + (state_ == State::following && options_.rate ? 0 : 200'000);
    }
    bool done() const { return state_ == State::done; }
    Machine& machine() { return destination_ ? *destination_ : *source_; }
    void print() const {
        if (!pages_) return;
        PageTracking::Counters counters = pages_->counters();
        fmt::print(stderr,
                   "missing {} blocks, {} faults, {} of them waited, {} came in vain, coarse {}, arrival after {} us\n",
                   missing_, counters.missingFaults, counters.waits, inVain_, counters.coarse, arrivalNs_ / 1000);
    }

  private:
    enum class State { running, stopping, following, ending, done };

    Result<void> startDestination() {
        std::uint64_t stack = 2 * source_->memory.plan().stackSize;
        auto plan = program_.planDestination(source_->memory.plan().arenaSize, stack, 1 << 20);
        if (!plan) return std::move(plan.error());
        MachineSetup setup = source_->setup;
        setup.isa = isaOf(options_.to);
        auto started = program_.startDestination(*plan, setup);
        if (!started) return std::move(started.error());
        destination_ = std::move(*started);
        arrival_.emplace(program_, *destination_);
        return {};
    }

    Result<void> move() {
        monitor_.setPaused(true);
        auto rings = readRings(source_->area);
        if (!rings) return std::move(rings.error());
        rings_ = std::move(*rings);
        from_.emplace(check(watch(*source_, program_, options_), "source"));
        pages_.emplace(check(watch(*destination_, program_, options_), "destination"));
        auto zero = [](std::byte b) { return b == std::byte{}; };
        for (std::uint64_t block = 0; block < pages_->count(); ++block)
            if (!std::ranges::all_of(from_->bytes(block), zero)) {
                pages_->setMissing(block, 1);
                order_.push_back(block);
            }
        missing_ = order_.size();
        std::ranges::shuffle(order_, std::mt19937_64(1));
        movedNs_ = monotonicNs();
        pages_->startMissing();
        ThreadState thread = stop_.thread();
        state_ = State::following;
        return arrival_->resume({stop_.frames(), thread, rings_},
                                needsTickRate(destination_->setup) ? monitor_.tickRate() : 0, 0);
    }

    Result<void> bring(std::uint64_t block) {
        auto stored = pages_->arrived(block, 1, from_->bytes(block));
        if (!stored) return std::move(stored.error());
        inVain_ += *stored == 0;
        return {};
    }

    Result<void> follow() {
        if (!arrived_) {
            if (!drainDoorbell(destination_->doorbell.get())) return Error{destination_->describeEnd()};
            auto arrived = arrival_->arrived();
            if (!arrived) return std::move(arrived.error());
            if (*arrived) {
                arrived_ = true;
                arrivalNs_ = monotonicNs() - movedNs_;
                monitor_.moveTo(destination_->area, destination_->monitored());
                monitor_.setPaused(false);
            }
        }
        if (auto block = pages_->wanted())
            if (auto brought = bring(*block); !brought) return brought;
        // Nothing but what is asked for until the program has arrived: every way in is tried.
        for (std::uint64_t i = 0; arrived_ && i < options_.rate && !order_.empty(); ++i, order_.pop_back())
            if (auto brought = bring(order_.back()); !brought) return brought;
        if (!order_.empty() || !arrived_) return {};
        if (std::uint64_t left = pages_->missingCount()) return Error{fmt::format("{} blocks are missing still", left)};
        pages_->finishMissing();
        state_ = State::ending;
        return {};
    }

    const Program& program_;
    const Options& options_;
    Monitor& monitor_;
    std::unique_ptr<Machine> source_, destination_;
    StopRequest stop_;
    std::optional<Arrival> arrival_;
    std::optional<PageTracking> from_, pages_;
    RingStates rings_;
    std::vector<std::uint64_t> order_;
    State state_ = State::running;
    bool arrived_ = false;
    std::uint64_t startNs_ = 0, movedNs_ = 0, arrivalNs_ = 0, missing_ = 0, inVain_ = 0;
};

int status(const Result<RunReport>& report, bool done) {
    if (!report) {
        fmt::print(stderr, "driver: {}\n", report.error().message);
        return 3;
    }
    if (report->end != RunReport::End::exited) {
        fmt::print(stderr, "driver: the program ended by {}\n", static_cast<int>(report->end));
        return 4;
    }
    if (!done) {
        fmt::print(stderr, "driver: the program ended before it was watched to the end\n");
        return 5;
    }
    return report->value;
}

int run(const Options& options) {
    PairImage image = check(PairImage::open(options.image), "image");
    ProgramSetup setup;
    setup.arguments = options.arguments;
    setup.arguments.insert(setup.arguments.begin(), options.image);
    auto program = check(Program::make(image, setup), "program");
    MemoryPlan plan = check(program->planStart(options.memoryMib << 20), "memory");
    MachineSetup machineSetup{
        isaOf(options.isa), options.qemu ? DYAD_MACHINE_QEMU : DYAD_MACHINE_PROCESS, Acceleration::tcg, {}, false};
    auto machine = check(program->start(plan, machineSetup, 0, 0), "machine");
    Machine& first = *machine;
    MonitorSetup monitorSetup;
    monitorSetup.measureTicks = needsTickRate(machineSetup);
    monitorSetup.timeout = 300;
    Monitor monitor(first.area, first.monitored(), std::move(monitorSetup), -1);
    if (options.mode == "plain") {
        auto report = monitor.run();
        return status(report, true);
    }
    if (options.mode == "track") {
        Tracker tracker(*program, first, monitor, options);
        monitor.add(tracker);
        auto report = monitor.run();
        tracker.print();
        return status(report, tracker.done());
    }
    Follower follower(*program, std::move(machine), monitor, options);
    monitor.add(follower);
    auto report = monitor.run();
    follower.print();
    return status(report, follower.done());
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{"watches the pages of a program"};
    app.add_option("mode", options.mode)->required()->check(CLI::IsMember({"track", "missing", "plain"}));
    app.add_option("--isa", options.isa);
    app.add_option("--to", options.to);
    app.add_flag("--qemu", options.qemu);
    app.add_option("--mem", options.memoryMib);
    app.add_option("--block", options.block);
    app.add_option("--every", options.everyMs);
    app.add_option("--after", options.afterMs);
    app.add_option("--rounds", options.rounds);
    app.add_option("--stops", options.stops);
    app.add_option("--rate", options.rate);
    app.add_option("image", options.image)->required();
    app.add_option("arguments", options.arguments);
    app.positionals_at_end();
    CLI11_PARSE(app, argc, argv);
    return run(options);
}
