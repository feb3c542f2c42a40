// Memory that follows a program: what may be said when, on both sides.
#include "conversation.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace dyad;
using namespace dyad::test;

namespace {

const PageRun kRun{GuestAddress{DYAD_ARENA_BASE + 3 * DYAD_PAGE_SIZE}, 2 * DYAD_PAGE_SIZE};

/// Both sides and what they say to each other.
struct Following : testing::Test {
    MemorySink sourceSaid, destinationSaid;
    SectionWriter toDestination{sourceSaid, kTransferStream}, toSource{destinationSaid, kTransferStream};
    Sample sample;
    GuestMemory memory = makeMemory();
    PageSet pages{sample.common, sample.checkpoint.arenaSize};

    SourceSide sourceOf(OfferKind kind) {
        return {toDestination, "D", sample.manifest.id, {.id = kId, .kind = kind, .features = kFeatureFollow}};
    }
    /// Gives `side` what was said since the last call; the first error.
    template <class Side> Result<void> hear(Side& side, MemorySink& said, SectionAssembler& assembler) {
        std::span<const std::byte> bytes = said.bytes;
        Result<void> done;
        while (!bytes.empty() && done) {
            const auto space = assembler.space();
            const std::size_t n = std::min(space.size(), bytes.size());
            std::ranges::copy(bytes.first(n), space.begin());
            bytes = bytes.subspan(n);
            const bool wasHeader = !assembler.headerSeen();
            auto complete = assembler.add(n);
            if (!complete) return std::move(complete.error());
            if (*complete) done = wasHeader ? side.takeHeader(assembler.pairId()) : side.take(assembler.section());
        }
        said.bytes.clear();
        return done;
    }
    SectionAssembler fromSource{kTransferStream, "F"}, fromDestination{kTransferStream, "D"};
};

TEST_F(Following, PagesMayComeBehindTheEnd) {
    SourceSide source = sourceOf(OfferKind::Move);
    CheckpointReader reader = sample.reader();
    reader.transfer = true;
    DestinationSide destination(toSource, reader);
    const auto toIt = [&] { return hear(destination, sourceSaid, fromSource); };
    const auto back = [&] { return hear(source, destinationSaid, fromDestination); };
    ASSERT_TRUE(source.begin(&sample.checkpoint));
    ASSERT_TRUE(toIt());
    ASSERT_TRUE(destination.accept({Isa::x86_64, kFeatureFollow, "a machine"}));
    ASSERT_TRUE(destination.ready(memory));
    ASSERT_TRUE(back());
    CheckpointWriter writer(toDestination);
    ASSERT_TRUE(writer.state(sample.checkpoint));
    ASSERT_TRUE(pages.add(kRun));
    ASSERT_TRUE(source.announce(pages));
    ASSERT_TRUE(writer.end());
    source.ended({writer.frames(), 0});
    ASSERT_TRUE(toIt());
    ASSERT_EQ(destination.state(), DestinationSide::State::Arriving);
    ASSERT_TRUE(destination.missing());
    EXPECT_EQ(destination.missing()->runs(), std::vector<PageRun>{kRun});
    for (SectionType type : {SectionType::Pages, SectionType::Zero, SectionType::Packed, SectionType::All})
        EXPECT_TRUE(destination.follows({type, 0, {}})) << name(type);
    EXPECT_FALSE(destination.follows({SectionType::Commit, 0, {}}));

    // Wanted while it arrives, and told once.
    ASSERT_TRUE(destination.want(kRun.address));
    ASSERT_TRUE(destination.got(5));
    ASSERT_TRUE(back());
    EXPECT_EQ(source.takeWant(), kRun.address);
    EXPECT_EQ(source.takeWant(), std::nullopt);
    EXPECT_EQ(source.got(), 5u);

    ASSERT_TRUE(destination.prepared());
    ASSERT_TRUE(back());
    ASSERT_TRUE(source.commit());
    ASSERT_TRUE(toIt());
    ASSERT_TRUE(destination.taken(7));
    ASSERT_TRUE(back());
    EXPECT_EQ(source.state(), SourceSide::State::Serving);
    EXPECT_TRUE(source.inDoubt()) << "it must not run here";

    // A refusal does not bring the program back; giving up is no refusal.
    ASSERT_TRUE(source.giveUp("tired"));
    auto given = toIt();
    ASSERT_FALSE(given);
    EXPECT_EQ(given.error().message, sample.reader().name + " has given up the memory that was to follow: tired");
    EXPECT_EQ(destination.state(), DestinationSide::State::Taken);
    ASSERT_TRUE(destination.complete());
    ASSERT_TRUE(back());
    EXPECT_EQ(source.state(), SourceSide::State::Gone);
}

TEST_F(Following, WantsAreOfThePrograms) {
    SourceSide source = sourceOf(OfferKind::Recover);
    source.expectMissing(pages, true);
    ASSERT_TRUE(source.takeHeader(sample.manifest.id));
    const auto say = [&](const Result<void>& written) {
        EXPECT_TRUE(written);
        Section section{SectionType{}, 0, std::span(destinationSaid.bytes).subspan(32)};
        std::memcpy(&section.type, destinationSaid.bytes.data(), sizeof section.type);
        auto taken = source.take(section);
        destinationSaid.bytes.clear();
        return taken;
    };
    EXPECT_FALSE(say(writeWant(toSource, kRun.address))) << "before it said that it waits";
    ASSERT_TRUE(say(writeOutcome(toSource, TransferOutcome::Following)));
    EXPECT_FALSE(say(writeWant(toSource, kRun.address))) << "before it said what for";
    const PageRun outside{GuestAddress{DYAD_ARENA_BASE + sample.checkpoint.arenaSize}, DYAD_PAGE_SIZE};
    EXPECT_FALSE(say(writeMissing(toSource, {&outside, 1})));
    ASSERT_TRUE(say(writeMissing(toSource, {&kRun, 1})));
    ASSERT_TRUE(say(toSource.write(SectionType::Ready, {})));
    EXPECT_EQ(source.state(), SourceSide::State::Serving);
    EXPECT_EQ(source.missing().runs(), std::vector<PageRun>{kRun});
    for (std::uint64_t address :
         {std::uint64_t{0}, static_cast<std::uint64_t>(outside.address), static_cast<std::uint64_t>(kRun.address) + 1})
        EXPECT_FALSE(say(writeWant(toSource, GuestAddress{address}))) << address;
    EXPECT_EQ(source.takeWant(), std::nullopt);
    ASSERT_TRUE(say(writeGot(toSource, 100)));
    EXPECT_FALSE(say(writeGot(toSource, 99))) << "less than before";
    EXPECT_EQ(source.state(), SourceSide::State::Serving);
}

TEST_F(Following, OnlyWhoHasTheProgramIsBelieved) {
    for (bool taken : {false, true})
        for (TransferOutcome outcome : {TransferOutcome::NotTaken, TransferOutcome::Taken, TransferOutcome::Complete}) {
            SourceSide source = sourceOf(OfferKind::Recover);
            source.expectMissing(pages, taken);
            ASSERT_TRUE(source.takeHeader(sample.manifest.id));
            const std::uint32_t value = static_cast<std::uint32_t>(outcome);
            auto heard = source.take({SectionType::Outcome, 0, std::as_bytes(std::span(&value, 1))});
            const bool believed =
                outcome == TransferOutcome::Complete || (outcome == TransferOutcome::NotTaken && !taken);
            EXPECT_EQ(bool(heard), believed) << value << taken;
            EXPECT_EQ(source.state() == SourceSide::State::Gone, outcome == TransferOutcome::Complete);
            EXPECT_EQ(source.state() == SourceSide::State::Stays, outcome == TransferOutcome::NotTaken && !taken);
        }
}

} // namespace
