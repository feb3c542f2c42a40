// Fuzz targets: streams of damaged sections with right checksums, from a peer that knows them, either side.
// Deterministic; DYAD_FUZZ_ROUNDS=N runs longer, DYAD_FUZZ_SEED=N elsewhere.
#include "../image/damage.h"
#include "../migrate/seal.h"
#include "conversation.h"

#include <gtest/gtest.h>

#include <optional>

using namespace dyad;
using namespace dyad::test;

namespace {

TEST(TransferFuzz, DamagedStreamsAreTakenOrRefused) {
    const std::uint64_t seed = fuzzNumber("DYAD_FUZZ_SEED", 1), rounds = fuzzNumber("DYAD_FUZZ_ROUNDS", 5000);
    Sample sample;
    GuestMemory memory = makeMemory();
    const std::vector<std::byte> good = recordTransfer(sample);
    Damage damage(seed);
    std::mt19937_64 random(seed);
    std::uint64_t committed = 0, refused = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        std::vector<std::byte> bytes = good;
        damage.apply(bytes);
        seal(bytes);
        TestDestination destination(sample, memory);
        auto fed = destination.feed(bytes, 1 + random() % 8192);
        refused += !fed;
        if (!fed) {
            ASSERT_FALSE(fed.error().message.empty());
        }
        committed += destination.side.state() == DestinationSide::State::Committed;
    }
    // Contents of pages are free; everything else was reached.
    EXPECT_GT(committed, rounds / 50);
    EXPECT_GT(refused, rounds / 10);
}

constexpr PageRun kRun{GuestAddress{DYAD_ARENA_BASE + 3 * DYAD_PAGE_SIZE}, 20 * DYAD_PAGE_SIZE};

/// What a destination says to a program whose memory follows it, moved or asked for again.
std::vector<std::byte> recordAnswers(Sample& sample, OfferKind kind) {
    const auto must = [](const Result<void>& done) {
        if (!done) throw std::runtime_error(done.error().message);
    };
    MemorySink sink;
    SectionWriter writer(sink, kTransferStream);
    must(writer.writeHeader(sample.manifest.id));
    if (kind == OfferKind::Recover) {
        must(writeOutcome(writer, TransferOutcome::Following));
        must(writeMissing(writer, {&kRun, 1}));
        must(writer.write(SectionType::Ready, {}));
    } else {
        must(writeAccept(writer, {Isa::x86_64, kFeaturePacked | kFeatureFollow, "a machine"}));
        must(writer.write(SectionType::Ready, {}));
        must(writeWant(writer, kRun.address));
        must(writePrepared(writer, {3, 0}));
        must(writeTaken(writer, 5000));
    }
    must(writeGot(writer, 4096));
    must(writeWant(writer, GuestAddress{static_cast<std::uint64_t>(kRun.address) + DYAD_PAGE_SIZE}));
    must(writeGot(writer, 9000));
    must(writer.write(SectionType::Complete, {}));
    return std::move(sink.bytes);
}

TEST(TransferFuzz, DamagedAnswersAreTakenOrRefused) {
    const std::uint64_t seed = fuzzNumber("DYAD_FUZZ_SEED", 1), rounds = fuzzNumber("DYAD_FUZZ_ROUNDS", 5000);
    Sample sample;
    Damage damage(seed);
    const std::vector<std::byte> answers[] = {recordAnswers(sample, OfferKind::Move),
                                              recordAnswers(sample, OfferKind::Recover)};
    PageSet all(sample.common, sample.checkpoint.arenaSize);
    ASSERT_TRUE(all.add(kRun));
    std::uint64_t gone = 0, refused = 0, wants = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const OfferKind kind = round % 2 ? OfferKind::Recover : OfferKind::Move;
        std::vector<std::byte> bytes = answers[round % 2];
        damage.apply(bytes);
        seal(bytes);
        MemorySink said;
        SectionWriter writer(said, kTransferStream);
        SourceSide side(writer, "D", sample.manifest.id,
                        {.id = kId, .kind = kind, .features = kFeaturePacked | kFeatureFollow});
        if (kind == OfferKind::Recover) side.expectMissing(all, true);
        MemorySource source(bytes);
        SectionReader sections(source, "D", kTransferStream);
        const auto pairId = sections.readHeader();
        bool good = pairId && side.takeHeader(*pairId), committed = kind == OfferKind::Recover;
        while (good && side.state() != SourceSide::State::Gone && side.state() != SourceSide::State::Stays) {
            auto section = sections.read();
            good = section && side.take(*section);
            if (side.state() == SourceSide::State::Sending) {
                ASSERT_TRUE(side.announce(all));
                side.ended({3, 0});
            }
            if (side.state() == SourceSide::State::Prepared) {
                ASSERT_TRUE(side.commit());
                committed = true;
            }
            if (const auto want = side.takeWant()) {
                ++wants;
                ASSERT_TRUE(all.covers(*want));
            }
            // Whatever it says: a program that was never handed over is not gone.
            ASSERT_TRUE(committed || side.state() != SourceSide::State::Gone);
        }
        refused += !good;
        gone += side.state() == SourceSide::State::Gone;
    }
    for (std::uint64_t count : {gone, refused, wants})
        EXPECT_GT(count, rounds / 50);
}

} // namespace
