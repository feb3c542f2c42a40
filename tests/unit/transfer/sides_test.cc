// What may be said when: every section in every state, on both sides.
#include "conversation.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace dyad;
using namespace dyad::test;

namespace {

/// A section as it comes from the other side.
class Said {
  public:
    template <class Write> explicit Said(Write write) {
        SectionWriter writer(sink_, kTransferStream);
        auto written = write(writer);
        EXPECT_TRUE(written);
        std::uint32_t type;
        std::memcpy(&type, sink_.bytes.data(), sizeof type);
        section = {SectionType{type}, 0, std::span(sink_.bytes).subspan(32)};
    }
    Section section;

  private:
    MemorySink sink_;
};

const Said kAccept([](auto& to) { return writeAccept(to, {Isa::aarch64, kFeaturePacked | 64, "qemu\033"}); });
const Said kReady([](auto& to) { return to.write(SectionType::Ready, {}); });
const Said kPrepared([](auto& to) { return writePrepared(to, {3, 4}); });
const Said kTaken([](auto& to) { return writeTaken(to, 5000); });
const Said kNotTaken([](auto& to) { return writeOutcome(to, TransferOutcome::NotTaken); });
const Said kWasTaken([](auto& to) { return writeOutcome(to, TransferOutcome::Taken); });
const Said kRefuse([](auto& to) { return writeRefuse(to, "no room"); });
const Said kCommit([](auto& to) { return writeCommit(to, kId); });
const Said kOffer([](auto& to) { return writeOffer(to, {.id = kId}); });
const Said kThread([](auto& to) { return to.write(SectionType::Thread, {}); });

struct Source : testing::Test {
    using State = SourceSide::State;
    MemorySink sink;
    SectionWriter writer{sink, kTransferStream};
    Sample sample;

    /// A source that has come as far as `state`.
    std::unique_ptr<SourceSide> at(State state, OfferKind kind = OfferKind::Move) {
        auto side = std::make_unique<SourceSide>(writer, "D", sample.manifest.id,
                                                 Offer{.id = kId, .kind = kind, .features = kFeaturePacked});
        EXPECT_TRUE(side->begin(kind == OfferKind::Recover ? nullptr : &sample.checkpoint));
        EXPECT_TRUE(side->takeHeader(sample.manifest.id));
        if (state >= State::Preparing) {
            EXPECT_TRUE(side->take(kAccept.section));
        }
        if (state >= State::Sending) {
            EXPECT_TRUE(side->take(kReady.section));
        }
        if (state >= State::Awaiting) side->ended({3, 4});
        if (state >= State::Prepared) {
            EXPECT_TRUE(side->take(kPrepared.section));
        }
        if (state >= State::Committed) {
            EXPECT_TRUE(side->commit());
        }
        if (state >= State::Gone) {
            EXPECT_TRUE(side->take(kTaken.section));
        }
        EXPECT_EQ(side->state(), state);
        return side;
    }
};

TEST_F(Source, TakesNothingOutOfTurn) {
    const std::pair<State, const Said*> right[] = {{State::Offered, &kAccept},
                                                   {State::Preparing, &kReady},
                                                   {State::Awaiting, &kPrepared},
                                                   {State::Committed, &kTaken}};
    for (State state : {State::Offered, State::Preparing, State::Sending, State::Awaiting, State::Prepared,
                        State::Committed, State::Gone})
        for (const Said* said :
             {&kAccept, &kReady, &kPrepared, &kTaken, &kNotTaken, &kWasTaken, &kCommit, &kOffer, &kThread}) {
            auto side = at(state);
            const bool allowed = std::ranges::find(right, std::pair(state, said)) != std::end(right);
            EXPECT_EQ(bool(side->take(said->section)), allowed)
                << static_cast<int>(state) << ", " << name(said->section.type);
            // Whatever came, a program that may be on the other side stays in doubt.
            if (!allowed && state == State::Committed) {
                EXPECT_TRUE(side->inDoubt());
            }
            if (!allowed && state < State::Committed) {
                EXPECT_FALSE(side->inDoubt());
            }
        }
}

TEST_F(Source, KeepsTheProgramWhenRefusedInAnyState) {
    for (State state :
         {State::Offered, State::Preparing, State::Sending, State::Awaiting, State::Prepared, State::Committed}) {
        auto side = at(state);
        auto taken = side->take(kRefuse.section);
        ASSERT_FALSE(taken);
        EXPECT_EQ(taken.error().message, "D refuses: no room");
        EXPECT_EQ(side->state(), State::Stays);
    }
    auto gone = at(State::Gone);
    EXPECT_FALSE(gone->take(kRefuse.section));
    EXPECT_EQ(gone->state(), State::Gone);
}

TEST_F(Source, KnowsFeaturesOfBothSidesOnly) {
    auto side = at(State::Preparing);
    EXPECT_EQ(side->accept().features, std::uint32_t{kFeaturePacked});
    EXPECT_EQ(side->accept().machine, "qemu?");
    EXPECT_EQ(side->accept().isa, Isa::aarch64);
}

TEST_F(Source, DoesNotCommitToOtherCounts) {
    auto side = at(State::Sending);
    side->ended({3, 5});
    auto taken = side->take(kPrepared.section);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().message, "D has got 3 frames and 4 pages: 3 and 5 were sent");
    EXPECT_NE(side->state(), State::Prepared);
}

