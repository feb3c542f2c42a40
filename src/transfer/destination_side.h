// The destination's side of the protocol: what was said, what may come next, and who has the program. It knows no
// connection and no machine. Specification: docs/transfer.md, "States".
#pragma once

#include "migrate/checkpoint.h"
#include "transfer/messages.h"

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
        Taken,     ///< the program is ours
        Over,      ///< was refused
    };

    /// `to` must outlive it. `reader` is for the image that waits; its memory comes with ready().
    DestinationSide(SectionWriter& to, CheckpointReader reader)
        : to_(to), peer_(reader.name), pairId_(reader.manifest.id), taker_(std::move(reader)) {}

    /// Answers with our own. An error, here and in take(): refuse() it and close the connection.
    Result<void> takeHeader(const std::string& pairId);
    Result<void> take(const Section& section);

    Result<void> accept(const Accept& accept);
    Result<void> answer(bool taken);
    /// Pages go to `memory` from now on.
    Result<void> ready(GuestMemory& memory);
    Result<void> prepared();
    Result<void> taken();
    /// The end: says why, if the peer can still be told so. Never after taken().
    Result<void> refuse(std::string_view why);

    State state() const { return state_; }
    const Offer& offer() const { return offer_; }
    Checkpoint& checkpoint() { return taker_.checkpoint(); }
    std::uint64_t pages() const { return taker_.pages(); }

  private:
    Result<void> greet();
    Error unexpected(const Section& section) const;
    SectionWriter& to_;
    std::string peer_, pairId_;
    CheckpointTaker taker_;
    Offer offer_;
    State state_ = State::Greeting;
    bool greeted_ = false, heard_ = false, offered_ = false;
};

} // namespace dyad
