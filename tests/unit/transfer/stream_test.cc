// What a source sends is taken whole, in any pieces; cut or changed anywhere it is never committed.
#include "conversation.h"

#include <gtest/gtest.h>

using namespace dyad;
using namespace dyad::test;

namespace {

using State = DestinationSide::State;

struct TransferStream : testing::Test {
    Sample sample;
    std::vector<std::byte> good = recordTransfer(sample);
    GuestMemory memory = makeMemory();
};

TEST_F(TransferStream, IsTakenInAnyPieces) {
    const auto arena = [](GuestMemory& of) { return of.ram().subspan(of.plan().arenaOffset, of.plan().arenaSize); };
    for (std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, good.size()}) {
        std::ranges::fill(arena(memory).first(1 << 16), std::byte{0xaa}); // must not shine through
        TestDestination destination(sample, memory);
        auto fed = destination.feed(good, piece);
        ASSERT_TRUE(fed) << fed.error().message;
        EXPECT_EQ(destination.side.state(), State::Committed);
        EXPECT_TRUE(std::ranges::equal(arena(memory), arena(sample.memory)));
        EXPECT_TRUE(same(destination.side.checkpoint().frames, sample.checkpoint.frames));
        EXPECT_EQ(destination.side.checkpoint().thread, sample.checkpoint.thread);
        EXPECT_EQ(destination.side.checkpoint().rings, sample.checkpoint.rings);
    }
}

TEST_F(TransferStream, CutOffAnywhereIsNotCommitted) {
    for (std::size_t size = 0; size < good.size(); size += size < 3000 || good.size() - size < 3000 ? 1 : 61) {
        TestDestination destination(sample, memory);
        auto fed = destination.feed(std::span(good).first(size));
        ASSERT_TRUE(fed) << size << ": " << fed.error().message; // it waits for more
        ASSERT_NE(destination.side.state(), State::Committed) << size;
    }
}

TEST_F(TransferStream, WithAnyBitFlippedIsRefused) {
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        // All of the structure; of the pages, which make up most of it, some.
        if (bit > 8 * 5000 && bit < 8 * (good.size() - 5000) && bit % 97) continue;
        good[bit / 8] ^= std::byte(1u << bit % 8);
        TestDestination destination(sample, memory);
        auto fed = destination.feed(good);
        good[bit / 8] ^= std::byte(1u << bit % 8);
        ASSERT_FALSE(fed) << "bit " << bit;
        ASSERT_NE(destination.side.state(), State::Committed) << "bit " << bit;
    }
}

TEST_F(TransferStream, OfAnotherPairIsRefusedByName) {
    sample.manifest.id = "ffffffffffffffffffffffffffffffff";
    TestDestination destination(sample, memory);
    auto fed = destination.feed(good);
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().message,
              "'F' is a transfer of another program: its pair id is 00112233445566778899aabbccddeeff, "
              "the image has ffffffffffffffffffffffffffffffff");
}

TEST_F(TransferStream, OfAnotherVersionIsRefusedByName) {
    MemorySink sink;
    const StreamFormat newer{kTransferStream.magic, 2, kTransferStream.noun, kTransferStream.magicText};
    ASSERT_TRUE(SectionWriter(sink, newer).writeHeader(sample.manifest.id));
    TestDestination destination(sample, memory);
    auto fed = destination.feed(sink.bytes);
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().message, "'F' cannot be used: it has transfer format 2, this dyad reads format 1");
    // It speaks the protocol: it can be told so.
    EXPECT_TRUE(destination.assembler.rightMagic());
}

TEST_F(TransferStream, OfACheckpointIsNoTransfer) {
    TestDestination destination(sample, memory);
    auto fed = destination.feed(sample.write());
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().message, "'F' is not a transfer: expected it to start with \"DYADMOVE\"");
    EXPECT_FALSE(destination.assembler.rightMagic());
}

} // namespace
