// The source's side of the protocol: what was said, what may come next, and who has the program. It knows no
// connection and no machine. Specification: docs/transfer.md, "States".
#pragma once

#include "migrate/checkpoint.h"
#include "transfer/messages.h"

namespace dyad {

class SourceSide {
  public:
    enum class State {
        Offered,   ///< waits for the header and accept
        Preparing, ///< waits for ready
        Sending,   ///< the destination is ready for everything
        Awaiting,  ///< waits for prepared
        Prepared,  ///< may commit
        Committed, ///< waits for taken; the program may be on either side
        Gone,      ///< the destination has the program
        Stays,     ///< the destination will never have it
    };

    /// `to` must outlive it; `peer` for messages.
    SourceSide(SectionWriter& to, std::string peer, std::string pairId, Offer offer)
        : to_(to), peer_(std::move(peer)), pairId_(std::move(pairId)), offer_(offer) {}

    /// Sends header and offer; without a program for a recover.
    Result<void> begin(const Checkpoint* program);
    Result<void> takeHeader(const std::string& pairId);
    /// An error means that the connection has to be closed: a refusal in the peer's own words, or something that may
    /// not come now. Look at state() then.
    Result<void> take(const Section& section);

    void ended(const Counts& counts); ///< everything was sent: Sending becomes Awaiting
    Result<void> commit();            ///< Prepared becomes Committed
    /// Tells the destination that the program stays. Not after commit().
    Result<void> cancel(std::string_view why);

    State state() const { return state_; }
    /// The program may run on the other side: it must not run here.
    bool inDoubt() const { return state_ == State::Committed; }
    const Offer& offer() const { return offer_; }
    const Accept& accept() const { return accept_; } ///< from Preparing on

  private:
    Error unexpected(const Section& section) const;
    SectionWriter& to_;
    std::string peer_, pairId_;
    Offer offer_;
    Accept accept_;
    Counts sent_;
    State state_ = State::Offered;
    bool greeted_ = false;
};

} // namespace dyad
