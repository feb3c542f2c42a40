// The monitor of a program that changes its machine: the rings go on as copies, what was promised to the program stays.
#include "machine/monitor.h"

#include <algorithm>

namespace dyad {

void Monitor::moveTo(const ControlArea& area, MonitoredMachine machine) {
    control_ = area.control;
    machine_ = std::move(machine);
    reader_.moveTo(area.control->tx, area.tx);
    writer_.moveTo(area.control->rx, area.rx);
    gone_ = false;
    lastSignOfLifeNs_ = monotonicNs();
}

Result<void> Monitor::answerMigrate(std::int32_t error) {
    migrateWanted_ = false;
    std::int32_t answer[2] = {error, 0};
    return send(DYAD_FRAME_MIGRATED, std::as_bytes(std::span(answer)));
}

Result<bool> Monitor::settle() {
    if (auto served = serveFrames(); !served) return std::move(served.error());
    if (auto served = servePolls(); !served) return std::move(served.error());
    if (auto flushed = flushAnswers(); !flushed) return std::move(flushed.error());
    return !finished_ && !end_ && console().written() && syncsWanted_ == 0 && pollsWanted_ == 0 && answers_.empty() &&
           (!setup_.filesIn || setup_.filesIn->done());
}

MonitorState Monitor::state() const {
    return {inputWanted_.value_or(0), inputWait_, {untold_[0], untold_[1]}};
}

void Monitor::restore(const MonitorState& state, std::uint64_t consumed, std::uint64_t produced) {
    reader_.startAt(consumed);
    writer_.startAt(produced);
    if (state.inputWanted > 0) inputWanted_ = std::min<std::uint32_t>(state.inputWanted, DYAD_FRAME_MAX - kInputHeader);
    inputWait_ = state.inputWait;
    std::ranges::copy(state.untold, untold_);
    helloSeen_ = mainSeen_ = true;
    report_.helloMs = report_.mainMs = sinceStart();
}

} // namespace dyad
