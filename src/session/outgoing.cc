// While the program runs, and while it is asked to stop, it is served; every step of this does what can be done now.
#include "session/outgoing.h"

#include "machine/ticks.h"
#include "session/monitor_state.h"
#include "session/mover.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>

namespace dyad {

namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
/// A program in doubt is asked for so often, for so long; then when somebody says so.
constexpr std::uint64_t kAskNs = kSecondNs, kAskingNs = 60 * kSecondNs;
/// Whoever ordered the move is told of the doubt after this.
constexpr std::uint64_t kTellNs = 5 * kSecondNs;
/// A guest that was asked something is looked at so often.
constexpr std::uint64_t kLookNs = 100'000;
/// No more than this is written ahead of the connection.
constexpr std::size_t kMostWaiting = 2 << 20;

} // namespace

std::uint64_t memoryInUse(Machine& machine) {
    struct stat status;
    constexpr std::uint64_t kStatBlock = 512;
    if (fstat(machine.memory.fd(), &status) != 0) return 0;
    return static_cast<std::uint64_t>(status.st_blocks) * kStatBlock;
}

Outgoing::Outgoing(const Program& program, Machine& machine, Monitor& monitor, StopRequest& stop, TransferOrder order,
                   Offer offer)
    : program_(program), machine_(machine), monitor_(monitor), stop_(stop), order_(std::move(order)), offer_(offer),
      begunNs_(monotonicNs()) {
    report_.to = order_.to->text();
    report_.from = machine_.setup.isa;
    report_.bytesInUse = offer.bytesInUse;
    report_.tried = order_.tryOnly;
}

Result<std::unique_ptr<Outgoing>> Outgoing::begin(const Program& program, Machine& machine, Monitor& monitor,
                                                  StopRequest& stop, TransferOrder order) {
    auto id = makeTransferId();
    if (!id) return std::move(id.error());
    const Offer offer{*id, order.tryOnly ? OfferKind::Try : OfferKind::Move, order.isa, kFeaturePacked,
                      memoryInUse(machine)};
    std::unique_ptr<Outgoing> outgoing(new Outgoing(program, machine, monitor, stop, std::move(order), offer));
    const Checkpoint checkpoint = outgoing->describeProgram();
    if (auto connected = outgoing->connect(offer, &checkpoint); !connected) return std::move(connected.error());
    return outgoing;
}

Checkpoint Outgoing::describeProgram() const {
    const MemoryPlan& plan = machine_.memory.plan();
    Checkpoint checkpoint;
    checkpoint.name = order_.name;
    checkpoint.imagePath = program_.imagePath();
    checkpoint.toolVersion = DYAD_VERSION;
    checkpoint.isa = machine_.setup.isa;
    checkpoint.arenaSize = plan.arenaSize;
    checkpoint.stackSize = plan.stackSize;
    checkpoint.takenNs = realTimeNs();
    checkpoint.program = program_.setup();
    return checkpoint;
}

Result<void> Outgoing::connect(const Offer& offer, const Checkpoint* program) {
    auto socket = order_.to->connect();
    if (!socket) return std::move(socket.error());
    auto channel = order_.tls ? order_.tls->client(std::move(*socket)) : plainChannel(std::move(*socket));
    headerTaken_ = false;
    link_ = std::make_unique<Link>(std::move(channel), order_.to->text(), order_.link);
    side_.emplace(link_->outgoing(), order_.to->text(), program_.image().manifest().id, offer);
    writer_.emplace(link_->outgoing());
    return side_->begin(program);
}

Result<bool> Outgoing::step() {
    if (doubt_ && !doubtTold_ && monotonicNs() - doubtNs_ > kTellNs) {
        doubtTold_ = true;
        order_.doubtful(fmt::format("it is not known whether the program went on at {}: it stays stopped here until "
                                    "that answers; dyad migrate --recover asks again",
                                    report_.to));
    }
    if (doubt_ && !link_) {
        if (monotonicNs() < askNs_) return false;
        askNs_ = monotonicNs() - doubtNs_ < kAskingNs ? monotonicNs() + kAskNs : UINT64_MAX;
        Offer offer = offer_;
        offer.kind = OfferKind::Recover;
        if (auto connected = connect(offer, nullptr); !connected) link_.reset();
        return false;
    }
    auto conversed = converse();
    const bool known = side_->state() == SourceSide::State::Gone || side_->state() == SourceSide::State::Stays;
    if (!conversed && !known && committed()) {
        fallIntoDoubt(conversed.error());
        return false;
    }
    if (!conversed && side_->state() != SourceSide::State::Gone) return std::move(conversed.error());
    switch (side_->state()) {
    case SourceSide::State::Preparing:
        if (order_.tryOnly) return finish();
        break;
    case SourceSide::State::Sending:
        if (auto sent = stateSent_ ? sendPages() : sendRounds(); !sent) return std::move(sent.error());
        break;
    case SourceSide::State::Prepared:
        if (auto committed = side_->commit(); !committed) return std::move(committed.error());
        break;
    case SourceSide::State::Gone:
        return finish();
    case SourceSide::State::Stays:
        return Error{fmt::format("{} did not take the program", order_.to->text())};
    default:
        break;
    }
    // What was just written need not wait for the next turn.
    if (auto sent = link_->step(); !sent) {
        if (!committed()) return std::move(sent.error());
        fallIntoDoubt(sent.error());
    }
    return false;
}

