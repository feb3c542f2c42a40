// Every number that comes was checked by the sections' reader; what is checked here is whether this host can do it.
#include "session/incoming.h"

#include "machine/host_memory.h"
#include "session/monitor_state.h"
#include "session/stop_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <sys/mman.h>

namespace dyad {

namespace {

/// An offer must be complete by then.
constexpr std::uint64_t kOfferNs = 10'000'000'000;
/// What a machine that boots, or a program that arrives, may not ring for is looked at so often.
constexpr std::uint64_t kLookNs = 200'000;
/// Before a peer has shown that it has our image it gets no more room than this for a section.
constexpr std::uint64_t kMostBeforeAccept = 4 << 20;

/// What says which pages are missing is written while the program is stopped: its own pages are got before.
void prepareTracking(GuestMemory& memory) {
    /// More is no use to anybody who does not touch most of so much memory.
    constexpr std::uint64_t kMost = 4 << 20;
    const MemoryPlan& plan = memory.plan();
    const auto area = memory.ram().subspan(plan.pagesOffset(), std::min(plan.pagesSize, kMost));
    madvise(area.data(), area.size(), MADV_POPULATE_WRITE); // an older kernel gets them one by one
}

} // namespace

Incoming::Incoming(const Destination& destination, std::unique_ptr<Channel> channel, std::string peer, LinkSetup setup)
    : destination_(destination), link_(std::move(channel), peer, setup),
      side_(link_.outgoing(), {.name = peer,
                               .manifest = destination.image.manifest(),
                               .table = *destination.image.sites(),
                               .common = destination.common,
                               .transfer = true}) {
    link_.incoming().setLimit(kMostBeforeAccept);
}

Incoming::~Incoming() {
    if (console_) console_->cut();
}

bool Incoming::underWay() const {
    using State = DestinationSide::State;
    return !ending_ && !over_ && side_.state() != State::Greeting && side_.state() != State::Asked &&
           side_.state() != State::Over;
}

void Incoming::fail(const std::string& why) {
    if (ending_ || over_) return;
    const bool tried = side_.state() == DestinationSide::State::Starting && side_.offer().kind == OfferKind::Try;
    if (!tried) why_ = why;
    if (attached()) why_ += "; the program goes on with the standard streams of this dyad receive";
    if (console_) console_->cut();
    // Whoever does not speak this protocol is not spoken to.
    if (link_.known() && side_.state() != DestinationSide::State::Over &&
        side_.state() != DestinationSide::State::Taken)
        (void)side_.refuse(why);
    ending_ = true;
    missing_.reset();
    arrival_.reset();
    machine_.reset();
    tooSmall_.reset();
}

/// The last word is on its way; the source closes when it has got it.
void Incoming::finish() {
    ending_ = true;
    (void)link_.finished();
}

void Incoming::endConsole(const ConsoleEnd& end) {
    if (!attached() || ending_) return;
    (void)console_->end(end);
    finish();
}

void Incoming::giveUp(std::string_view why) {
    fail(std::string(why));
}

Incoming::Outcome Incoming::step(bool busy) {
    if (over_) return Outcome::Over;
    if (!ending_) {
        auto done = converse();
        // What was decided holds, whatever becomes of the connection.
        if (deciding())
            done = finishTaking();
        else if (done)
            done = advance(busy);
        if (!done) fail(done.error().message);
    }
    if (ending_) {
        over_ = !link_.known() || link_.finished();
        return over_ ? Outcome::Over : Outcome::Goes;
    }
    const bool taken = received_.has_value();
    if (side_.state() == DestinationSide::State::Taken && !completed_ && (!missing_ || missing_->isComplete())) {
        completed_ = true;
        if (missing_) {
            if (auto noted = destination_.records.complete(side_.offer().id); !noted) why_ = noted.error().message;
            (void)side_.complete();
        }
        if (!console_) finish();
    }
    return taken ? Outcome::Taken : Outcome::Goes;
}

Result<void> Incoming::converse() {
    auto sent = link_.step();
    for (;;) {
        auto more = link_.receive();
        if (!more) return sent ? std::move(more.error()) : std::move(sent.error());
        if (!*more) return sent;
        if (auto taken = takeSection(); !taken) return taken;
        // What comes next depends on what is answered first.
        const auto state = side_.state();
        if (state == DestinationSide::State::Offered || (state == DestinationSide::State::Arriving && !resumed_) ||
            (state == DestinationSide::State::Committed && !flush_) || state == DestinationSide::State::Asked)
            return sent;
    }
}

Result<void> Incoming::takeSection() {
    SectionAssembler& incoming = link_.incoming();
    if (!std::exchange(headerTaken_, true)) return side_.takeHeader(incoming.pairId());
    const Section& section = incoming.section();
    if (console_ && isFromConsole(section.type)) return console_->take(peer(), section);
    if (section.type == SectionType::Thread) stateNs_ = monotonicNs();
    if (side_.probes(section)) return side_.got(link_.bytesReceived());
    if (!missing_ || !side_.follows(section)) return side_.take(section);
    if (section.type == SectionType::All) {
        allSent_ = true;
        return {};
    }
    if (auto taken = missing_->take(peer(), section); !taken) return taken;
    return askForPages();
}

/// Tells the source what the program waits for, and what has come.
Result<void> Incoming::askForPages() {
    /// Often enough for what is on its way to be little.
    constexpr std::uint64_t kTellBytes = 8 << 10;
    bool said = false;
    if (const auto page = missing_->want()) {
        if (auto asked = side_.want(*page); !asked) return asked;
        said = true;
    }
    if (link_.bytesReceived() - told_ >= kTellBytes) {
        told_ = link_.bytesReceived();
        if (auto told = side_.got(told_); !told) return told;
        said = true;
    }
    return said ? link_.step() : Result<void>();
}

Result<void> Incoming::advance(bool busy) {
    using State = DestinationSide::State;
    switch (side_.state()) {
    case State::Greeting:
        if (monotonicNs() - begunNs_ > kOfferNs) return Error{fmt::format("{}: expected an offer within 10 s", peer())};
        return {};
    case State::Offered:
        if (busy) return Error{"this dyad is receiving, or running, another program"};
        return startMachine();
    case State::Starting: {
        if (!arrival_) return {}; // only tried: the source closes
        auto waiting = arrival_->waiting();
        if (!waiting) return std::move(waiting.error());
        if (!*waiting) return {};
        if (auto closed = closePages(); !closed || !*closed) return closed ? Result<void>() : std::move(closed.error());
        link_.incoming().setLimit(kMostPayload);
        return side_.ready(machine_->memory);
    }
    case State::Filling:
        return arrival_->checkAlive();
    case State::Arriving:
        if (auto resumed = resume(); !resumed) return resumed;
        return missing_ ? askForPages() : Result<void>();
    case State::Prepared:
        if (auto alive = arrival_->checkAlive(); !alive) return alive;
        return missing_ ? askForPages() : Result<void>();
    case State::Committed:
        return takeOver();
    case State::Taken:
        if (missing_ && allSent_)
            if (auto completed = complete(); !completed) return completed;
        return missing_ && !missing_->isComplete() ? askForPages() : Result<void>();
    default:
        return {};
    }
}

Result<void> Incoming::startMachine() {
    const Offer& offer = side_.offer();
    Checkpoint& origin = side_.checkpoint();
    MachineSetup setup = destination_.machine;
    if (offer.isa && *offer.isa != setup.isa) {
        if (!destination_.anyIsa)
            return Error{fmt::format("expected a program for {}, which --isa demands here; {} was asked for",
                                     name(setup.isa), name(*offer.isa))};
        setup.isa = *offer.isa;
    }
    if ((origin.program.flags & DYAD_FLAG_FILES_OUT) && !(destination_.flags & DYAD_FLAG_FILES_OUT))
        return Error{"the program's files are to be copied out at its end (--fs-out): give dyad receive a --fs-out"};
    if (origin.arenaSize > destination_.mostMemory)
        return Error{fmt::format("too little memory: the program was promised {} MiB, --mem allows {} MiB",
                                 origin.arenaSize >> 20, destination_.mostMemory >> 20)};
    if (const std::uint64_t available = availableMemory(); offer.bytesInUse > available)
        return Error{fmt::format("too little memory: the program uses {} MiB, {} MiB are free", offer.bytesInUse >> 20,
                                 available >> 20)};
    ProgramSetup guest = origin.program;
    guest.flags = destination_.flags;
    auto program = Program::make(destination_.image, std::move(guest));
    if (!program) return std::move(program.error());
    program_ = std::move(*program);
    if (offer.kind == OfferKind::Move) {
        auto plan = program_->planDestination(origin.arenaSize, origin.stackSize, Arrival::kUsualRecords);
        if (!plan) return std::move(plan.error());
        if (needsTickRate(setup)) ticks_.emplace();
        auto machine = program_->startDestination(*plan, setup);
        if (!machine) return std::move(machine.error());
        machine_ = std::move(*machine);
        arrival_.emplace(*program_, *machine_);
    }
    return side_.accept(
        {setup.isa, offer.features & (kFeaturePacked | kFeatureFollow | kFeatureConsole | kFeatureProbe),
         machine_ ? machine_->description
                  : fmt::format("{} {}", setup.kind == DYAD_MACHINE_QEMU ? "qemu" : "process", name(setup.isa))});
}

/// Of a program whose memory will follow: the machine closes all of it before the program is stopped.
Result<bool> Incoming::closePages() {
    if (!(side_.offer().features & kFeatureWillFollow)) return true;
    if (!late_) {
        prepareTracking(machine_->memory);
        auto late = LatePages::of(*machine_, destination_.common);
        if (!late) return std::move(late.error());
        late_ = std::move(*late);
        late_->start();
    }
    return late_->closed();
}

/// The stack turned out to be larger than was thought: another machine takes over what came so far.
Result<void> Incoming::replaceMachine() {
    const Checkpoint& checkpoint = side_.checkpoint();
    auto plan = program_->planDestination(
        checkpoint.arenaSize,
        std::max(checkpoint.stackSize, Arrival::stackFor(*program_, machine_->setup.isa, checkpoint.frames)),
        FramePlacement::recordsSize(checkpoint.frames));
    if (!plan) return std::move(plan.error());
    auto machine = program_->startDestination(*plan, machine_->setup);
    if (!machine) return std::move(machine.error());
    tooSmall_ = std::exchange(machine_, std::move(*machine));
    late_.reset();
    arrival_.emplace(*program_, *machine_);
    return {};
}

Result<void> Incoming::resume() {
    const Checkpoint& checkpoint = side_.checkpoint();
    if (resumed_) {
        auto arrived = arrival_->arrived();
        if (!arrived) return std::move(arrived.error());
        return *arrived ? side_.prepared() : Result<void>();
    }
    if (!monitorState_) {
        auto state = readMonitorState(checkpoint.monitor);
        if (!state) return std::move(state.error());
        monitorState_ = *state;
        if (!arrival_->fits(checkpoint.frames))
            if (auto replaced = replaceMachine(); !replaced) return replaced;
    }
    auto waiting = arrival_->waiting();
    if (!waiting) return std::move(waiting.error());
    if (!*waiting) return {};
    if (tooSmall_) {
        if (auto copied = copyMemory(tooSmall_->memory, machine_->memory, destination_.common); !copied)
            return std::move(copied.error());
        tooSmall_.reset();
    }
    if (late_ && !side_.missing()) return Error{"the memory that was to follow was not told"};
    if (side_.missing()) {
        auto missing = MissingPages::begin(*machine_, destination_.common, *side_.missing(), side_.stale(),
                                           std::exchange(late_, std::nullopt));
        if (!missing) return std::move(missing.error());
        missing_ = std::move(*missing);
    }
    ThreadState thread = checkpoint.thread;
    thread.clockNs += monotonicNs() - stateNs_;
    auto resumed = arrival_->resume({checkpoint.frames, thread, checkpoint.rings}, ticks_ ? ticks_->rate() : 0,
                                    StopRequest::kFirstNumber);
    if (!resumed) return resumed;
    resumed_ = true;
    return {};
}

/// The commit point. Nothing of what the program does from here on leaves its machine before that is on the disk, and
/// the source has been told.
Result<void> Incoming::takeOver() {
    auto taken = destination_.records.note(side_.offer().id, true);
    if (!taken) return std::move(taken.error());
    if (*taken != TransferOutcome::Taken) return Error{"it was decided before that the program stays"};
    auto flush = destination_.records.flush();
    if (!flush) return std::move(flush.error());
    flush_ = std::move(*flush);
    machine_->migration().request = 0;
    StopRequest::letGo(*machine_);
    goingNs_ = monotonicNs();
    return {};
}

Result<void> Incoming::finishTaking() {
    if (missing_) (void)askForPages(); // an error of the connection comes again
    auto flushed = flush_->done();
    if (!flushed) return std::move(flushed.error());
    if (!*flushed) return {};
    flush_.reset();
    Checkpoint& checkpoint = side_.checkpoint();
    if (side_.offer().features & kFeatureConsole) console_ = std::make_shared<RelayedConsole>(link_.outgoing());
    received_.emplace(ReceivedProgram{std::move(program_), std::move(machine_), *monitorState_,
                                      std::move(checkpoint.rings), checkpoint.name, peer(), console_});
    arrival_.reset();
    return side_.taken(monotonicNs() - goingNs_);
}

/// The source has sent all; what came last may be on its way into memory.
Result<void> Incoming::complete() {
    auto stored = missing_->stored();
    if (!stored) return std::move(stored.error());
    if (!*stored) return {};
    if (const std::uint64_t left = missing_->left())
        return Error{fmt::format("{} has sent all that was missing, but {} bytes have not come", peer(), left)};
    missing_->complete();
    return {};
}

void Incoming::answer() {
    // No record means that no destination of this user has taken it, nor ever will.
    auto taken = destination_.records.decide(side_.offer().id, false);
    if (!taken)
        fail(taken.error().message);
    else if (auto answered = side_.answer(*taken); !answered)
        fail(answered.error().message);
    else
        ending_ = true;
}

void Incoming::follow(std::shared_ptr<MissingPages> missing) {
    if (auto answered = side_.answerFollowing(missing->missing()); !answered) return fail(answered.error().message);
    missing_ = std::move(missing);
    missing_->askAgain();
}

void Incoming::addEntries(std::vector<pollfd>& entries) const {
    if (over_) return;
    link_.addEntry(entries);
    if (machine_) entries.push_back({machine_->doorbell.get(), POLLIN, 0});
}

std::uint64_t Incoming::nextTurn() const {
    const bool looks = !ending_ && ((arrival_ && (side_.state() == DestinationSide::State::Starting ||
                                                  side_.state() == DestinationSide::State::Arriving)) ||
                                    deciding() || (allSent_ && !completed_));
    return std::min(link_.nextTurn(), looks ? monotonicNs() + kLookNs : UINT64_MAX);
}

} // namespace dyad
