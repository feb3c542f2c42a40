// Rounds, and when to stop them.
#include "session/pre_copy.h"

#include "machine/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace dyad {

namespace {

/// More rounds than these bring nothing that fewer do not.
constexpr unsigned kMostRounds = 30;
/// A round must be shorter than the one before by this, or twice it is none of use.
constexpr double kLeastProgress = 0.9;
constexpr unsigned kMostStalled = 2;
/// What goes within this is not worth another round.
constexpr std::uint64_t kShortNs = 1'000'000;
/// Percent of the time for which a program that writes too fast is stopped.
constexpr unsigned kSlowStep = 20, kMostSlowed = 90;
constexpr std::uint64_t kMostInPiece = 1 << 20;
constexpr std::uint64_t kEndNs = 1'000'000'000;

} // namespace

PreCopy::PreCopy(PageTracking tracking, Machine& machine, const CommonData& common, std::uint64_t downtimeLimitNs,
                 bool maySlow)
    : tracking_(std::move(tracking)), machine_(machine), common_(common), limitNs_(downtimeLimitNs), maySlow_(maySlow),
      throttle_(machine), cursor_(RunCursor(machine.memory, common)) {
    ask();
}

Result<std::unique_ptr<PreCopy>> PreCopy::begin(Machine& machine, const CommonData& common,
                                                std::uint64_t downtimeLimitNs, bool maySlow) {
    const dyad_pages& pages = machine.area.control->pages;
    if (pages.request != __atomic_load_n(&pages.answered, __ATOMIC_ACQUIRE))
        return Error{"the guest has not answered yet what it was asked about its pages: try again, or --mode stop"};
    auto tracking = PageTracking::of(machine, common.address, common.size);
    if (!tracking) return std::move(tracking.error());
    return std::unique_ptr<PreCopy>(new PreCopy(std::move(*tracking), machine, common, downtimeLimitNs, maySlow));
}

void PreCopy::ask() {
    state_ = State::asking;
    tracking_.ask(DYAD_PAGES_TRACK);
}

Result<std::optional<PagePiece>> PreCopy::next() {
    if (state_ == State::asking) {
        auto answered = tracking_.answered();
        if (!answered) return std::move(answered.error());
        if (!*answered) return std::optional<PagePiece>();
        state_ = State::sending;
        roundNs_ = monotonicNs();
        if (!cursor_) {
            runs_.clear();
            run_ = 0;
            roundBytes_ = 0;
            auto taken = tracking_.takeDirty([&](std::uint64_t first, std::uint64_t count) -> Result<void> {
                runs_.push_back({first, count});
                roundBytes_ += count * tracking_.blockSize();
                return {};
            });
            if (!taken) return std::move(taken.error());
        }
    }
    if (!cursor_) return nextOfRuns();
    auto run = cursor_->next();
    if (!run) return std::move(run.error());
    if (!*run) {
        cursor_.reset();
        return std::optional<PagePiece>();
    }
    const auto pages = (*run)->pages;
    roundBytes_ += pages.size();
    copy_.assign(pages.begin(), pages.end());
    return std::optional(PagePiece{(*run)->address, pages.size(), copy_});
}

/// Blocks of one kind, zero or not, and of one piece of memory. Of a stopped program.
PagePiece PreCopy::lend(Run& run) {
    const GuestAddress address = tracking_.address(run.first);
    const std::byte* start = tracking_.bytes(run.first).data();
    const bool zero = isZero(tracking_.bytes(run.first));
    std::uint64_t size = 0;
    for (std::uint64_t left = tracking_.together(run.first, run.count); left > 0 && size < kMostInPiece; --left) {
        const auto bytes = tracking_.bytes(run.first);
        if (size && isZero(bytes) != zero) break;
        size += bytes.size();
        ++run.first;
        --run.count;
    }
    return {address, size, zero ? std::span<const std::byte>() : std::span(start, size), true};
}

