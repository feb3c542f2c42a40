// The source of a transfer: sends the program to another host, and lets it go on here if that fails. Specification:
// docs/transfer.md.
#pragma once

#include "machine/monitor.h"
#include "migrate/packed_pages.h"
#include "session/console_server.h"
#include "session/line_probe.h"
#include "session/page_server.h"
#include "session/pre_copy.h"
#include "session/stop_request.h"
#include "transfer/endpoint.h"
#include "transfer/link.h"
#include "transfer/source_side.h"
#include "transfer/tls.h"

#include <functional>
#include <memory>

namespace dyad {

struct MoveFailure;

/// What a transfer took. Times in ns.
struct TransferReport {
    std::string to, machine;                ///< address; machine there
    Isa from{}, isa{};                      ///< here, there
    std::uint64_t bytes = 0, bytesSent = 0; ///< of memory; on the connection, both ways of counting without TLS
    std::uint64_t frames = 0, pages = 0;
    std::uint64_t bytesInUse = 0; ///< of memory, when it began
    std::uint64_t down = 0; ///< from the stop here until it goes on there, as that tells; more by the news' way here
    // Parts of the move from the request to stop on; with down they overlap.
    std::uint64_t stopping = 0;   ///< until it was stopped and captured
    std::uint64_t sending = 0;    ///< until all that is sent before the commit point was written
    std::uint64_t rebuilding = 0; ///< until the destination had rebuilt the stack and said so
    std::uint64_t taking = 0;     ///< until it had taken the program, recorded that, and said so
    std::uint64_t total = 0;
    std::uint64_t bytesFollowed = 0; ///< of memory, at most: what came after the program
    std::uint64_t wants = 0;         ///< pages that the program had to wait for there
    PreCopyReport preCopy;           ///< rounds 0: there was none
    bool attached = false;           ///< its console is here
    double bytesPerSecond = 0;       ///< of a try's connection, as measured or limited; 0: not known
    bool tried = false;              ///< nothing was moved: the destination was only asked
};

enum class TransferMode { automatic, stop, preCopy, postCopy, hybrid };

struct TransferOrder {
    TransferMode mode = TransferMode::automatic;
    std::uint64_t downtimeLimitNs = 50'000'000; ///< of pre-copy
    std::optional<Endpoint> to;                 ///< always set
    std::shared_ptr<Tls> tls;                   ///< null: none
    LinkSetup link;
    std::optional<Isa> isa; ///< wanted; else the destination's choice
    bool tryOnly = false;
    bool keepConsole = false;                        ///< the program's standard streams stay here
    std::uint64_t patienceNs = 10'000'000'000;       ///< for the program to stop
    std::uint64_t askingNs = 60'000'000'000;         ///< for which a broken connection is made again by itself
    std::string name;                                ///< of the program
    std::function<void(const TransferReport&)> done; ///< all of the program is there, or it was only a try
    std::function<void(const MoveFailure&)> failed;
    /// It has not been known for a while whether the program went on there, or that is cut off from memory that is
    /// still here; it stays stopped, and one of the others comes later.
    std::function<void(const std::string&)> doubtful;
};

class Outgoing {
  public:
    /// All must outlive it. `stop` is for this transfer alone.
    static Result<std::unique_ptr<Outgoing>> begin(const Program& program, Machine& machine, Monitor& monitor,
                                                   StopRequest& stop, TransferOrder order);

    enum class Progress {
        Goes,
        Gone, ///< once: report() tells, and unless it was a try nothing of the program is needed here any more
        Over, ///< after that, when its console is not here any more either: see ended()
    };
    /// An error means that the program stays.
    Result<Progress> step();
    /// Whether the program may be taken back: not from commit on.
    bool committed() const { return side_ && (side_->inDoubt() || doubt_ || taken_); }
    /// The program runs at the destination with the standard streams of this process.
    bool attached() const { return taken_ && console_; }
    /// What that means for this process; when it is over.
    std::pair<RunReport::End, int> ended() const;
    /// Has an attached program end by a signal, and waits for that for a while.
    void interrupt(int signal);
    /// It stays; tells the destination, if that is possible at once.
    void cancel(std::string_view why);
    /// A program in doubt, or cut off from what is still here: connects again now. Fails if it is neither.
    Result<void> recover();

