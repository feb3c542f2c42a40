// Asks a running program to stop at a place where it can be captured, and captures it. Specification:
// docs/migration.md, section 3.
#pragma once

#include "migrate/capture.h"
#include "session/program.h"

#include <optional>
#include <string>

namespace dyad {

class StopRequest {
  public:
    StopRequest(const Program& program, Machine& machine) : program_(program), machine_(&machine) {}

    /// The program is on another machine now; what the old one was asked is over.
    void attach(Machine& machine);
    /// Asks. `skip`: points to let pass first. A machine that is stopped counts from where it goes on.
    void ask(std::uint32_t skip);
    /// The same for a request that lay in the control area when the machine was started: number 1.
    void adopt(std::uint32_t skip);
    static constexpr std::uint32_t kFirstNumber = 1;

    /// To be called at every turn of the loop, asked or not: a program that stops for a request just withdrawn goes on.
    /// True once the program is stopped and frames() and thread() are what it was captured with. An error means that
    /// asking again would not help.
    Result<bool> look();
    /// Lets the program go on and takes the request back; harmless if there is none.
    void withdraw();
    /// Lets a stopped program go on. Whether it looks for another request then was decided before, by ask().
    void letGo();
    /// The same for a program that nobody else looks after yet; noteLetGo() is for who does then.
    static void letGo(Machine& machine);
    void noteLetGo();

    bool asked() const { return state_ != State::none; }
    bool stopped() const { return state_ == State::captured; }
    /// CLOCK_MONOTONIC in ns at which look() must be called again to ask anew.
    std::uint64_t nextTurn() const { return state_ == State::pausing ? askAgainNs_ : UINT64_MAX; }

    const FrameList& frames() const { return frames_; }
    const ThreadState& thread() const { return thread_; }
    std::uint64_t askedNs() const { return askedNs_; }     ///< of the request that was answered
    std::uint64_t stoppedNs() const { return stoppedNs_; } ///< when look() saw it
    std::uint64_t capturingNs() const { return capturingNs_; }
    /// What keeps the program from stopping, for a message.
    std::string describeDelay() const;
    /// A number that no request of this run had.
    std::uint32_t takeNumber() { return ++lastNumber_; }

  private:
    enum class State { none, asked, pausing, captured };
    void restart(std::uint32_t skip);
    void askAgain();
    dyad_migration& migration() const { return machine_->migration(); }

    const Program& program_;
    Machine* machine_;
    State state_ = State::none;
    std::uint32_t lastNumber_ = kFirstNumber, number_ = 0, skip_ = 0;
    std::uint32_t letGo_ = 0; ///< number of the stop that was told to go on
    std::uint64_t askedNs_ = 0, stoppedNs_ = 0, capturingNs_ = 0, askAgainNs_ = 0, forbiddenSinceNs_ = 0;
    unsigned refusals_ = 0; ///< stops at places that cannot be captured
    UnknownCode refusedAt_{};
    FrameList frames_;
    ThreadState thread_;
};

} // namespace dyad
