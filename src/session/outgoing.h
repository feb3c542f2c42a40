// The source of a transfer: sends the program to another host, and lets it go on here if that fails. Specification:
// docs/transfer.md.
#pragma once

#include "migrate/packed_pages.h"
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
    std::uint64_t down = 0;       ///< from the stop here to the news that the program goes on there
    std::uint64_t total = 0;
    PreCopyReport preCopy; ///< rounds 0: there was none
    bool tried = false;    ///< nothing was moved: the destination was only asked
};

enum class TransferMode { stop, preCopy };

struct TransferOrder {
    TransferMode mode = TransferMode::stop;
    std::uint64_t downtimeLimitNs = 50'000'000; ///< of pre-copy
    std::optional<Endpoint> to;                 ///< always set
    std::shared_ptr<Tls> tls;                   ///< null: none
    LinkSetup link;
    std::optional<Isa> isa; ///< wanted; else the destination's choice
    bool tryOnly = false;
    std::uint64_t patienceNs = 10'000'000'000; ///< for the program to stop
    std::string name;                          ///< of the program
    std::function<void(const TransferReport&)> done;
    std::function<void(const MoveFailure&)> failed;
    /// It has not been known for a while whether the program went on there; it stays stopped, and one of the others
    /// comes later.
    std::function<void(const std::string&)> doubtful;
};

class Monitor;

class Outgoing {
  public:
    /// All must outlive it. `stop` is for this transfer alone.
    static Result<std::unique_ptr<Outgoing>> begin(const Program& program, Machine& machine, Monitor& monitor,
                                                   StopRequest& stop, TransferOrder order);

    /// True when it is over: report() tells, and unless it was a try the program is gone. An error means that the
    /// program stays.
    Result<bool> step();
    /// Whether the program may be taken back: not from commit on.
    bool committed() const { return side_ && (side_->inDoubt() || doubt_); }
    /// It stays; tells the destination, if that is possible at once.
    void cancel(std::string_view why);
    /// A program in doubt: asks again now. Fails if it is not in doubt.
    Result<void> recover();

    void addEntries(std::vector<pollfd>& entries) const;
    std::uint64_t nextTurn() const;

    TransferOrder& order() { return order_; }
    const TransferReport& report() const { return report_; }
    const PreCopy* preCopy() const { return preCopy_.get(); }
    /// For people: a word of docs/transfer.md, "States".
    const char* describeState() const;
    std::uint64_t bytesSent() const { return link_ ? link_->bytesSent() : 0; }
    std::uint64_t bytesWritten() const { return writer_ ? writer_->copied().bytes : 0; }
    std::uint64_t begunNs() const { return begunNs_; }

  private:
    Outgoing(const Program& program, Machine& machine, Monitor& monitor, StopRequest& stop, TransferOrder order,
             Offer offer);
    Result<void> connect(const Offer& offer, const Checkpoint* program);
    Result<void> converse();
    Result<void> stopProgram();
    Result<void> sendState();
    Result<void> sendRounds();
    Result<void> sendPages();
    Result<void> sendPiece(const PreCopy::Piece& piece);
    Result<std::optional<PreCopy::Piece>> nextPiece();
    int packLevel() const;
    void measure();
    Result<void> checkPatience() const;
    void fallIntoDoubt(const Error& why);
    Result<bool> finish();
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
    bool headerTaken_ = false, doubt_ = false, doubtTold_ = false;
    std::uint64_t doubtNs_ = 0, askNs_ = 0; ///< since when; when to ask next
};

/// Bytes of memory that a program uses: what a transfer would have to send at most.
std::uint64_t memoryInUse(Machine& machine);

} // namespace dyad
