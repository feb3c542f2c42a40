// The payloads as they lie in the stream.
#include "transfer/messages.h"

#include "transfer/payload.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/random.h>

namespace dyad {

namespace {

constexpr std::uint32_t kAnyIsa = UINT32_MAX;

struct OfferPayload {
    TransferId id;
    std::uint32_t kind, isa, features, zero;
    std::uint64_t bytesInUse;
};
static_assert(sizeof(OfferPayload) == 40);

struct AcceptPayload {
    std::uint32_t isa, zero, features, zero2;
};
static_assert(sizeof(AcceptPayload) == 16);

struct PreparedPayload {
    std::uint64_t frames, pages;
};
static_assert(sizeof(PreparedPayload) == 16);

} // namespace

std::string printable(std::span<const std::byte> bytes) {
    std::string text;
    for (std::byte byte : bytes.first(std::min(bytes.size(), kMostText))) {
        const auto character = static_cast<unsigned char>(byte);
        text += character < 0x20 || character == 0x7f ? '?' : static_cast<char>(character);
    }
    return text;
}

Result<TransferId> makeTransferId() {
    TransferId id;
    if (getrandom(id.data(), id.size(), 0) != static_cast<ssize_t>(id.size()))
        return Error{fmt::format("cannot get random numbers: {}", std::strerror(errno))};
    return id;
}

std::string text(const TransferId& id) {
    std::string digits;
    for (std::uint8_t byte : id)
        digits += fmt::format("{:02x}", byte);
    return digits;
}

Result<void> writeOffer(SectionWriter& to, const Offer& offer) {
    const OfferPayload payload{offer.id,
                               static_cast<std::uint32_t>(offer.kind),
                               offer.isa ? static_cast<std::uint32_t>(*offer.isa) : kAnyIsa,
                               offer.features,
                               0,
                               offer.bytesInUse};
    return to.write(SectionType::Offer, {bytesOf(payload)});
}

Result<Offer> readOffer(const std::string& stream, const Section& section) {
    auto payload = fixedPart<OfferPayload>(stream, section);
    if (!payload) return std::move(payload.error());
    if (payload->kind > static_cast<std::uint32_t>(OfferKind::Recover) || payload->zero ||
        (payload->isa >= kIsas.size() && payload->isa != kAnyIsa))
        return unusableSection(stream, section.type, section.number,
                               fmt::format("unknown kind {} or ISA {}", payload->kind, payload->isa));
    Offer offer{payload->id, OfferKind{payload->kind}, std::nullopt, payload->features, payload->bytesInUse};
    if (payload->isa != kAnyIsa) offer.isa = kIsas[payload->isa];
    return offer;
}

Result<void> writeAccept(SectionWriter& to, const Accept& accept) {
    const AcceptPayload payload{static_cast<std::uint32_t>(accept.isa), 0, accept.features, 0};
    return to.write(SectionType::Accept, {bytesOf(payload), shortText(accept.machine)});
}

Result<Accept> readAccept(const std::string& stream, const Section& section) {
    auto payload = fixedPart<AcceptPayload>(stream, section, kMostText);
    if (!payload) return std::move(payload.error());
    if (payload->isa >= kIsas.size() || payload->zero || payload->zero2)
        return unusableSection(stream, section.type, section.number, fmt::format("unknown ISA {}", payload->isa));
    return Accept{kIsas[payload->isa], payload->features, printable(section.payload.subspan(sizeof(AcceptPayload)))};
}

Result<void> writeRefuse(SectionWriter& to, std::string_view why) {
    return to.write(SectionType::Refuse, {shortText(why)});
}

std::string readRefuse(const Section& section) {
    return printable(section.payload);
}

Result<void> writePrepared(SectionWriter& to, const Counts& counts) {
    const PreparedPayload payload{counts.frames, counts.pages};
    return to.write(SectionType::Prepared, {bytesOf(payload)});
}

Result<Counts> readPrepared(const std::string& stream, const Section& section) {
    auto payload = fixedPart<PreparedPayload>(stream, section);
    if (!payload) return std::move(payload.error());
    return Counts{payload->frames, payload->pages};
}

Result<void> writeCommit(SectionWriter& to, const TransferId& id) {
    return to.write(SectionType::Commit, {bytesOf(id)});
}

Result<TransferId> readCommit(const std::string& stream, const Section& section) {
    return fixedPart<TransferId>(stream, section);
}

Result<void> writeTaken(SectionWriter& to, std::uint64_t nsAgo) {
    return to.write(SectionType::Taken, {bytesOf(nsAgo)});
}

Result<std::uint64_t> readTaken(const std::string& stream, const Section& section) {
    return fixedPart<std::uint64_t>(stream, section);
}

Result<void> writeOutcome(SectionWriter& to, TransferOutcome outcome) {
    return to.write(SectionType::Outcome, {bytesOf(outcome)});
}

Result<TransferOutcome> readOutcome(const std::string& stream, const Section& section) {
    auto payload = fixedPart<std::uint32_t>(stream, section);
    if (!payload) return std::move(payload.error());
    if (*payload > static_cast<std::uint32_t>(TransferOutcome::Complete))
        return unusableSection(stream, section.type, section.number, fmt::format("unknown outcome {}", *payload));
    return TransferOutcome{*payload};
}

Result<void> writeMissing(SectionWriter& to, std::span<const PageRun> runs) {
    static_assert(sizeof(PageRun) == 16);
    constexpr std::size_t kMostInSection = 1 << 16;
    while (!runs.empty()) {
        const auto some = runs.first(std::min(runs.size(), kMostInSection));
        if (auto written = to.write(SectionType::Missing, {std::as_bytes(some)}); !written) return written;
        runs = runs.subspan(some.size());
    }
    return {};
}

Result<void> readMissing(const std::string& stream, const Section& section, PageSet& set) {
    const auto bad = [&](const std::string& what) {
        return unusableSection(stream, section.type, section.number, what);
    };
    if (section.payload.size() % sizeof(PageRun))
        return bad(fmt::format("{} bytes are no runs of pages", section.payload.size()));
    for (std::size_t at = 0; at < section.payload.size(); at += sizeof(PageRun)) {
        PageRun run;
        std::memcpy(&run, &section.payload[at], sizeof run);
        if (!set.add(run))
            return bad(fmt::format("{} bytes at {:#x} are no pages of common data or of the arena", run.size,
                                   static_cast<std::uint64_t>(run.address)));
    }
    return {};
}

Result<void> writeWant(SectionWriter& to, GuestAddress page) {
    return to.write(SectionType::Want, {bytesOf(page)});
}

Result<GuestAddress> readWant(const std::string& stream, const Section& section) {
    return fixedPart<GuestAddress>(stream, section);
}

Result<void> writeGot(SectionWriter& to, std::uint64_t bytes) {
    return to.write(SectionType::Got, {bytesOf(bytes)});
}

Result<std::uint64_t> readGot(const std::string& stream, const Section& section) {
    return fixedPart<std::uint64_t>(stream, section);
}

Result<void> readEmpty(const std::string& stream, const Section& section) {
    if (section.payload.empty()) return {};
    return unusableSection(stream, section.type, section.number,
                           fmt::format("expected no bytes, found {}", section.payload.size()));
}

} // namespace dyad