/// The same of a running one: a copy.
PagePiece PreCopy::copy(Run& run) {
    const GuestAddress address = tracking_.address(run.first);
    copy_.clear();
    std::uint64_t size = 0, zeros = 0;
    for (std::uint64_t left = tracking_.together(run.first, run.count); left > 0 && size < kMostInPiece; --left) {
        const auto bytes = tracking_.bytes(run.first);
        const std::size_t at = copy_.size();
        copy_.insert(copy_.end(), bytes.begin(), bytes.end());
        // Of the copy: the program may be writing.
        const bool zero = isZero(std::span(copy_).subspan(at));
        if (size && zero != (zeros > 0)) {
            copy_.resize(at);
            break;
        }
        size += bytes.size();
        if (zero) zeros += bytes.size();
        ++run.first;
        --run.count;
    }
    return {address, size, zeros ? std::span<const std::byte>() : std::span<const std::byte>(copy_)};
}

std::optional<PagePiece> PreCopy::nextOfRuns() {
    if (run_ == runs_.size()) return std::nullopt;
    Run& run = runs_[run_];
    const PagePiece piece = state_ == State::last ? lend(run) : copy(run);
    if (run.count == 0) ++run_;
    return piece;
}

Result<void> PreCopy::drained(std::uint64_t bytesSent) {
    if (state_ != State::sending || !piecesDone()) return {};
    judge(bytesSent);
    roundSent_ = bytesSent;
    if (state_ == State::sending) ask();
    return {};
}

void PreCopy::judge(std::uint64_t bytesSent) {
    ++report_.rounds;
    const double seconds = std::max(static_cast<double>(monotonicNs() - roundNs_) / 1e9, 1e-6);
    // A round of a few pages says nothing about the connection: then the limit alone decides.
    const double rate = std::max(static_cast<double>(bytesSent - roundSent_) / seconds, 1.0);
    const std::uint64_t dirty = tracking_.activeCount() * tracking_.blockSize();
    report_.dirtyPerSecond = static_cast<std::uint64_t>(static_cast<double>(dirty) / seconds);
    report_.expectedDownNs = kFixedDownNs + static_cast<std::uint64_t>(static_cast<double>(dirty) / rate * 1e9);
    report_.converged = report_.expectedDownNs <= limitNs_ || dirty == 0;
    // Within the limit, a round that leaves half as much or less is worth it.
    const bool worthMore = report_.expectedDownNs > kFixedDownNs + kShortNs && dirty * 2 <= roundBytes_;
    stalled_ = static_cast<double>(dirty) > kLeastProgress * static_cast<double>(before_) ? stalled_ + 1 : 0;
    before_ = dirty;
    const bool enough = report_.rounds >= kMostRounds || stalled_ >= kMostStalled;
    if ((report_.converged && (enough || !worthMore)) || (enough && !slowDown())) {
        state_ = State::finished;
        throttle_.set(0);
    }
}

/// By one step more, if there is one.
bool PreCopy::slowDown() {
    if (!maySlow_ || report_.slowedPercent >= kMostSlowed) return false;
    report_.slowedPercent = std::min(report_.slowedPercent + kSlowStep, kMostSlowed);
    throttle_.set(report_.slowedPercent);
    stalled_ = 0;
    before_ = UINT64_MAX;
    return true;
}

Result<void> PreCopy::stopped() {
    state_ = State::last;
    runs_.clear();
    run_ = 0;
    return tracking_.takeDirtyOfStopped([&](std::uint64_t first, std::uint64_t count) -> Result<void> {
        runs_.push_back({first, count});
        return {};
    });
}

Result<PageSet> PreCopy::left() const {
    PageSet set(common_, machine_.memory.plan().arenaSize);
    for (const Run& run : runs_)
        for (std::uint64_t block = run.first, count; block < run.first + run.count; block += count) {
            count = tracking_.together(block, run.first + run.count - block);
            if (!set.add({tracking_.address(block), count * tracking_.blockSize()}))
                return Error{fmt::format("block {} is no page of common data or of the arena", block)};
        }
    return set;
}

void PreCopy::end() {
    throttle_.set(0);
    if (!std::exchange(watching_, false)) return;
    const std::uint64_t until = monotonicNs() + kEndNs;
    const auto wait = [&] {
        for (;;) {
            auto answered = tracking_.answered();
            if (!answered || *answered || monotonicNs() > until || machine_.gone()) return;
            const timespec pause{0, 50'000};
            nanosleep(&pause, nullptr);
        }
    };
    wait(); // for what it was asked before
    tracking_.ask(DYAD_PAGES_OFF);
    wait();
}

} // namespace dyad
