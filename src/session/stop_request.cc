// Requests are numbered, so that a stop which answers one that was withdrawn is told from one that counts.
#include "session/stop_request.h"

#include "session/code_place.h"

#include <fmt/format.h>

#include <algorithm>

namespace dyad {

namespace {

/// After a stop at a place that cannot be captured the program gets this long to leave it; doubled each time.
constexpr std::uint64_t kFirstPauseNs = 200'000, kLongestPauseNs = 20'000'000;
constexpr unsigned kMostDoublings = 16;

std::uint32_t load(const volatile std::uint32_t& word) {
    return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}
void store(volatile std::uint32_t& word, std::uint32_t value) {
    __atomic_store_n(&word, value, __ATOMIC_RELEASE);
}

} // namespace

void StopRequest::restart(std::uint32_t skip) {
    skip_ = skip;
    askedNs_ = monotonicNs();
    forbiddenSinceNs_ = 0;
    refusals_ = 0;
    state_ = State::asked;
}

void StopRequest::adopt(std::uint32_t skip) {
    number_ = kFirstNumber;
    restart(skip);
}

void StopRequest::ask(std::uint32_t skip) {
    number_ = takeNumber();
    restart(skip);
    store(migration().skip, skip);
    store(migration().request, number_);
    // One that is stopped looks when it goes on.
    if (load(migration().state) != DYAD_MIGRATION_STOPPED) machine_->interrupt();
}

/// One CONTINUE for each stop: another one would let the next stop pass.
void StopRequest::letGo() {
    std::uint32_t stop = load(migration().stopped);
    if (stop == letGo_) return;
    letGo_ = stop;
    letGo(*machine_);
}

void StopRequest::letGo(Machine& machine) {
    store(machine.migration().command, DYAD_MIGRATION_CONTINUE);
    machine.ring();
}

void StopRequest::noteLetGo() {
    letGo_ = load(migration().stopped);
}

void StopRequest::attach(Machine& machine) {
    machine_ = &machine;
    state_ = State::none;
    letGo_ = 0;
}

void StopRequest::askAgain() {
    number_ = takeNumber();
    askedNs_ = monotonicNs();
    state_ = State::asked;
    // Where points are counted the next ones are tried, further and further on; else time passes before the next try.
    store(migration().skip, skip_ > 0 ? (1u << std::min(refusals_, kMostDoublings)) - 1 : 0);
    store(migration().request, number_);
}

Result<bool> StopRequest::look() {
    if (state_ == State::pausing && monotonicNs() >= askAgainNs_) {
        askAgain();
        machine_->interrupt();
    }
    if (state_ == State::captured) return true;
    std::uint32_t state = load(migration().state);
    if (state != DYAD_MIGRATION_FORBIDDEN)
        forbiddenSinceNs_ = 0;
    else if (forbiddenSinceNs_ == 0)
        forbiddenSinceNs_ = monotonicNs();
    if (state != DYAD_MIGRATION_STOPPED) return false;
    if (state_ != State::asked || load(migration().stopped) != number_) {
        // It stopped for a request that was withdrawn in that moment; it finds the present one when it goes on.
        letGo();
        return false;
    }
    stoppedNs_ = monotonicNs();
    auto capture = captureFrames(program_.sites(), machine_->setup.isa, machine_->memory);
    if (!capture) return std::move(capture.error());
    if (const auto* refused = std::get_if<UnknownCode>(&*capture)) {
        refusedAt_ = *refused;
        ++refusals_;
        if (skip_ > 0) {
            askAgain();
        } else {
            store(migration().request, 0);
            askAgainNs_ =
                stoppedNs_ + std::min(kFirstPauseNs << std::min(refusals_ - 1, kMostDoublings), kLongestPauseNs);
            state_ = State::pausing;
        }
        letGo();
        return false;
    }
    auto thread = readThreadState(machine_->memory);
    if (!thread) return std::move(thread.error());
    frames_ = std::move(std::get<FrameList>(*capture));
    thread_ = *thread;
    state_ = State::captured;
    capturingNs_ = monotonicNs() - stoppedNs_;
    return true;
}

void StopRequest::withdraw() {
    if (state_ == State::none) return;
    state_ = State::none;
    store(migration().skip, 0);
    store(migration().request, 0);
    if (load(migration().state) == DYAD_MIGRATION_STOPPED)
        letGo();
    else
        machine_->interrupt();
}

std::string StopRequest::describeDelay() const {
    std::uint64_t now = monotonicNs();
    if (forbiddenSinceNs_ != 0)
        return fmt::format("the program has forbidden migration for the last {:.1f} s",
                           static_cast<double>(now - forbiddenSinceNs_) / 1e9);
    const PairImage& image = program_.image();
    Isa isa = machine_->setup.isa;
    if (refusals_ > 0)
        return fmt::format(
            "the program stopped {} times, but never where it can be captured; {} frames up it was in {}", refusals_,
            refusedAt_.frame, describeCode(image, isa, refusedAt_.pc));
    return fmt::format("the program passed no migration point; it was computing in {}",
                       describeCode(image, isa, migration().interrupted_pc));
}

} // namespace dyad
