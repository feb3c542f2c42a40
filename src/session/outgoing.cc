// While the program runs, and while it is asked to stop, it is served; every step of this does what can be done now.
#include "session/outgoing.h"

#include "machine/ticks.h"
#include "session/mover.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>

namespace dyad {

namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
/// A program in doubt is asked for so often, for a while; then when somebody says so.
constexpr std::uint64_t kAskNs = kSecondNs;
/// Whoever ordered the move is told of the doubt after this.
constexpr std::uint64_t kTellNs = 5 * kSecondNs;
/// A program that is told to end there gets so long.
constexpr std::uint64_t kEndNs = 3 * kSecondNs;
/// A guest that was asked something is looked at so often.
constexpr std::uint64_t kLookNs = 100'000;

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
    const std::uint32_t features = kFeaturePacked | kFeatureFollow | (order.keepConsole ? kFeatureConsole : 0u) |
                                   (order.tryOnly ? kFeatureProbe : 0u) |
                                   (order.mode == TransferMode::postCopy ? kFeatureWillFollow : 0u);
    const Offer offer{*id, order.tryOnly ? OfferKind::Try : OfferKind::Move, order.isa, features, memoryInUse(machine)};
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

Result<Outgoing::Progress> Outgoing::step() {
    if (finished_) return attend();
    if (doubt_ && !doubtTold_ && monotonicNs() - doubtNs_ > kTellNs) {
        doubtTold_ = true;
        order_.doubtful(describeDoubt());
    }
    if (doubt_ && !link_) {
        if (auto connected = reconnect(); !connected) return std::move(connected.error());
        return Progress::Goes;
    }
    auto conversed = converse();
    if (conversed && attached()) conversed = console_->step();
    const bool known = side_->state() == SourceSide::State::Gone || side_->state() == SourceSide::State::Stays;
    if (!conversed && !known && committed()) {
        fallIntoDoubt(conversed.error());
        return Progress::Goes;
    }
    if (!conversed && side_->state() != SourceSide::State::Gone) return std::move(conversed.error());
    if (!conversed && attached()) loseConsole(conversed.error());
    switch (side_->state()) {
    case SourceSide::State::Preparing:
        if (order_.tryOnly) return tried();
        break;
    case SourceSide::State::Sending:
        if (auto sent = stateSent_ ? sendPages() : sendRounds(); !sent) return std::move(sent.error());
        break;
    case SourceSide::State::Prepared:
        committedNs_ = monotonicNs();
        report_.rebuilding = committedNs_ - endedNs_;
        if (auto committed = side_->commit(); !committed) return std::move(committed.error());
        break;
    case SourceSide::State::Awaiting:
    case SourceSide::State::Committed:
    case SourceSide::State::Serving:
        if (auto served = serve(); !served) {
            if (!committed()) return std::move(served.error());
            fallIntoDoubt(served.error());
            return Progress::Goes;
        }
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
    return Progress::Goes;
}

/// Sends, and takes what came.
Result<void> Outgoing::converse() {
    // What came last counts, even if nothing can be sent any more: a refusal tells why.
    auto sent = link_->step();
    for (;;) {
        auto more = link_->receive();
        if (!more) return sent ? std::move(more.error()) : std::move(sent.error());
        if (!*more) return sent;
        if (auto taken = takeSection(); !taken) return taken;
    }
}

Result<void> Outgoing::takeSection() {
    using State = SourceSide::State;
    SectionAssembler& incoming = link_->incoming();
    if (!std::exchange(headerTaken_, true)) return side_->takeHeader(incoming.pairId());
    if (attached() && isFromProgram(incoming.section().type))
        return console_->take(order_.to->text(), incoming.section());
    const State before = side_->state();
    if (auto taken = side_->take(incoming.section()); !taken) return taken;
    const State now = side_->state();
    if (now == State::Preparing) {
        report_.machine = side_->accept().machine;
        report_.isa = side_->accept().isa;
        if (order_.keepConsole && !(side_->accept().features & kFeatureConsole))
            return Error{fmt::format("{} cannot leave the program's console here: no --keep-console", report_.to)};
        if (auto looked = lookAhead(); !looked) return looked;
    }
    if (!taken_ && (now == State::Serving || now == State::Gone)) {
        taken_ = true;
        const std::uint64_t nowNs = monotonicNs(), down = nowNs - stop_.stoppedNs();
        report_.taking = committedNs_ ? nowNs - committedNs_ : 0;
        report_.down = down - std::min(down, side_->goingNs());
        // The streams of a program that was asked for by recover were cut off with its first connection.
        if (order_.keepConsole && side_->offer().kind == OfferKind::Move)
            console_.emplace(monitor_.console(), link_->outgoing());
    }
    if (before == State::Listing && now == State::Serving) {
        // Here again: it knows best what it is missing.
        doubt_ = doubtTold_ = allSent_ = false;
        if (server_) wantsBefore_ += server_->wants();
        server_.emplace(machine_.memory, side_->missing());
    }
    // A page that is asked for does not wait for what else has come.
    return now == State::Serving ? serve() : Result<void>();
}

/// What takes the longer the more memory there is, as far as it can be done before the program is stopped.
Result<void> Outgoing::lookAhead() {
    if (order_.mode != TransferMode::postCopy || order_.tryOnly) return {};
    touched_.emplace(program_.common(), machine_.memory.plan().arenaSize);
    if (auto added = addTouchedPages(machine_.memory, program_.common(), *touched_); !added) return added;
    auto present = presentPages(machine_.memory, program_.common());
    if (!present) return std::move(present.error());
    present_ = std::move(*present);
    return {};
}

Result<void> Outgoing::checkPatience() const {
    if (monotonicNs() - sendingNs_ < order_.patienceNs) return {};
    return Error{fmt::format("the program could not be stopped within {:g} s: {}",
                             static_cast<double>(order_.patienceNs) / 1e9,
                             stop_.asked() ? stop_.describeDelay() : "it has not reached main yet")};
}

/// The destination would take it. How long that takes is measured, unless it was said.
Result<Outgoing::Progress> Outgoing::tried() {
    if (order_.link.mostPerSecond || !(side_->accept().features & kFeatureProbe)) {
        report_.bytesPerSecond = static_cast<double>(order_.link.mostPerSecond);
        return finish();
    }
    auto rate = probe_.step(*link_, side_->got());
    if (!rate) return std::move(rate.error());
    if (!*rate) {
        if (auto sent = link_->step(); !sent) return std::move(sent.error());
        return Progress::Goes;
    }
    report_.bytesPerSecond = **rate;
    return finish();
}

Outgoing::Progress Outgoing::finish() {
    finished_ = true;
    report_.total = monotonicNs() - begunNs_;
    if (report_.tried) return Progress::Gone;
    if (order_.keepConsole && !console_ && !consoleLost_)
        loseConsole({fmt::format("the connection to {} broke as the program was taken", report_.to)});
    report_.attached = attached();
    report_.bytesSent = bytesSent();
    report_.bytes = bytesWritten();
    report_.pages = copiedBefore_.pages + writer_->copied().pages;
    report_.wants = wants();
    return Progress::Gone;
}

/// The program and its memory are there; its console may be here.
Outgoing::Progress Outgoing::attend() {
    if (!console_) return Progress::Over;
    auto conversed = linkEnded_ ? Result<void>() : converse();
    if (auto stepped = console_->step(); conversed && !stepped) conversed = std::move(stepped.error());
    if (const ConsoleEnd* end = console_->end()) {
        consoleEnd_ = *end;
        if (!consoleEnd_->message.empty()) fmt::print(stderr, "dyad: {}: {}\n", report_.to, consoleEnd_->message);
        console_.reset();
        return Progress::Over;
    }
    if (conversed) conversed = link_->step();
    if (!conversed) {
        linkEnded_ = true;
        if (!console_->ending()) loseConsole(conversed.error());
    }
    return console_ ? Progress::Goes : Progress::Over;
}

void Outgoing::loseConsole(const Error& why) {
    console_.reset();
    consoleLost_ = true;
    fmt::print(stderr, "dyad: {}; the program goes on there, with the standard streams of its dyad receive\n",
               why.message);
}

std::pair<RunReport::End, int> Outgoing::ended() const {
    if (consoleEnd_)
        return {consoleEnd_->how == ConsoleEnd::How::Signal ? RunReport::End::interrupted : RunReport::End::exited,
                static_cast<int>(consoleEnd_->value)};
    return {consoleLost_ ? RunReport::End::detached : RunReport::End::transferred, 0};
}

void Outgoing::interrupt(int signal) {
    if (!attached() || !console_->signal(signal)) return;
    for (const std::uint64_t until = monotonicNs() + kEndNs; attached() && monotonicNs() < until;) {
        auto stepped = step();
        if (!stepped || *stepped == Progress::Over) return;
        std::vector<pollfd> entries;
        addEntries(entries);
        poll(entries.data(), entries.size(), 1);
    }
    if (attached())
        fmt::print(stderr, "dyad: the program at {} did not end within {} s\n", report_.to, kEndNs / kSecondNs);
}

std::string Outgoing::describeDoubt() const {
    if (taken_)
        return fmt::format(
            "the connection to {} broke: the program goes on there until it needs one of {:.1f} MiB that "
            "are still here; dyad migrate --recover connects again",
            report_.to, static_cast<double>(server_->left().bytes()) / (1 << 20));
    return fmt::format("it is not known whether the program went on at {}: it stays stopped here until that answers; "
                       "dyad migrate --recover asks again",
                       report_.to);
}

/// The connection is gone, and with it the answer, or the way for what follows.
void Outgoing::fallIntoDoubt(const Error& why) {
    if (!doubt_) {
        doubt_ = true;
        doubtNs_ = monotonicNs();
        askNs_ = doubtNs_;
        fmt::print(stderr, "dyad: {}; {}\n", why.message,
                   taken_ ? "the memory that was to follow the program is kept until there is another connection"
                          : "the program stays stopped until it is known whether it went on there");
    }
    if (attached()) loseConsole(why);
    sentBefore_ = bytesSent();
    copiedBefore_.bytes += writer_->copied().bytes;
    copiedBefore_.pages += writer_->copied().pages;
    writer_.emplace(link_->outgoing());
    link_.reset();
}

Result<void> Outgoing::reconnect() {
    if (monotonicNs() < askNs_) return {};
    askNs_ = monotonicNs() - doubtNs_ < order_.askingNs ? monotonicNs() + kAskNs : UINT64_MAX;
    Offer offer = offer_;
    offer.kind = OfferKind::Recover;
    if (auto connected = connect(offer, nullptr); !connected) link_.reset();
    if (server_) side_->expectMissing(PageSet(program_.common(), machine_.memory.plan().arenaSize), taken_);
    return {};
}

Result<void> Outgoing::recover() {
    if (!doubt_) return Error{"it is not in doubt where the program is, and nothing is cut off"};
    askNs_ = 0;
    return {};
}

void Outgoing::cancel(std::string_view why) {
    if (link_ && side_ && !committed() && side_->cancel(why)) (void)link_->step();
    if (link_ && serving() && !doubt_ && side_->giveUp(why))
        while (!link_->finished()) {
            // What was written before goes first; a link gives up soon.
            std::vector<pollfd> entries;
            link_->addEntry(entries);
            poll(entries.data(), entries.size(), 1);
        }
    if (preCopy_) preCopy_->end();
}

const char* Outgoing::describeState() const {
    if (doubt_) return taken_ ? "cut off" : "in doubt";
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
    case SourceSide::State::Listing:
    case SourceSide::State::Serving:
        return "serving";
    case SourceSide::State::Gone:
        return attached() ? "attached to" : "gone";
    case SourceSide::State::Stays:
        break;
    }
    return "stays";
}

void Outgoing::addEntries(std::vector<pollfd>& entries) const {
    if (link_ && !linkEnded_) link_->addEntry(entries);
    if (attached()) console_->addEntries(entries);
}

std::uint64_t Outgoing::nextTurn() const {
    if (finished_ && !console_) return 0;
    if (doubt_ && !link_) return askNs_;
    if (!link_) return UINT64_MAX;
    // The connection took all that was written: it can take more. What a guest answers to it may not ring for.
    const bool writes =
        side_->state() == SourceSide::State::Sending && (stateSent_ || (preCopy_ && !preCopy_->finished()));
    if (!writes || link_->waiting()) return std::min(link_->nextTurn(), preCopy_ ? preCopy_->nextTurn() : UINT64_MAX);
    return !stateSent_ && preCopy_->asking() ? monotonicNs() + kLookNs : 0;
}

} // namespace dyad
