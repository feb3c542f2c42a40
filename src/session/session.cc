// Puts the parts of a run together and carries out what clients and the program itself ask for.
#include "session/session.h"

#include "machine/ticks.h"
#include "session/request_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace dyad {

nlohmann::ordered_json describeMove(const MoveReport& report) {
    auto us = [](std::uint64_t ns) { return static_cast<double>(ns) / 1e3; };
    return {{"from", name(report.from)},
            {"to", name(report.to)},
            {"machine", report.machine},
            {"frames", report.frames},
            {"bytes", report.bytes},
            {"request_to_stopped_us", us(report.stopping)},
            {"capture_us", us(report.capture)},
            {"copy_us", us(report.copy)},
            {"place_us", us(report.place)},
            {"resume_us", us(report.resume)},
            {"downtime_us", us(report.down)}};
}

Session::Session(const Program& program, std::unique_ptr<Machine> machine, MonitorSetup monitor, SessionSetup setup,
                 int signals)
    : program_(program), setup_(std::move(setup)), startNs_(monotonicNs()),
      monitor_(
          machine->area, machine->monitored(),
          [&] {
              monitor.onMigrate = [this](std::uint32_t isa) { migrateFromInside(isa); };
              return std::move(monitor);
          }(),
          signals),
      mover_(program, std::move(machine), monitor_) {
    // The hopper first: a hop that is due does not wait for another turn of the loop.
    if (setup_.hop) monitor_.add(hopper_.emplace(*setup_.hop, mover_, monitor_));
    monitor_.add(mover_);
}

Session::~Session() {
    // Whatever became of run(): nobody may store pages in a machine that is gone.
    if (reception_) reception_->machineEnds();
}

void Session::restored(const MonitorState& state, const RingStates& rings) {
    monitor_.restore(state, rings[0].tail, rings[1].head);
    if (hopper_) hopper_->restored();
    mover_.letGo();
}

void Session::received(const MonitorState& state, const RingStates& rings) {
    mover_.noteLetGo();
    monitor_.restore(state, rings[0].tail, rings[1].head);
    if (hopper_) hopper_->restored();
}

void Session::await(LazyPages& pages) {
    pages_ = &pages;
    pages.onFinished = [this] { doWaiting(); };
    monitor_.add(pages);
}

/// Whether a task that needs the program stopped has to wait for its memory; it is done then.
bool Session::waits(std::function<void()> task) {
    // What has followed the program is all there, but its guest does not know it yet: soon.
    const bool ends = reception_ && reception_->missing() && reception_->missing()->isComplete();
    if (!ends && (!pages_ || pages_->finished())) return false;
    whenComplete_.push_back(std::move(task));
    return true;
}

void Session::doWaiting() {
    for (auto& task : std::exchange(whenComplete_, {}))
        task();
}

Result<void> Session::openControl() {
    auto server = ControlServer::open(
        setup_.name, [this](const nlohmann::json& request, Answer answer) { handle(request, answer); });
    if (server) {
        control_ = std::move(*server);
        monitor_.add(*control_);
    } else if (setup_.nameGiven && !reception_) {
        return std::move(server.error());
    } else if (setup_.verbose || setup_.nameGiven) {
        // One that was received goes on: it is nowhere else any more.
        say(fmt::format("the program cannot be reached from outside: {}", server.error().message));
    }
    return {};
}

Result<RunReport> Session::run() {
    if (auto opened = openControl(); !opened) return std::move(opened.error());
    auto report = monitor_.run();
    if (Outgoing* outgoing = mover_.outgoing(); outgoing && report)
        outgoing->interrupt(report->end == RunReport::End::interrupted ? report->value : SIGTERM);
    sayWhatIsLost();
    mover_.abandon();
    if (!report) return report;
    bool ended = report->end != RunReport::End::interrupted && report->end != RunReport::End::timedOut;
    if (hopper_ && ended)
        if (auto enough = hopper_->checkCount(); !enough) return std::move(enough.error());
    return report;
}

void Session::tellEnd(const ConsoleEnd& end) {
    if (reception_) reception_->programEnded(end);
}

void Session::say(const std::string& text) const {
    fmt::print(stderr, "dyad: {}\n", text);
}

void Session::handle(const nlohmann::json& request, const Answer& answer) {
    std::string command = textField(request, "command");
    if ((command == "checkpoint" || (command == "migrate" && request.contains("to"))) && reception_ &&
        reception_->attached())
        return answer(
            refusal("the program's standard streams are still at the host that it came from (--keep-console): "
                    "it can be moved within this host only"));
    if (command == "status") return answer(status());
    if (command == "stats") return answer(stats());
    if ((command == "migrate" || command == "checkpoint") &&
        waits([this, request, answer] { handle(request, answer); }))
        return;
    if (command == "migrate") return request.contains("to") ? transfer(request, answer) : migrate(request, answer);
    if (command == "recover") return recover(answer);
    if (command == "cancel") {
        auto cancelled = mover_.cancel();
        return answer(cancelled ? nlohmann::ordered_json{{"ok", true}} : refusal(cancelled.error().message));
    }
    if (command == "checkpoint") return checkpoint(request, answer);
    if (command == "stop") {
        answer({{"ok", true}});
        return monitor_.end(RunReport::End::interrupted, SIGTERM);
    }
    answer(refusal(fmt::format("expected the command status, stats, migrate, recover, cancel, checkpoint or stop, "
                               "found '{}'",
                               command)));
}

