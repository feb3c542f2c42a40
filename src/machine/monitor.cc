// The poll loop and the frames that are not about standard streams (those: monitor_streams.cc) or moving
// (monitor_move.cc).
#include "machine/monitor.h"
#include "machine/local_console.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

namespace dyad {

namespace {

/// A guest that leaves more answers than this untaken is broken: at most a handful of requests can be outstanding.
constexpr std::size_t kMostAnswers = 64;

/// A sleeping monitor looks at the rings so often. Emulators may drop or delay the guest's fences; a doorbell that such
/// a guest left out is then late, not lost.
constexpr std::uint64_t kLookNs = 50'000'000;

const char* stageName(std::uint32_t stage) {
    switch (stage) {
    case 0:
        return "no code of the image ran";
    case 1:
        return "its native code was entered";
    case 2:
        return "its page tables were set up";
    case 3:
        return "its portable part was entered";
    default:
        return "unknown boot stage";
    }
}

Error askedTooOften() {
    return Error{"the guest asks without taking the answers"};
}

Error shortFrame(std::uint32_t type) {
    return Error{fmt::format("the guest sent a frame of type {} that is too short", type)};
}

} // namespace

Monitor::Monitor(const ControlArea& area, MonitoredMachine machine, MonitorSetup setup, int signals)
    : control_(area.control), machine_(std::move(machine)), setup_(std::move(setup)), signals_(signals),
      reader_(area.control->tx, area.tx), writer_(area.control->rx, area.rx), lastSignOfLifeNs_(monotonicNs()) {
    if (setup_.startNs == 0) setup_.startNs = lastSignOfLifeNs_;
    if (!setup_.console) setup_.console = std::make_shared<LocalConsole>();
}

double Monitor::sinceStart() const {
    return static_cast<double>(monotonicNs() - setup_.startNs) / 1e6;
}

Result<RunReport> Monitor::run() {
    while (!finished_) {
        for (LoopPart* part : parts_)
            if (auto stepped = part->step(); !stepped) return std::move(stepped.error());
        if (finished_) break;
        if (!paused_) {
            if (auto served = serveMachine(); !served) return std::move(served.error());
            if (finished_) break;
            ring();
            auto maySleep = prepareToSleep();
            if (!maySleep) return std::move(maySleep.error());
            if (!*maySleep) continue;
        }
        if (auto slept = sleep(); !slept) return std::move(slept.error());
    }
    return report_;
}

Result<void> Monitor::serveMachine() {
    if (auto served = serveFrames(); !served || finished_) return served;
    const bool waitsForOutput = !console().written();
    if (!waitsForOutput && __atomic_load_n(&control_->crash.valid, __ATOMIC_ACQUIRE)) {
        // Everything the program wrote before is in the ring: one more look, then the end.
        if (auto served = serveFrames(); !served || finished_) return served;
        if (console().written()) {
            end(RunReport::End::crashed, 0);
            return {};
        }
    } else if (!waitsForOutput && gone_) {
        return machineGone();
    }
    if (auto served = serveInput(); !served) return served;
    if (auto flushed = flushAnswers(); !flushed) return flushed;
    if (helloSeen_ && setup_.filesIn && answers_.empty()) {
        if (auto pumped = setup_.filesIn->pump(writer_); !pumped) return pumped;
        report_.fileBytesIn = setup_.filesIn->bytesSent();
    }
    return {};
}

void Monitor::end(RunReport::End how, int value) {
    report_.end = how;
    report_.value = value;
    report_.exitMs = sinceStart();
    finished_ = true;
}

Result<void> Monitor::serveFrames() {
    while (!finished_) {
        console().pump();
        if (auto reported = reportOutputErrors(); !reported) return reported;
        if (auto synced = serveSyncs(); !synced) return synced;
        if (end_ && console().written()) end(end_->first, end_->second);
        if (end_ || !console().idle()) return {};
        auto frame = reader_.next();
        if (!frame) return std::move(frame.error());
        if (!*frame) return {};
        ++report_.framesFromGuest;
        lastSignOfLifeNs_ = monotonicNs();
        if (auto served = serve(**frame); !served) return served;
    }
    return {};
}

Result<void> Monitor::serve(const Frame& frame) {
    auto word = [&](std::size_t index) {
        std::uint32_t value;
        std::memcpy(&value, frame.payload.data() + index * sizeof value, sizeof value);
        return value;
    };
    switch (frame.type) {
    case DYAD_FRAME_HELLO:
    case DYAD_FRAME_MAIN: {
        std::uint64_t guestTicks;
        if (frame.payload.size() < sizeof guestTicks) return shortFrame(frame.type);
        std::memcpy(&guestTicks, frame.payload.data(), sizeof guestTicks);
        bool hello = frame.type == DYAD_FRAME_HELLO;
        if (hello == helloSeen_ || mainSeen_) return Error{"the guest sent HELLO and MAIN out of order"};
        (hello ? helloSeen_ : mainSeen_) = true;
        (hello ? report_.helloMs : report_.mainMs) = sinceStart();
        return hello ? sayWelcome(guestTicks) : Result<void>();
    }
    case DYAD_FRAME_OUTPUT:
        return takeOutput(frame);
    case DYAD_FRAME_LOG:
        log(frame.payload);
        return {};
    case DYAD_FRAME_INPUT_WANTED:
        if (frame.payload.size() < 4) return shortFrame(frame.type);
        if (inputWanted_) return Error{"the guest asked for input twice at once"};
        inputWanted_ = std::clamp<std::uint32_t>(word(0), 1, DYAD_FRAME_MAX - kInputHeader);
        inputAhead_ = frame.payload.size() < 8 ? 0 : std::min(word(1), DYAD_FRAME_MAX - kInputHeader - *inputWanted_);
        return {};
    case DYAD_FRAME_INPUT_TAKEN:
        if (frame.payload.size() < 4) return shortFrame(frame.type);
        // A guest that says so without need only skips its own input.
        if (console().taken(word(0))) report_.bytesIn += word(0);
        return {};
    case DYAD_FRAME_INPUT_POLL:
        if (pollsWanted_ >= kMostAnswers) return askedTooOften();
        ++pollsWanted_;
        return servePolls();
    case DYAD_FRAME_INPUT_WAIT:
        if (inputWait_) return Error{"the guest waits for input twice at once"};
        inputWait_ = true;
        return {};
    case DYAD_FRAME_SYNC:
        if (syncsWanted_ >= kMostAnswers) return askedTooOften();
        ++syncsWanted_;
        return serveSyncs();
    case DYAD_FRAME_EXIT:
        return takeExit(frame);
    case DYAD_FRAME_MIGRATE:
        if (frame.payload.size() < 4) return shortFrame(frame.type);
        if (migrateWanted_) return Error{"the guest asked to be moved twice at once"};
        migrateWanted_ = true;
        if (!setup_.onMigrate) return answerMigrate(ENOSYS);
        setup_.onMigrate(word(0));
        return {};
    case DYAD_FRAME_FILE_DIRECTORY:
    case DYAD_FRAME_FILE_REGULAR:
    case DYAD_FRAME_FILE_DATA:
    case DYAD_FRAME_FILE_SYMLINK:
    case DYAD_FRAME_FILE_LINK:
    case DYAD_FRAME_FILES_END:
        if (!setup_.filesOut) return Error{"the guest sent files that nobody asked for"};
        return setup_.filesOut->take(frame);
    default:
        return Error{fmt::format("the guest sent a frame of unknown type {}", frame.type)};
    }
}

Result<void> Monitor::sayWelcome(std::uint64_t guestTicks) {
    std::uint64_t welcome[3] = {setup_.measureTicks ? ticks_.rate() : 0, guestTicks, realTimeNs()};
    return send(DYAD_FRAME_WELCOME, std::as_bytes(std::span(welcome)));
}

Result<void> Monitor::takeExit(const Frame& frame) {
    std::uint32_t exit[2];
    if (frame.payload.size() < sizeof exit) return shortFrame(frame.type);
    std::memcpy(exit, frame.payload.data(), sizeof exit);
    if (exit[0] > 1 || (exit[0] == 1 && (exit[1] == 0 || exit[1] > 64)))
        return Error{fmt::format("the guest ended in an unknown way: kind {}, value {}", exit[0], exit[1])};
    if (setup_.filesOut && !setup_.filesOut->done())
        return Error{"--fs-out: the guest ended without sending its files"};
    end_.emplace(exit[0] == 0 ? RunReport::End::exited : RunReport::End::signalled,
                 static_cast<int>(exit[0] == 0 ? exit[1] & 0xff : exit[1]));
    return {};
}

Result<void> Monitor::send(std::uint32_t type, std::span<const std::byte> payload) {
    if (answers_.size() >= kMostAnswers) return askedTooOften();
    ++report_.framesToGuest;
    answers_.emplace_back(type, std::vector<std::byte>(payload.begin(), payload.end()));
    return flushAnswers();
}

Result<void> Monitor::flushAnswers() {
    while (!answers_.empty()) {
        auto put = writer_.put(answers_.front().first, {answers_.front().second});
        if (!put) return std::move(put.error());
        if (!*put) return {};
        answers_.pop_front();
    }
    return {};
}

void Monitor::ring() {
    // Both flags are taken: one byte wakes the guest for both reasons.
    bool wanted = reader_.takeDoorbell();
    if (writer_.takeDoorbell()) wanted = true;
    // A full socket holds rings enough; a closed one shows in poll.
    if (wanted) ::send(machine_.doorbell, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool drainDoorbell(int doorbell) {
    char bytes[256];
    ssize_t size;
    while ((size = recv(doorbell, bytes, sizeof bytes, MSG_DONTWAIT)) > 0 || (size < 0 && errno == EINTR)) {
    }
    return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

Result<bool> Monitor::prepareToSleep() {
    if (console().idle() && !end_ && !reader_.prepareToSleep()) return false;
    bool filesWait = helloSeen_ && setup_.filesIn && !setup_.filesIn->done();
    if (answers_.empty() && !filesWait) return true;
    return writer_.prepareToSleep(answers_.empty() ? DYAD_FRAME_MAX : answers_.front().second.size());
}

Result<void> Monitor::sleep() {
    std::vector<pollfd> entries;
    // A machine that is gone would make poll return at once, again and again, while output is still blocked.
    if (!gone_) entries.push_back({machine_.doorbell, POLLIN, 0});
    if (signals_ >= 0) entries.push_back({signals_, POLLIN, 0});
    if (!paused_) console().addEntries(entries, inputWanted_ || inputWait_);
    std::uint64_t now = monotonicNs(), until = now + kLookNs;
    for (const LoopPart* part : parts_) {
        part->addEntries(entries);
        until = std::min(until, part->nextTurn());
    }
    std::uint64_t left = until > now ? until - now : 0;
    timespec wait{0, static_cast<long>(left)};
    if (ppoll(entries.data(), entries.size(), &wait, nullptr) < 0 && errno != EINTR)
        return Error{fmt::format("poll: {}", std::strerror(errno))};
    if (!gone_) gone_ = !drainDoorbell(machine_.doorbell);
    if (auto taken = takeSignals(); !taken || finished_) return taken;
    return checkDeadlines();
}

Result<void> Monitor::takeSignals() {
    signalfd_siginfo info;
    pollfd entry{signals_, POLLIN, 0};
    if (signals_ < 0 || poll(&entry, 1, 0) <= 0 || read(signals_, &info, sizeof info) != sizeof info) return {};
    return endAfterOutput(RunReport::End::interrupted, static_cast<int>(info.ssi_signo));
}

/// Output may lie in the ring for a while before the guest rings (docs/abi.md, section 5): it is written first.
Result<void> Monitor::endAfterOutput(RunReport::End how, int value) {
    if (!paused_)
        if (auto served = serveFrames(); !served || finished_) return served;
    end(how, value);
    return {};
}

Result<void> Monitor::checkDeadlines() {
    std::uint64_t now = monotonicNs();
    if (setup_.timeout > 0 && now - setup_.startNs > setup_.timeout * std::uint64_t(1'000'000'000))
        return endAfterOutput(RunReport::End::timedOut, 0);
    if (mainSeen_ || gone_ || setup_.bootTimeout == 0 || !console().written()) return {};
    if (now - lastSignOfLifeNs_ <= setup_.bootTimeout * std::uint64_t(1'000'000'000)) return {};
    std::uint32_t stage = __atomic_load_n(&control_->boot_stage, __ATOMIC_RELAXED);
    std::string said = machine_.describeEnd();
    return Error{fmt::format("the program did not start within {} s (boot stage {}: {}){}{}", setup_.bootTimeout, stage,
                             stageName(stage), said.empty() ? "" : "; the machine said: ", said)};
}

Error Monitor::machineGone() {
    std::uint32_t stage = __atomic_load_n(&control_->boot_stage, __ATOMIC_RELAXED);
    std::string end = machine_.describeEnd();
    if (mainSeen_) return Error{fmt::format("the machine ended while the program ran: {}", end)};
    return Error{fmt::format("the machine ended before the program started (boot stage {}: {}): {}", stage,
                             stageName(stage), end)};
}

} // namespace dyad
