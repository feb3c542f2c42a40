// The destination's side of the protocol: what was said, what may come next, and who has the program. It knows no
// connection and no machine. Specification: docs/transfer.md, "States".
#pragma once

#include "migrate/checkpoint.h"
#include "transfer/messages.h"

#include <optional>

namespace dyad {

class DestinationSide {
  public:
    enum class State {
        Greeting,  ///< waits for header, offer and program
        Offered,   ///< has them: accept() or refuse()
        Asked,     ///< was asked what became of a transfer: answer()
        Starting,  ///< accepted: ready()
        Filling,   ///< takes pages, and then all else up to the end
        Arriving,  ///< has everything: prepared()
        Prepared,  ///< waits for commit
        Committed, ///< taken()
        Taken,     ///< the program is ours; memory may follow: complete()
        Over,      ///< was refused
    };

    /// `to` must outlive it. `reader` is for the image that waits; its memory comes with ready().
    DestinationSide(SectionWriter& to, CheckpointReader reader)
        : to_(to), peer_(reader.name), pairId_(reader.manifest.id), taker_(std::move(reader)) {}

    /// Answers with our own. An error, here and in take(): refuse() it and close the connection.
    Result<void> takeHeader(const std::string& pairId);
    Result<void> take(const Section& section);

    Result<void> accept(const Accept& accept);
    Result<void> answer(TransferOutcome outcome);
    /// The same for a program that is here and waits for memory.
    Result<void> answerFollowing(std::span<const PageRun> missing);
    /// Pages go to `memory` from now on.
    Result<void> ready(GuestMemory& memory);
    Result<void> prepared();
    /// `nsAgo`: how long the program has been going on.
    Result<void> taken(std::uint64_t nsAgo);
    // While memory follows: see follows().
    Result<void> want(GuestAddress page) { return writeWant(to_, page); }
    Result<void> got(std::uint64_t bytes) { return writeGot(to_, bytes); }
    Result<void> complete();
    /// The end: says why, if the peer can still be told so. Never after taken().
    Result<void> refuse(std::string_view why);

    State state() const { return state_; }
    const Offer& offer() const { return offer_; }
    Checkpoint& checkpoint() { return taker_.checkpoint(); }
    std::uint64_t pages() const { return taker_.pages(); }
    /// Pages that come after the end, if there are any.
    const PageSet* missing() const { return missing_ ? &*missing_ : nullptr; }
    /// Bytes that only measure the connection: to be answered by got().
    bool probes(const Section& section) const;
    /// What is missing may be there in an older state.
    bool stale() const { return pagesBefore_ > 0; }
    /// A section that is not take()'s: pages that follow, or the end of them.
    bool follows(const Section& section) const;

  private:
    Result<void> greet();
    Error unexpected(const Section& section) const;
    SectionWriter& to_;
    std::string peer_, pairId_;
    CheckpointTaker taker_;
    Offer offer_;
    std::optional<PageSet> missing_;
    std::uint64_t pagesBefore_ = 0; ///< the program was stopped
    State state_ = State::Greeting;
    bool greeted_ = false, heard_ = false, offered_ = false, following_ = false;
};

} // namespace dyad