/// Where the program and its memory are, if they are not both here; else empty.
std::string Session::describeWhere() {
    if (reception_ && reception_->missing()) return reception_->describeMissing();
    Outgoing* outgoing = mover_.outgoing();
    return outgoing ? fmt::format("{} {}", outgoing->describeState(), outgoing->report().to) : std::string();
}

nlohmann::ordered_json Session::status() {
    const Machine& machine = mover_.machine();
    return {{"ok", true},
            {"name", setup_.name},
            {"pid", getpid()},
            {"isa", name(machine.setup.isa)},
            {"machine", machine.description},
            {"memory", machine.memory.plan().arenaSize},
            {"seconds", static_cast<double>(monotonicNs() - startNs_) / 1e9},
            {"moves", moves().done.size()},
            {"moving", describeWhere()},
            {"movable", program_.movable()},
            {"image", program_.imagePath()},
            {"pair_id", program_.image().manifest().id}};
}

MoveOrder Session::orderTo(Isa isa) {
    MoveOrder order;
    order.destination = mover_.machineLikeThis(isa);
    order.selfTest = setup_.selfTest;
    return order;
}

void Session::migrate(const nlohmann::json& request, const Answer& answer) {
    auto isa = parseIsa(textField(request, "isa"));
    if (!isa)
        return answer(
            refusal(fmt::format("expected the ISA x86_64 or aarch64, found '{}'", textField(request, "isa"))));
    MoveOrder order = orderTo(*isa);
    order.patienceNs = timeField(request, "timeout_ms", order.patienceNs);
    order.selfTest = order.selfTest || flagField(request, "self_test");
    std::string kind = textField(request, "machine");
    if (kind == "qemu" || kind == "process")
        order.destination.kind = kind == "qemu" ? DYAD_MACHINE_QEMU : DYAD_MACHINE_PROCESS;
    else if (!kind.empty())
        return answer(refusal(fmt::format("expected the machine qemu or process, found '{}'", kind)));
    order.moved = [this, answer](const MoveReport& report) {
        if (setup_.verbose) say(fmt::format("moved to {}", report.machine));
        nlohmann::ordered_json told = {{"ok", true}};
        told.update(describeMove(report));
        answer(told);
    };
    order.failed = [answer](const MoveFailure& failure) { answer(refusal(failure.message)); };
    mover_.begin(std::move(order));
}

void Session::checkpoint(const nlohmann::json& request, const Answer& answer) {
    CheckpointOrder order;
    order.path = textField(request, "file");
    if (order.path.empty() || order.path[0] != '/')
        return answer(refusal(fmt::format("expected the full path of a file, found '{}'", order.path)));
    order.name = setup_.name;
    order.basePath = textField(request, "base");
    const std::uint64_t level = numberField(request, "compress", CheckpointForm::kUsualLevel);
    if (level > CheckpointForm::kMostLevel)
        return answer(refusal(
            fmt::format("expected a compression level from 0 to {}, found {}", CheckpointForm::kMostLevel, level)));
    order.level = static_cast<int>(level);
    order.leaveRunning = flagField(request, "leave_running");
    order.watch = order.leaveRunning && flagField(request, "watch");
    order.patienceNs = timeField(request, "timeout_ms", order.patienceNs);
    order.written = [answer](const WrittenCheckpoint& written) {
        answer({{"ok", true},
                {"bytes", written.memory.bytes},
                {"file_bytes", written.bytes},
                {"bytes_looked_at", written.lookedAt},
                {"id", fmt::format("{:016x}", written.id)}});
    };
    order.failed = [answer](const MoveFailure& failure) { answer(refusal(failure.message)); };
    mover_.begin(std::move(order));
}

/// DYAD_FRAME_MIGRATE: the program asks to be moved.
void Session::migrateFromInside(std::uint32_t isa) {
    if (waits([this, isa] { migrateFromInside(isa); })) return;
    Isa present = mover_.machine().setup.isa;
    // Answers go to the ring of the machine on which the program is by then. A full ring is no error here: the monitor
    // keeps the answer.
    auto tell = [this](int error) { (void)monitor_.answerMigrate(error); };
    if (isa >= kIsas.size() && isa != UINT32_MAX) return tell(EINVAL);
    MoveOrder order = orderTo(isa == UINT32_MAX ? otherIsa(present) : kIsas[isa]);
    order.moved = [tell](const MoveReport&) { tell(0); };
    order.failed = [this, tell](const MoveFailure& failure) {
        if (setup_.verbose) say(fmt::format("the program asked to be moved: {}", failure.message));
        tell(failure.error);
    };
    mover_.begin(std::move(order));
}

} // namespace dyad