TEST_F(Source, LearnsWhatBecameOfATransfer) {
    auto stays = at(State::Offered, OfferKind::Recover);
    EXPECT_TRUE(stays->take(kNotTaken.section));
    EXPECT_EQ(stays->state(), State::Stays);
    auto gone = at(State::Offered, OfferKind::Recover);
    EXPECT_TRUE(gone->take(kWasTaken.section));
    EXPECT_EQ(gone->state(), State::Gone);
    // Not to answer is no answer.
    auto refused = at(State::Offered, OfferKind::Recover);
    EXPECT_FALSE(refused->take(kRefuse.section));
    EXPECT_EQ(refused->state(), State::Offered);
}

TEST_F(Source, WantsTheSamePair) {
    SourceSide side(writer, "D", sample.manifest.id, {.id = kId});
    auto taken = side.takeHeader("ffffffffffffffffffffffffffffffff");
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().message.find("'D' waits for another program: its pair id is ffff"), 0u);
    EXPECT_FALSE(side.take(kAccept.section)) << "before the header";
}

struct Destination : testing::Test {
    using State = DestinationSide::State;
    Sample sample;
    GuestMemory memory = makeMemory();
    std::vector<std::byte> good = recordTransfer(sample);

    /// Feeds what leads to `state`.
    std::unique_ptr<TestDestination> at(State state) {
        auto destination = std::make_unique<TestDestination>(sample, memory);
        std::size_t at = 0;
        while (destination->side.state() != state && at < good.size())
            if (!destination->feed(std::span(good).subspan(at++, 1))) break;
        EXPECT_EQ(destination->side.state(), state);
        return destination;
    }
};

TEST_F(Destination, TakesNothingOutOfTurn) {
    for (State state : {State::Greeting, State::Filling, State::Prepared, State::Committed})
        for (const Said* said : {&kAccept, &kReady, &kPrepared, &kTaken, &kNotTaken, &kCommit}) {
            auto destination = at(state);
            const bool allowed = state == State::Prepared && said == &kCommit;
            EXPECT_EQ(bool(destination->side.take(said->section)), allowed)
                << static_cast<int>(state) << ", " << name(said->section.type);
        }
}

TEST_F(Destination, CommitsToItsTransferOnly) {
    auto destination = at(State::Prepared);
    TransferId other = kId;
    other[15] ^= 1;
    const Said commit([&](auto& to) { return writeCommit(to, other); });
    EXPECT_FALSE(destination->side.take(commit.section));
    EXPECT_EQ(destination->side.state(), State::Prepared);
}

TEST_F(Destination, GivesUpWhenTheSourceSaysSo) {
    for (State state : {State::Filling, State::Prepared}) {
        auto destination = at(state);
        auto taken = destination->side.take(kRefuse.section);
        ASSERT_FALSE(taken);
        EXPECT_EQ(taken.error().message, "the program stays with F: no room");
        EXPECT_EQ(destination->side.state(), State::Over);
    }
}

TEST_F(Destination, IsAskedWhatBecameOfATransfer) {
    MemorySink sink;
    SectionWriter writer(sink, kTransferStream);
    SourceSide source(writer, "D", sample.manifest.id, {.id = kId, .kind = OfferKind::Recover});
    ASSERT_TRUE(source.begin(nullptr));
    TestDestination destination(sample, memory);
    ASSERT_TRUE(destination.feed(sink.bytes));
    EXPECT_EQ(destination.side.state(), State::Asked);
    EXPECT_EQ(destination.side.offer().id, kId);
}

TEST_F(Destination, IsProbedByTriesOnly) {
    const Said probe([](auto& to) { return to.write(SectionType::Probe, {}); });
    for (const auto& [kind, features, allowed] :
         {std::tuple{OfferKind::Try, kFeatureProbe, true}, std::tuple{OfferKind::Try, kFeaturePacked, false},
          std::tuple{OfferKind::Move, kFeatureProbe, false}}) {
        MemorySink sink, said;
        SectionWriter writer(sink, kTransferStream), answers(said, kTransferStream);
        SourceSide source(writer, "D", sample.manifest.id, {.id = kId, .kind = kind, .features = features});
        ASSERT_TRUE(source.begin(&sample.checkpoint));
        CheckpointReader reader = sample.reader();
        reader.transfer = true;
        DestinationSide destination(answers, reader);
        EXPECT_FALSE(destination.probes(probe.section)) << "nothing was offered yet";
        MemorySource bytes(sink.bytes);
        SectionReader sections(bytes, "F", kTransferStream);
        auto pairId = sections.readHeader();
        ASSERT_TRUE(pairId && destination.takeHeader(*pairId));
        for (int count = 0; count < 2; ++count) {
            auto section = sections.read();
            ASSERT_TRUE(section && destination.take(*section));
        }
        ASSERT_TRUE(destination.accept({Isa::x86_64, features, "a machine"}));
        EXPECT_EQ(destination.probes(probe.section), allowed);
        EXPECT_EQ(bool(destination.take(probe.section)), allowed);
    }
}

TEST_F(Source, IsToldWhatATryHasSent) {
    const Said got([](auto& to) { return writeGot(to, 5000); });
    auto tries = at(State::Preparing, OfferKind::Try);
    EXPECT_TRUE(tries->take(got.section));
    EXPECT_EQ(tries->got(), 5000u);
    EXPECT_FALSE(at(State::Preparing, OfferKind::Move)->take(got.section));
}

} // namespace
