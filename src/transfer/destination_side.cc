// One function for each thing that may be said.
#include "transfer/destination_side.h"

#include <fmt/format.h>

namespace dyad {

Result<void> DestinationSide::greet() {
    if (greeted_) return {};
    greeted_ = true;
    return to_.writeHeader(pairId_);
}

Result<void> DestinationSide::takeHeader(const std::string& pairId) {
    heard_ = true;
    if (auto greeted = greet(); !greeted) return greeted;
    return taker_.checkPair(pairId);
}

Error DestinationSide::unexpected(const Section& section) const {
    return unusableSection(peer_, section.type, section.number, "this may not come now");
}

Result<void> DestinationSide::take(const Section& section) {
    if (!heard_) return unexpected(section);
    if (section.type == SectionType::Refuse && state_ == State::Taken && following_)
        return Error{fmt::format("{} has given up the memory that was to follow: {}", peer_, readRefuse(section))};
    if (section.type == SectionType::Refuse && state_ != State::Taken) {
        state_ = State::Over;
        return Error{fmt::format("the program stays with {}: {}", peer_, readRefuse(section))};
    }
    switch (state_) {
    case State::Greeting:
        if (!offered_) {
            if (section.type != SectionType::Offer) return unexpected(section);
            auto offer = readOffer(peer_, section);
            if (!offer) return std::move(offer.error());
            offer_ = *offer;
            offered_ = true;
            if (offer_.kind == OfferKind::Recover) state_ = State::Asked;
            return {};
        }
        if (auto taken = taker_.take(section); !taken) return taken;
        state_ = State::Offered;
        return {};
    case State::Starting:
        return probes(section) ? Result<void>() : unexpected(section);
    case State::Filling:
        if (section.type == SectionType::Missing && taker_.stateComplete() && (offer_.features & kFeatureFollow)) {
            if (!missing_) missing_.emplace(taker_.common(), taker_.checkpoint().arenaSize);
            following_ = true;
            return readMissing(peer_, section, *missing_);
        }
        if (section.type == SectionType::Thread) pagesBefore_ = taker_.pages();
        if (auto taken = taker_.take(section); !taken) return taken;
        if (taker_.complete()) state_ = State::Arriving;
        return {};
    case State::Prepared: {
        if (section.type != SectionType::Commit) return unexpected(section);
        auto id = readCommit(peer_, section);
        if (!id) return std::move(id.error());
        if (*id != offer_.id) return unusableSection(peer_, section.type, section.number, "another transfer's id");
        state_ = State::Committed;
        return {};
    }
    default:
        return unexpected(section);
    }
}

Result<void> DestinationSide::accept(const Accept& accept) {
    state_ = State::Starting;
    return writeAccept(to_, accept);
}

Result<void> DestinationSide::answer(TransferOutcome outcome) {
    state_ = State::Over;
    return writeOutcome(to_, outcome);
}

Result<void> DestinationSide::answerFollowing(std::span<const PageRun> missing) {
    state_ = State::Taken;
    following_ = true;
    if (auto written = writeOutcome(to_, TransferOutcome::Following); !written) return written;
    if (auto written = writeMissing(to_, missing); !written) return written;
    return to_.write(SectionType::Ready, {});
}

bool DestinationSide::follows(const Section& section) const {
    return following_ && state_ >= State::Arriving && state_ <= State::Taken &&
           (PagesReader::reads(section.type) || section.type == SectionType::All);
}

bool DestinationSide::probes(const Section& section) const {
    return section.type == SectionType::Probe && state_ == State::Starting && offer_.kind == OfferKind::Try &&
           (offer_.features & kFeatureProbe);
}

Result<void> DestinationSide::complete() {
    state_ = State::Over;
    return to_.write(SectionType::Complete, {});
}

Result<void> DestinationSide::ready(GuestMemory& memory) {
    if (auto set = taker_.setMemory(&memory); !set) return set;
    state_ = State::Filling;
    return to_.write(SectionType::Ready, {});
}

Result<void> DestinationSide::prepared() {
    state_ = State::Prepared;
    return writePrepared(to_, {taker_.checkpoint().frames.size(), taker_.pages()});
}

Result<void> DestinationSide::taken(std::uint64_t nsAgo) {
    state_ = State::Taken;
    return writeTaken(to_, nsAgo);
}

Result<void> DestinationSide::refuse(std::string_view why) {
    state_ = State::Over;
    if (auto greeted = greet(); !greeted) return greeted;
    return writeRefuse(to_, why);
}

} // namespace dyad
