// The source's side of the protocol: what was said, what may come next, and who has the program. It knows no
// connection and no machine. Specification: docs/transfer.md, "States".
#pragma once

#include "migrate/checkpoint.h"
#include "transfer/messages.h"

#include <optional>

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
        Listing,   ///< of a recover: the destination has the program and says what it is missing
        Serving,   ///< the destination has the program, and gets the memory that follows it
        Gone,      ///< the destination has the program
        Stays,     ///< the destination will never have it
    };

    /// `to` must outlive it; `peer` for messages.
    SourceSide(SectionWriter& to, std::string peer, std::string pairId, Offer offer)
        : to_(to), peer_(std::move(peer)), pairId_(std::move(pairId)), offer_(offer) {}

    /// Sends header and offer; without a program for a recover.
    Result<void> begin(const Checkpoint* program);
    /// Of a recover whose program's memory follows it: where that lies. `taken`: the destination was heard to have it.
    void expectMissing(PageSet all, bool taken);
    Result<void> takeHeader(const std::string& pairId);
    /// An error means that the connection has to be closed: a refusal in the peer's own words, or something that may
    /// not come now. Look at state() then.
    Result<void> take(const Section& section);

    /// Sends `missing`, from then on.
    Result<void> announce(const PageSet& missing);
    void ended(const Counts& counts); ///< everything else was sent: Sending becomes Awaiting
    Result<void> commit();            ///< Prepared becomes Committed
    /// All that was missing was sent.
    Result<void> sentAll() { return to_.write(SectionType::All, {}); }
    /// Tells the destination that the program stays. Not after commit().
    Result<void> cancel(std::string_view why);
    /// Tells it that what is missing will never come.
    Result<void> giveUp(std::string_view why) { return writeRefuse(to_, why); }

    State state() const { return state_; }
    /// The program may run on the other side: it must not run here.
    bool inDoubt() const { return state_ >= State::Committed && state_ <= State::Serving; }
    const Offer& offer() const { return offer_; }
    const Accept& accept() const { return accept_; } ///< from Preparing on
    /// How long the program had been going on there when it was said that it was taken.
    std::uint64_t goingNs() const { return goingNs_; }

    // Of memory that follows.
    /// What the destination said that it is missing, when it is Serving after a recover.
    const PageSet& missing() const { return *missing_; }
    /// A page that the destination waits for; each is told once.
    std::optional<GuestAddress> takeWant() { return std::exchange(want_, std::nullopt); }
    /// Bytes of the connection that it has dealt with.
    std::uint64_t got() const { return got_; }

  private:
    Error unexpected(const Section& section) const;
    Result<void> takeOutcome(const Section& section);
    Result<void> takeNeed(const Section& section);
    SectionWriter& to_;
    std::string peer_, pairId_;
    Offer offer_;
    Accept accept_;
    Counts sent_;
    State state_ = State::Offered;
    std::uint64_t goingNs_ = 0;
    bool greeted_ = false, taken_ = false;
    std::optional<PageSet> missing_; ///< memory follows the program
    std::optional<GuestAddress> want_;
    std::uint64_t got_ = 0;
};

} // namespace dyad