/// Sends, and takes what came.
Result<void> Outgoing::converse() {
    // What came last counts, even if nothing can be sent any more: a refusal tells why.
    auto sent = link_->step();
    for (;;) {
        auto more = link_->receive();
        if (!more) return sent ? std::move(more.error()) : std::move(sent.error());
        if (!*more) return sent;
        SectionAssembler& incoming = link_->incoming();
        const bool header = !headerTaken_;
        headerTaken_ = true;
        auto taken = header ? side_->takeHeader(incoming.pairId()) : side_->take(incoming.section());
        if (!taken) return taken;
        if (side_->state() == SourceSide::State::Preparing) {
            report_.machine = side_->accept().machine;
            report_.isa = side_->accept().isa;
        }
    }
}

Result<void> Outgoing::checkPatience() const {
    if (monotonicNs() - sendingNs_ < order_.patienceNs) return {};
    return Error{fmt::format("the program could not be stopped within {:g} s: {}",
                             static_cast<double>(order_.patienceNs) / 1e9,
                             stop_.asked() ? stop_.describeDelay() : "it has not reached main yet")};
}

/// What is sent while the program runs.
Result<void> Outgoing::sendRounds() {
    if (order_.mode == TransferMode::stop || (preCopy_ && preCopy_->finished())) return stopProgram();
    if (!preCopy_) {
        if (!monitor_.started()) return {}; // a program that has not begun is not worth it yet
        auto begun = PreCopy::begin(machine_, program_.common(), order_.downtimeLimitNs);
        if (!begun) return std::move(begun.error());
        preCopy_ = std::move(*begun);
    }
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
    } else {
        cursor_.emplace(machine_.memory, program_.common());
    }
    return sendPages();
}

Result<std::optional<PreCopy::Piece>> Outgoing::nextPiece() {
    if (preCopy_) return preCopy_->next();
    auto run = cursor_->next();
    if (!run) return std::move(run.error());
    if (!*run) return std::optional<PreCopy::Piece>();
    return std::optional(PreCopy::Piece{(*run)->address, (*run)->pages.size(), (*run)->pages});
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

Result<void> Outgoing::sendPiece(const PreCopy::Piece& piece) {
    measure();
    if (piece.pages.empty()) return writer_->zeroPages(piece.address, piece.size);
    if (const int level = packLevel()) {
        const auto packed = packer_.pack(piece.pages, level);
        if (!packed.empty()) return writer_->packedPages(piece.address, piece.size, packed);
    }
    return writer_->pages(piece.address, piece.pages);
}

Result<void> Outgoing::sendPages() {
    while (link_->waiting() < kMostWaiting) {
        auto piece = nextPiece();
        if (!piece) return std::move(piece.error());
        if (!*piece) {
            if (auto ended = writer_->end(); !ended) return ended;
            side_->ended({writer_->frames(), writer_->copied().pages});
            report_.frames = writer_->frames();
            report_.pages = writer_->copied().pages;
            report_.bytes = writer_->copied().bytes;
            return {};
        }
        if (auto sent = sendPiece(**piece); !sent) return sent;
    }
    return {};
}

Result<bool> Outgoing::finish() {
    const std::uint64_t now = monotonicNs();
    report_.total = now - begunNs_;
    if (report_.tried) return true;
    report_.down = now - stop_.stoppedNs();
    report_.bytesSent = link_->bytesSent();
    return true;
}

/// The connection is gone, and with it the answer.
void Outgoing::fallIntoDoubt(const Error& why) {
    if (!doubt_) {
        doubt_ = true;
        doubtNs_ = monotonicNs();
        askNs_ = doubtNs_;
        fmt::print(stderr, "dyad: {}; the program stays stopped until it is known whether it went on there\n",
                   why.message);
    }
    link_.reset();
}

Result<void> Outgoing::recover() {
    if (!doubt_) return Error{"it is not in doubt where the program is"};
    askNs_ = 0;
    return {};
}

void Outgoing::cancel(std::string_view why) {
    if (link_ && side_ && !committed() && side_->cancel(why)) (void)link_->step();
    if (preCopy_) preCopy_->end();
}

const char* Outgoing::describeState() const {
    if (doubt_) return "in doubt";
    switch (side_->state()) {
    case SourceSide::State::Offered:
        return "connecting";
    case SourceSide::State::Preparing:
        return "preparing";
    case SourceSide::State::Sending:
        return stateSent_ ? "sending" : sendingNs_ ? "stopping" : "copying";
    case SourceSide::State::Awaiting:
    case SourceSide::State::Prepared:
        return link_->waiting() ? "sending" : "awaiting"; // written is not sent yet
    case SourceSide::State::Committed:
        return "committed";
    case SourceSide::State::Gone:
        return "gone";
    case SourceSide::State::Stays:
        break;
    }
    return "stays";
}

void Outgoing::addEntries(std::vector<pollfd>& entries) const {
    if (link_) link_->addEntry(entries);
}

std::uint64_t Outgoing::nextTurn() const {
    if (doubt_ && !link_) return askNs_;
    if (!link_) return UINT64_MAX;
    // The connection took all that was written: it can take more. What a guest answers to it may not ring for.
    const bool writes =
        side_->state() == SourceSide::State::Sending && (stateSent_ || (preCopy_ && !preCopy_->finished()));
    if (!writes || link_->waiting()) return link_->nextTurn();
    return !stateSent_ && preCopy_->asking() ? monotonicNs() + kLookNs : 0;
}

} // namespace dyad
