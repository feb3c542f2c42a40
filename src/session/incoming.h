// The destination of a transfer: one connection, up to a program that has arrived and is stopped, and on while memory
// follows it. Specification: docs/transfer.md.
#pragma once

#include "machine/ticks.h"
#include "session/arrival.h"
#include "session/missing_pages.h"
#include "session/relayed_console.h"
#include "transfer/destination_side.h"
#include "transfer/link.h"
#include "transfer/transfer_records.h"

#include <memory>
#include <optional>

namespace dyad {

/// What a destination gives to a program. All must outlive whatever gets it.
struct Destination {
    const PairImage& image; ///< with sites
    CommonData common;
    MachineSetup machine;     ///< the ISA unless the source wants another
    bool anyIsa = true;       ///< the source may want another
    std::uint64_t flags = 0;  ///< enum dyad_control_flag, instead of the source's
    std::uint64_t mostMemory; ///< bytes of a machine's memory
    TransferRecords& records;
};

/// A program that has arrived and goes on; nobody has looked at what it does yet.
struct ReceivedProgram {
    std::unique_ptr<Program> program;
    std::unique_ptr<Machine> machine;
    MonitorState state;
    RingStates rings;
    std::string name, from;
    std::shared_ptr<RelayedConsole> console; ///< its standard streams; null: those of this process
};

class Incoming {
  public:
    enum class Outcome { Goes, Over, Taken };

    Incoming(const Destination& destination, std::unique_ptr<Channel> channel, std::string peer, LinkSetup setup);
    ~Incoming();

    /// `busy`: another one is under way, or the program runs already. Never an error: whatever goes wrong on a
    /// connection ends that connection. After Taken, which comes once: take(), and go on stepping until Over.
    Outcome step(bool busy);
    /// It has an offer, and is not over: no other may have one.
    bool underWay() const;
    /// Gives up what is not committed, for another connection that asks what became of it.
    void giveUp(std::string_view why);
    const TransferId& id() const { return side_.offer().id; }
    /// Of a Recover: what must be answered. Asked only once.
    bool asks() const { return side_.state() == DestinationSide::State::Asked; }
    void answer();
    /// The answer if that program runs here and waits for memory: this connection brings it from now on.
    void follow(std::shared_ptr<MissingPages> missing);

    ReceivedProgram take() { return *std::exchange(received_, std::nullopt); }
    /// Memory that follows the program that was taken, or null.
    const std::shared_ptr<MissingPages>& missing() const { return missing_; }
    /// It has taken a program, which goes on, but that is not on the disk yet: nobody can be told, nor take it back.
    bool deciding() const { return flush_ != nullptr; }
    /// It has taken a program whose memory follows on this connection.
    bool following() const { return missing_ && !ending_ && !over_ && side_.state() == DestinationSide::State::Taken; }
    /// A signal that ended the source at which the program's console is, once.
    std::optional<int> takeSignal() { return console_ ? console_->takeSignal() : std::nullopt; }
    /// The program's console is at the other end.
    bool attached() const { return console_ && console_->attached(); }
    /// The program has ended: the last word to its console.
    void endConsole(const ConsoleEnd& end);
    /// Why it is over, for a message; empty if there is nothing to say.
    const std::string& why() const { return why_; }
    const std::string& peer() const { return link_.peer(); }

    void addEntries(std::vector<pollfd>& entries) const;
    std::uint64_t nextTurn() const;

  private:
    Result<void> converse();
    Result<void> takeSection();
    Result<void> askForPages();
    Result<void> advance(bool busy);
    Result<void> startMachine();
    Result<bool> closePages();
    Result<void> replaceMachine();
    Result<void> resume();
    Result<void> takeOver();
    Result<void> finishTaking();
    Result<void> complete();
    void fail(const std::string& why);
    void finish();

    const Destination& destination_;
    Link link_;
    DestinationSide side_;
    std::string why_;
    std::unique_ptr<Program> program_;
    std::unique_ptr<Machine> machine_, tooSmall_; ///< tooSmall_: has the pages, while machine_ starts
    std::optional<Arrival> arrival_;
    std::optional<TickMeter> ticks_;
    std::optional<MonitorState> monitorState_;
    std::optional<ReceivedProgram> received_;
    std::optional<LatePages> late_; ///< on machine_: closed before it is known what will be missing
    std::shared_ptr<MissingPages> missing_;
    std::shared_ptr<RelayedConsole> console_; ///< on link_
    std::uint64_t told_ = 0;                  ///< bytes of this connection that the source knows to be dealt with
    std::unique_ptr<RecordFlush> flush_;      ///< of the record that it was taken
    std::uint64_t goingNs_ = 0;               ///< it has been going on since then
    std::uint64_t begunNs_ = monotonicNs(), stateNs_ = 0; ///< stateNs_: the stopped program's clock stood then
    bool headerTaken_ = false, resumed_ = false, ending_ = false, over_ = false, allSent_ = false, completed_ = false;
};

} // namespace dyad
