// One function for each thing that may be said.
#include "transfer/source_side.h"

#include <fmt/format.h>

namespace dyad {

Result<void> SourceSide::begin(const Checkpoint* program) {
    if (auto written = to_.writeHeader(pairId_); !written) return written;
    if (auto written = writeOffer(to_, offer_); !written) return written;
    return program ? CheckpointWriter(to_).program(*program) : Result<void>();
}

Result<void> SourceSide::takeHeader(const std::string& pairId) {
    if (pairId != pairId_)
        return Error{
            fmt::format("'{}' waits for another program: its pair id is {}, expected {}", peer_, pairId, pairId_)};
    greeted_ = true;
    return {};
}

Error SourceSide::unexpected(const Section& section) const {
    return unusableSection(peer_, section.type, section.number, "this may not come now");
}

Result<void> SourceSide::take(const Section& section) {
    if (section.type == SectionType::Refuse) {
        // After commit a refusal says that the destination could not take it: it is definite. Not to answer a question
        // says nothing.
        if (state_ <= State::Committed && offer_.kind != OfferKind::Recover) state_ = State::Stays;
        return Error{fmt::format("{} refuses: {}", peer_, readRefuse(section))};
    }
    if (!greeted_) return unexpected(section);
    if (section.type == SectionType::Outcome && offer_.kind == OfferKind::Recover && state_ == State::Offered)
        return takeOutcome(section);
    if (section.type == SectionType::Missing && state_ == State::Listing) return readMissing(peer_, section, *missing_);
    if (section.type == SectionType::Want || section.type == SectionType::Got) return takeNeed(section);
    if (section.type == SectionType::Accept && offer_.kind != OfferKind::Recover && state_ == State::Offered) {
        auto accept = readAccept(peer_, section);
        if (!accept) return std::move(accept.error());
        accept_ = std::move(*accept);
        accept_.features &= offer_.features;
        state_ = State::Preparing;
        return {};
    }
    if (section.type == SectionType::Prepared && state_ == State::Awaiting) {
        auto counts = readPrepared(peer_, section);
        if (!counts) return std::move(counts.error());
        if (*counts != sent_)
            return Error{fmt::format("{} has got {} frames and {} pages: {} and {} were sent", peer_, counts->frames,
                                     counts->pages, sent_.frames, sent_.pages)};
        state_ = State::Prepared;
        return {};
    }
    if (section.type == SectionType::Taken && state_ == State::Committed) {
        auto going = readTaken(peer_, section);
        if (!going) return std::move(going.error());
        goingNs_ = *going;
        state_ = missing_ ? State::Serving : State::Gone;
        return {};
    }
    std::optional<State> next;
    if (section.type == SectionType::Ready && state_ == State::Preparing) next = State::Sending;
    if (section.type == SectionType::Ready && state_ == State::Listing) next = State::Serving;
    if (section.type == SectionType::Complete && state_ == State::Serving) next = State::Gone;
    if (!next) return unexpected(section);
    if (auto empty = readEmpty(peer_, section); !empty) return empty;
    state_ = *next;
    return {};
}

Result<void> SourceSide::takeOutcome(const Section& section) {
    auto outcome = readOutcome(peer_, section);
    if (!outcome) return std::move(outcome.error());
    switch (*outcome) {
    case TransferOutcome::NotTaken:
        if (taken_) return Error{fmt::format("{} says that it never took the program, which is not so", peer_)};
        state_ = State::Stays;
        return {};
    case TransferOutcome::Taken:
        if (missing_)
            return Error{fmt::format("{} does not run the program, which was taken without all of its memory", peer_)};
        state_ = State::Gone;
        return {};
    case TransferOutcome::Following:
        if (!missing_) return unexpected(section);
        state_ = State::Listing;
        return {};
    case TransferOutcome::Complete:
        state_ = State::Gone;
        return {};
    }
    return unexpected(section);
}

/// What a destination needs while memory follows, or says of bytes that measure the connection.
Result<void> SourceSide::takeNeed(const Section& section) {
    const bool probes = section.type == SectionType::Got && offer_.kind == OfferKind::Try && state_ == State::Preparing;
    if (!probes && (!missing_ || state_ < State::Awaiting || state_ == State::Listing || state_ > State::Serving))
        return unexpected(section);
    if (section.type == SectionType::Got) {
        auto got = readGot(peer_, section);
        if (!got) return std::move(got.error());
        if (*got < got_) return unusableSection(peer_, section.type, section.number, "less than before");
        got_ = *got;
        return {};
    }
    auto want = readWant(peer_, section);
    if (!want) return std::move(want.error());
    if (!missing_->covers(*want))
        return unusableSection(
            peer_, section.type, section.number,
            fmt::format("{:#x} is no page of common data or of the arena", static_cast<std::uint64_t>(*want)));
    want_ = *want;
    return {};
}

void SourceSide::expectMissing(PageSet all, bool taken) {
    missing_.emplace(std::move(all));
    taken_ = taken;
}

Result<void> SourceSide::announce(const PageSet& missing) {
    missing_.emplace(missing);
    return writeMissing(to_, missing.runs());
}

void SourceSide::ended(const Counts& counts) {
    sent_ = counts;
    state_ = State::Awaiting;
}

Result<void> SourceSide::commit() {
    state_ = State::Committed;
    return writeCommit(to_, offer_.id);
}

Result<void> SourceSide::cancel(std::string_view why) {
    state_ = State::Stays;
    return writeRefuse(to_, why);
}

} // namespace dyad
