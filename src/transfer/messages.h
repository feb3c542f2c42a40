// What two hosts say to each other about a transfer, besides the sections of a checkpoint. Specification:
// docs/transfer.md.
#pragma once

#include "migrate/page_set.h"
#include "migrate/sections.h"
#include "support/isa.h"

#include <optional>

namespace dyad {

using TransferId = std::array<std::uint8_t, 16>;
/// One that nobody can guess.
Result<TransferId> makeTransferId();
/// 32 hexadecimal digits.
std::string text(const TransferId& id);

enum class OfferKind : std::uint32_t { Move, Try, Recover };
/// kFeatureWillFollow: of an offer only.
enum TransferFeature : std::uint32_t {
    kFeaturePacked = 1,
    kFeatureFollow = 2,
    kFeatureConsole = 4,
    kFeatureProbe = 8,
    kFeatureWillFollow = 16,
};

struct Offer {
    TransferId id{};
    OfferKind kind = OfferKind::Move;
    std::optional<Isa> isa = {}; ///< wanted
    std::uint32_t features = 0;
    std::uint64_t bytesInUse = 0;
};

struct Accept {
    Isa isa = Isa::x86_64;
    std::uint32_t features = 0;
    std::string machine;
};

struct Counts {
    std::uint64_t frames = 0, pages = 0;
    bool operator==(const Counts&) const = default;
};

/// What became of a transfer.
enum class TransferOutcome : std::uint32_t {
    NotTaken,
    Taken,     ///< and nothing followed, or whoever says so does not have the program
    Following, ///< taken, and waits for memory
    Complete,  ///< taken, and nothing more is needed
};

Result<void> writeOffer(SectionWriter& to, const Offer& offer);
Result<void> writeAccept(SectionWriter& to, const Accept& accept);
Result<void> writeRefuse(SectionWriter& to, std::string_view why);
Result<void> writePrepared(SectionWriter& to, const Counts& counts);
Result<void> writeCommit(SectionWriter& to, const TransferId& id);
/// `nsAgo`: how long the program has been going on.
Result<void> writeTaken(SectionWriter& to, std::uint64_t nsAgo);
Result<void> writeOutcome(SectionWriter& to, TransferOutcome outcome);
/// As many sections as it takes.
Result<void> writeMissing(SectionWriter& to, std::span<const PageRun> runs);
Result<void> writeWant(SectionWriter& to, GuestAddress page);
Result<void> writeGot(SectionWriter& to, std::uint64_t bytes);

// `stream` for messages. The section has the type of the function's name.
Result<Offer> readOffer(const std::string& stream, const Section& section);
Result<Accept> readAccept(const std::string& stream, const Section& section);
/// Fit for a terminal.
std::string readRefuse(const Section& section);
Result<Counts> readPrepared(const std::string& stream, const Section& section);
Result<TransferId> readCommit(const std::string& stream, const Section& section);
Result<std::uint64_t> readTaken(const std::string& stream, const Section& section);
Result<TransferOutcome> readOutcome(const std::string& stream, const Section& section);
/// Adds the pages to `set`.
Result<void> readMissing(const std::string& stream, const Section& section, PageSet& set);
Result<GuestAddress> readWant(const std::string& stream, const Section& section);
Result<std::uint64_t> readGot(const std::string& stream, const Section& section);
/// For sections that say all by being there.
Result<void> readEmpty(const std::string& stream, const Section& section);

} // namespace dyad
