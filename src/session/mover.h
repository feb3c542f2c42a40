// Moves a running program to another machine, and takes checkpoints of it: a part of the monitor's loop. Specification:
// docs/migration.md, sections 3 and 4.
//
// One order at a time. Whatever goes wrong before the program has arrived, it goes on where it was.
#pragma once

#include "migrate/checkpoint_chain.h"
#include "session/arrival.h"
#include "session/outgoing.h"
#include "session/stop_request.h"

#include <functional>
#include <memory>
#include <vector>

namespace dyad {

/// What a move took. Times in ns.
struct MoveReport {
    Isa from, to;
    std::string machine;        ///< where the program is now, as Machine::description
    std::uint64_t bytes = 0;    ///< of memory that was copied
    std::size_t frames = 0;     ///< of the stack
    std::uint64_t stopping = 0; ///< from the request that was answered to the stop
    std::uint64_t capture = 0, copy = 0, place = 0;
    std::uint64_t resume = 0; ///< from the command to resume to the arrival
    std::uint64_t down = 0;   ///< from the stop to the arrival; more than the four if the destination was not ready
    std::uint64_t moving() const { return capture + copy + place + resume; }
};

/// All moves of a run.
struct Moves {
    std::vector<MoveReport> done;
    std::uint64_t failed = 0; ///< without those that the program's end came before
};

/// Why a program stayed: for people, and as the errno that the program itself is told.
struct MoveFailure {
    std::string message;
    int error;
};

struct MoveOrder {
    MachineSetup destination;
    std::uint64_t patienceNs = 10'000'000'000; ///< for the program to stop; UINT64_MAX: as long as it takes
    bool selfTest = false;
    std::uint32_t skip = 0;    ///< migration points to let pass before stopping at one
    bool askAtOnce = false;    ///< do not wait for the destination with asking
    bool askedAtStart = false; ///< the request lay in the control area when the machine was started
    std::function<void(const MoveReport&)> moved;
    std::function<void(const MoveFailure&)> failed;
};

struct CheckpointOrder {
    std::string path;
    std::string name;                        ///< of the program
    std::string basePath;                    ///< what it shall build on, or empty
    int level = CheckpointForm::kUsualLevel; ///< of compression
    bool leaveRunning = false;
    bool watch = false; ///< leaveRunning: what it writes from then on is looked at only, if the next one builds on this
    std::uint64_t patienceNs = 10'000'000'000;
    std::function<void(const WrittenCheckpoint&)> written;
    std::function<void(const MoveFailure&)> failed;
};

class Mover : public LoopPart {
  public:
    Mover(const Program& program, std::unique_ptr<Machine> machine, Monitor& monitor);

    bool busy() const { return move_ || checkpoint_ || outgoing_; }
    /// Fails at once, through the order, if the program cannot be moved at all or is busy.
    void begin(MoveOrder order);
    void begin(CheckpointOrder order);
    void begin(TransferOrder order);
    /// `why` says why the program cannot be moved or checkpointed now; nothing if it can.
    void setHindrance(std::function<std::string()> why) { hindrance_ = std::move(why); }
    std::string hindrance() const { return hindrance_ ? hindrance_() : std::string(); }
    /// Ends the order, if there is one that can be ended; says why not otherwise.
    Result<void> cancel();
    /// The transfer under way, or null.
    Outgoing* outgoing() { return outgoing_.get(); }
    /// The program has ended: the order, if there is one, has failed.
    void abandon();

    /// Lets a program go on that is stopped for the self-test of an arrival that was not ours.
    void letGo() { stop_.letGo(); }
    /// The same if somebody else has let it go.
    void noteLetGo() { stop_.noteLetGo(); }

    /// Where the program is.
    Machine& machine() { return *machine_; }
    /// The same kind of machine for another half.
    MachineSetup machineLikeThis(Isa isa) const;
    const Moves& moves() const { return moves_; }

    Result<void> step() override;
    void addEntries(std::vector<pollfd>& entries) const override;
    std::uint64_t nextTurn() const override;

  private:
    bool refused(const std::function<void(const MoveFailure&)>& failed) const;
    Result<void> startDestination();
    Result<void> stepMove();
    Result<void> transfer();
    Result<void> arrive();
    Result<void> openBase(const CheckpointOrder& order);
    Result<void> stepCheckpoint(bool settled);
    Result<WrittenCheckpoint> writeCheckpoint();
    void askToWatch();
    bool watchBegins();
    Result<void> stepTransfer();
    Result<void> checkPatience(std::uint64_t patienceNs);
    void fail(const std::string& message, int error);

    const Program& program_;
    std::unique_ptr<Machine> machine_;
    Monitor& monitor_;
    StopRequest stop_;

    std::optional<MoveOrder> move_;
    std::unique_ptr<Machine> destination_;
    std::optional<Arrival> arrival_;
    bool resumed_ = false;
    RingStates rings_;
    MoveReport report_{};
    Moves moves_;
    std::uint64_t resumedNs_ = 0;

    std::unique_ptr<Outgoing> outgoing_;
    std::function<std::string()> hindrance_;

    std::optional<CheckpointOrder> checkpoint_;
    std::optional<CheckpointChain> base_; ///< of that
    std::optional<WrittenCheckpoint> written_;
    /// What the program writes since the checkpoint watchedSince_, on its present machine.
    std::optional<PageTracking> watch_;
    std::uint64_t watchedSince_ = 0;
    std::uint64_t begunNs_ = 0;
    int error_ = 0; ///< errno that goes with a failure of the present order
};

} // namespace dyad
