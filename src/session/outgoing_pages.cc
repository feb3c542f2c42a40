// What an Outgoing sends: rounds while the program runs, its state when it is stopped, and its pages, before the commit
// point or behind it.
#include "session/outgoing.h"

#include "machine/ticks.h"
#include "session/first_pages.h"
#include "session/monitor_state.h"

#include <fmt/format.h>

#include <algorithm>

namespace dyad {

namespace {

/// No more than this is written ahead of the connection.
constexpr std::size_t kMostWaiting = 2 << 20;

} // namespace

/// What is sent while the program runs.
Result<void> Outgoing::sendRounds() {
    const TransferMode now = mode();
    if ((now == TransferMode::postCopy || now == TransferMode::hybrid) && !(side_->accept().features & kFeatureFollow))
        return Error{fmt::format("{} cannot take memory that follows a program: --mode precopy or stop", report_.to)};
    if (now == TransferMode::stop || now == TransferMode::postCopy || (preCopy_ && preCopy_->finished()))
        return stopProgram();
    if (!preCopy_) {
        if (!monitor_.started()) return {}; // a program that has not begun is not worth it yet
        auto begun = PreCopy::begin(machine_, program_.common(), order_.downtimeLimitNs, now == TransferMode::preCopy);
        if (!begun) return std::move(begun.error());
        preCopy_ = std::move(*begun);
    }
    preCopy_->step();
    while (link_->waiting() < kMostWaiting) {
        auto piece = preCopy_->next();
        if (!piece) return std::move(piece.error());
        if (!*piece) return link_->waiting() ? Result<void>() : preCopy_->drained(link_->bytesSent());
        if (auto sent = sendPiece(**piece); !sent) return sent;
    }
    return {};
}

Result<void> Outgoing::stopProgram() {
    if (sendingNs_ == 0) sendingNs_ = monotonicNs();
    if (!stop_.asked() && monitor_.started()) stop_.ask(0);
    auto stopped = stop_.look();
    if (!stopped) return std::move(stopped.error());
    if (!*stopped) return checkPatience();
    // What the program wrote before is written here, what it writes after that there.
    auto settled = monitor_.settle();
    if (!settled) return std::move(settled.error());
    if (*settled) return sendState();
    if (checkPatience()) return {};
    return Error{"the program's output could not be written in time"};
}

Result<void> Outgoing::sendState() {
    monitor_.setPaused(true); // from here on the rings are the destination's
    auto rings = readRings(machine_.area);
    if (!rings) return std::move(rings.error());
    Checkpoint state;
    state.thread = stop_.thread();
    state.thread.clockNs += monotonicNs() - stop_.stoppedNs();
    state.frames = stop_.frames();
    state.rings = std::move(*rings);
    state.monitor = writeMonitorState(monitor_.state());
    if (auto written = writer_->state(state); !written) return written;
    stateSent_ = true;
    if (preCopy_) {
        report_.preCopy = preCopy_->report();
        if (auto stopped = preCopy_->stopped(); !stopped) return stopped;
    }
    if (follows()) return announce();
    if (!preCopy_) cursor_.emplace(machine_.memory, program_.common());
    return sendPages();
}

/// Whether what is left follows the program.
bool Outgoing::follows() const {
    switch (mode()) {
    case TransferMode::automatic:
        return preCopy_ && !preCopy_->report().converged;
    case TransferMode::stop:
    case TransferMode::preCopy:
        return false;
    case TransferMode::postCopy:
    case TransferMode::hybrid:
        break;
    }
    return true;
}

/// The mode that is left of the one that was asked for.
TransferMode Outgoing::mode() const {
    if (order_.mode != TransferMode::automatic) return order_.mode;
    // Until something was sent nothing is known of the connection: what every network does is taken for granted.
    constexpr double kLeastRate = 100e6;
    const double rate = order_.link.mostPerSecond ? static_cast<double>(order_.link.mostPerSecond) : kLeastRate;
    const double seconds = static_cast<double>(offer_.bytesInUse) / rate + 1e-9 * PreCopy::kFixedDownNs;
    if (!preCopy_ && seconds * 1e9 <= static_cast<double>(order_.downtimeLimitNs)) return TransferMode::stop;
    return side_->accept().features & kFeatureFollow ? TransferMode::automatic : TransferMode::preCopy;
}

/// What is left follows when the program has arrived.
Result<void> Outgoing::announce() {
    auto left = leftPages();
    if (!left) return std::move(left.error());
    if (auto sent = sendFirstPages(*left); !sent) return sent;
    // A destination that has closed everything expects to be told what is missing.
    if (left->empty() && order_.mode == TransferMode::postCopy) left->add({program_.common().address, DYAD_PAGE_SIZE});
    if (!left->empty())
        if (auto announced = side_->announce(*left); !announced) return announced;
    report_.bytesFollowed = left->bytes();
    if (!left->empty()) server_.emplace(machine_.memory, std::move(*left), std::move(present_));
    return end();
}

/// What the destination does not have as it must be.
Result<PageSet> Outgoing::leftPages() {
    if (preCopy_) return preCopy_->left();
    PageSet left = touched_ ? std::move(*touched_) : PageSet(program_.common(), machine_.memory.plan().arenaSize);
    if (auto added = addTouchedPages(machine_.memory, program_.common(), left); !added) return std::move(added.error());
    return left;
}

/// Takes out of `left`, and sends, what the program would wait for at once.
Result<void> Outgoing::sendFirstPages(PageSet& left) {
    const PageSet first =
        firstPages(stop_.frames(), stop_.thread(), program_.common(), machine_.memory.plan().arenaSize, left);
    for (const PageRun& run : first.runs()) {
        left.remove(run);
        const auto bytes = machine_.memory.translate(run.address, run.size);
        if (!bytes) return Error{fmt::format("{} bytes of pages are no memory of the program", run.size)};
        for (std::uint64_t at = 0, size; at < run.size; at += size) {
            const auto zeroAt = [&](std::uint64_t page) { return isZero(bytes->subspan(page, DYAD_PAGE_SIZE)); };
            const bool zero = zeroAt(at);
            for (size = DYAD_PAGE_SIZE; at + size < run.size && zeroAt(at + size) == zero;)
                size += DYAD_PAGE_SIZE;
            const GuestAddress address{static_cast<std::uint64_t>(run.address) + at};
            const auto pages = zero ? std::span<const std::byte>() : bytes->subspan(at, size);
            // What was never sent is zero there.
            if (zero && !preCopy_) continue;
            if (auto sent = sendPiece({address, size, pages, true}); !sent) return sent;
        }
    }
    return {};
}

Result<void> Outgoing::end() {
    if (auto ended = writer_->end(); !ended) return ended;
    side_->ended({writer_->frames(), writer_->copied().pages});
    report_.frames = writer_->frames();
    endedNs_ = monotonicNs();
    report_.stopping = stop_.stoppedNs() + stop_.capturingNs() - stop_.askedNs();
    report_.sending = endedNs_ - stop_.stoppedNs() - stop_.capturingNs();
    return {};
}

/// Pages that follow: those that are asked for, and from `prepared` on all others.
Result<void> Outgoing::serve() {
    if (!server_) return {};
    if (const auto page = side_->takeWant()) server_->want(*page);
    server_->got(side_->got());
    const bool background = side_->state() != SourceSide::State::Awaiting;
    while (link_->waiting() < kMostWaiting) {
        auto piece = server_->next(link_->bytesSent() + link_->waiting(), background);
        if (!piece) return std::move(piece.error());
        if (!*piece) break;
        if (auto sent = sendPiece(**piece); !sent) return sent;
        // One at a time as long as somebody waits: it leaves at once.
        if (auto sent = link_->step(); !sent) return sent;
    }
    if (!server_->left().empty() || side_->state() != SourceSide::State::Serving || std::exchange(allSent_, true))
        return {};
    return side_->sentAll();
}

Result<std::optional<PagePiece>> Outgoing::nextPiece() {
    if (preCopy_) return preCopy_->next();
    auto run = cursor_->next();
    if (!run) return std::move(run.error());
    if (!*run) return std::optional<PagePiece>();
    return std::optional(PagePiece{(*run)->address, (*run)->pages.size(), (*run)->pages, true});
}

/// How fast the connection is, from times in which it never had to wait for us.
void Outgoing::measure() {
    constexpr std::uint64_t kLeastNs = 20'000'000;
    const std::uint64_t now = monotonicNs();
    if (link_->waiting() == 0 || windowNs_ == 0) {
        windowNs_ = now;
        windowSent_ = link_->bytesSent();
    } else if (now - windowNs_ > kLeastNs) {
        rate_ = static_cast<double>(link_->bytesSent() - windowSent_) / static_cast<double>(now - windowNs_) * 1e9;
    }
}

/// zstd's level, or 0 for no packing: as much as is faster than sending. zstd packs some 400 MB/s at level 1, 100 at 3
/// and 40 at 6 on one core.
int Outgoing::packLevel() const {
    const double rate = order_.link.mostPerSecond ? static_cast<double>(order_.link.mostPerSecond) : rate_;
    if (!(side_->accept().features & kFeaturePacked) || rate == 0 || rate > 200e6) return 0;
    return rate > 50e6 ? 1 : rate > 15e6 ? 3 : 6;
}

Result<void> Outgoing::sendPiece(const PagePiece& piece) {
    measure();
    if (piece.pages.empty()) return writer_->zeroPages(piece.address, piece.size);
    if (const int level = packLevel()) {
        const auto packed = packer_.pack(piece.pages, level);
        if (!packed.empty()) return writer_->packedPages(piece.address, piece.size, packed);
    }
    return piece.lasting ? writer_->lentPages(piece.address, piece.pages) : writer_->pages(piece.address, piece.pages);
}

Result<void> Outgoing::sendPages() {
    while (link_->waiting() < kMostWaiting) {
        auto piece = nextPiece();
        if (!piece) return std::move(piece.error());
        if (!*piece) return end();
        if (auto sent = sendPiece(**piece); !sent) return sent;
    }
    return {};
}

} // namespace dyad
