// Pre-copy: a program's memory is sent while it runs, and again what it wrote meanwhile, until what is left goes fast
// enough. Specification: docs/transfer.md, "Modes".
#pragma once

#include "machine/page_tracking.h"
#include "migrate/page_set.h"
#include "session/throttle.h"

#include <memory>

namespace dyad {

struct PreCopyReport {
    unsigned rounds = 0;
    bool converged = false;           ///< what was left was expected to go within the limit
    unsigned slowedPercent = 0;       ///< of the time the program was stopped so that it writes less; 0: never
    std::uint64_t dirtyPerSecond = 0; ///< bytes, in the last round
    std::uint64_t expectedDownNs = 0; ///< as it was when the program was asked to stop, or is now
};

class PreCopy {
  public:
    /// Of the downtime, what does not depend on the pages: stopping, frames, arriving, two words each way.
    static constexpr std::uint64_t kFixedDownNs = 5'000'000;

    /// `machine` must outlive it. The program is watched from now on, until end(). `maySlow`: if it writes too fast.
    static Result<std::unique_ptr<PreCopy>> begin(Machine& machine, const CommonData& common,
                                                  std::uint64_t downtimeLimitNs, bool maySlow);

    /// At every turn of the loop: makes the program slower if it must be.
    void step() { throttle_.step(); }
    std::uint64_t nextTurn() const { return throttle_.nextTurn(); }

    /// What to send next, of a running program a copy that is valid until the next call; nothing while the guest is
    /// being asked, and after the last piece of a round.
    Result<std::optional<PagePiece>> next();
    /// The connection has taken everything so far. `bytesSent`: by the connection in all.
    Result<void> drained(std::uint64_t bytesSent);
    bool asking() const { return state_ == State::asking; }
    /// It is time to stop the program.
    bool finished() const { return state_ == State::finished; }
    /// The program is stopped: what is left comes from next(), up to last().
    Result<void> stopped();
    /// The same, without looking at it.
    Result<PageSet> left() const;

    /// Ends the watching; waits for the guest's answer, which takes it no longer than an interrupt.
    void end();

    const PreCopyReport& report() const { return report_; }

  private:
    enum class State { asking, sending, finished, last };
    struct Run {
        std::uint64_t first, count; ///< blocks
    };
    PreCopy(PageTracking tracking, Machine& machine, const CommonData& common, std::uint64_t downtimeLimitNs,
            bool maySlow);
    bool slowDown();
    bool piecesDone() const { return !cursor_ && run_ == runs_.size(); }
    PagePiece lend(Run& run);
    PagePiece copy(Run& run);
    std::optional<PagePiece> nextOfRuns();
    void ask();
    void judge(std::uint64_t bytesSent);

    PageTracking tracking_;
    Machine& machine_;
    const CommonData common_;
    const std::uint64_t limitNs_;
    const bool maySlow_;
    Throttle throttle_;
    State state_ = State::asking;
    PreCopyReport report_;
    std::optional<RunCursor> cursor_; ///< the first round: everything
    std::vector<Run> runs_;           ///< later rounds
    std::size_t run_ = 0;
    std::vector<std::byte> copy_;
    std::uint64_t roundNs_ = 0, roundSent_ = 0;          ///< when the round began; bytes sent before it
    std::uint64_t roundBytes_ = 0, before_ = UINT64_MAX; ///< dirty bytes of this round and of the one before
    unsigned stalled_ = 0;                               ///< rounds that brought too little
    bool watching_ = true;
};

} // namespace dyad