    void addEntries(std::vector<pollfd>& entries) const;
    std::uint64_t nextTurn() const;

    TransferOrder& order() { return order_; }
    const TransferReport& report() const { return report_; }
    const PreCopy* preCopy() const { return preCopy_.get(); }
    /// What follows the program; null: nothing, or it is not known yet.
    const PageServer* server() const { return server_ ? &*server_ : nullptr; }
    /// The program runs at the destination, and memory of it is still here.
    bool serving() const { return taken_ && side_->state() != SourceSide::State::Gone; }
    /// For people: a word of docs/transfer.md, "States".
    const char* describeState() const;
    std::uint64_t bytesSent() const { return sentBefore_ + (link_ ? link_->bytesSent() : 0); }
    std::uint64_t bytesWritten() const { return copiedBefore_.bytes + (writer_ ? writer_->copied().bytes : 0); }
    std::uint64_t wants() const { return wantsBefore_ + (server_ ? server_->wants() : 0); }
    std::uint64_t begunNs() const { return begunNs_; }

  private:
    Outgoing(const Program& program, Machine& machine, Monitor& monitor, StopRequest& stop, TransferOrder order,
             Offer offer);
    Result<void> connect(const Offer& offer, const Checkpoint* program);
    Result<void> converse();
    Result<void> takeSection();
    Result<void> reconnect();
    Result<void> stopProgram();
    Result<void> sendState();
    Result<void> sendRounds();
    TransferMode mode() const;
    bool follows() const;
    Result<void> lookAhead();
    Result<void> announce();
    Result<PageSet> leftPages();
    Result<void> sendFirstPages(PageSet& left);
    Result<void> sendPages();
    Result<void> sendPiece(const PagePiece& piece);
    Result<std::optional<PagePiece>> nextPiece();
    Result<void> end();
    Result<void> serve();
    int packLevel() const;
    void measure();
    Result<void> checkPatience() const;
    void fallIntoDoubt(const Error& why);
    std::string describeDoubt() const;
    Result<Progress> tried();
    Progress finish();
    Progress attend();
    void loseConsole(const Error& why);
    Checkpoint describeProgram() const;

    const Program& program_;
    Machine& machine_;
    Monitor& monitor_;
    StopRequest& stop_;
    TransferOrder order_;
    const Offer offer_;
    std::unique_ptr<Link> link_;             ///< null: in doubt, and not asking
    std::optional<SourceSide> side_;         ///< on link_
    std::optional<CheckpointWriter> writer_; ///< on link_
    std::unique_ptr<PreCopy> preCopy_;
    std::optional<RunCursor> cursor_; ///< from the stop on, without pre-copy
    PagePacker packer_;
    bool stateSent_ = false;
    std::uint64_t windowNs_ = 0, windowSent_ = 0; ///< the connection was busy all the time since; bytes sent before
    double rate_ = 0;                             ///< bytes a second of a busy connection; 0: not known yet
    TransferReport report_;
    std::uint64_t begunNs_, sendingNs_ = 0; ///< sendingNs_: the destination was ready
    std::uint64_t endedNs_ = 0, committedNs_ = 0;
    std::optional<PageSet> touched_; ///< while the destination started: most of what will have to follow
    std::optional<PageSet> present_; ///< the same: what the memory file had
    std::optional<PageServer> server_;
    CopiedMemory copiedBefore_;                      ///< on connections that broke
    std::uint64_t sentBefore_ = 0, wantsBefore_ = 0; ///< the same
    bool allSent_ = false;                           ///< all that follows, on this connection
    LineProbe probe_;                                ///< of a try
    std::optional<ConsoleServer> console_;           ///< on link_
    std::optional<ConsoleEnd> consoleEnd_;
    bool finished_ = false, consoleLost_ = false, linkEnded_ = false; ///< linkEnded_: when the program had ended
    bool headerTaken_ = false;
    bool taken_ = false;                     ///< the program goes on there
    bool doubt_ = false, doubtTold_ = false; ///< the connection broke behind the commit point
    std::uint64_t doubtNs_ = 0, askNs_ = 0;  ///< since when; when to ask next
};

/// Bytes of memory that a program uses: what a transfer would have to send at most.
std::uint64_t memoryInUse(Machine& machine);

} // namespace dyad
