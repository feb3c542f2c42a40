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
        if (state_ != State::Gone && offer_.kind != OfferKind::Recover) state_ = State::Stays;
        return Error{fmt::format("{} refuses: {}", peer_, readRefuse(section))};
    }
    if (!greeted_) return unexpected(section);
    if (section.type == SectionType::Outcome && offer_.kind == OfferKind::Recover && state_ == State::Offered) {
        auto taken = readOutcome(peer_, section);
        if (!taken) return std::move(taken.error());
        state_ = *taken ? State::Gone : State::Stays;
        return {};
    }
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
    const bool ready = section.type == SectionType::Ready && state_ == State::Preparing,
               taken = section.type == SectionType::Taken && state_ == State::Committed;
    if (!ready && !taken) return unexpected(section);
    if (auto empty = readEmpty(peer_, section); !empty) return empty;
    state_ = ready ? State::Sending : State::Gone;
    return {};
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
