// The monitor's ring ends against a guest that plays by the rules and guests that do not.
#include "machine/ring.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

using namespace dyad;

namespace {

constexpr std::size_t kSize = 1 << 17;

struct Rings : testing::Test {
    dyad_ring ring{};
    std::vector<std::byte> storage = std::vector<std::byte>(kSize);

    void store(std::uint64_t at, const void *from, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            storage[(at + i) % kSize] = static_cast<const std::byte *>(from)[i];
    }
    /// Produces as a guest does.
    void produce(std::uint32_t type, const std::string &text) {
        dyad_frame header{type, static_cast<std::uint32_t>(text.size())};
        store(ring.head, &header, sizeof header);
        store(ring.head + sizeof header, text.data(), text.size());
        ring.head = ring.head + sizeof header + (text.size() + 7) / 8 * 8;
    }
    std::string errorOf(FrameReader &reader) {
        auto frame = reader.next();
        return frame ? "" : frame.error().message;
    }
};

std::string text(const Frame &frame) {
    return {reinterpret_cast<const char *>(frame.payload.data()), frame.payload.size()};
}

TEST_F(Rings, FramesComeOutInOrderAndAcrossTheEnd) {
    FrameReader reader(ring, storage);
    for (int round = 0; round < 1000; ++round) {
        std::string payload(static_cast<std::size_t>(round * 37 % 5000), static_cast<char>('a' + round % 26));
        produce(static_cast<std::uint32_t>(round), payload);
        auto frame = reader.next();
        ASSERT_TRUE(frame && *frame);
        EXPECT_EQ((*frame)->type, static_cast<std::uint32_t>(round));
        EXPECT_EQ(text(**frame), payload);
        EXPECT_EQ(ring.tail, ring.head);
    }
    auto none = reader.next();
    ASSERT_TRUE(none);
    EXPECT_FALSE(*none);
}

TEST_F(Rings, HostileHeadIsRefused) {
    for (std::uint64_t head : {std::uint64_t(kSize + 8), ~std::uint64_t(0), std::uint64_t(1) << 63, std::uint64_t(4)}) {
        ring.head = head;
        FrameReader reader(ring, storage);
        EXPECT_NE(errorOf(reader).find("ring counter is wrong"), std::string::npos) << head;
    }
}

TEST_F(Rings, HeadThatGoesBackIsRefused) {
    FrameReader reader(ring, storage);
    produce(1, "12345678");
    ASSERT_TRUE(*reader.next());
    ring.head = 0;
    EXPECT_NE(errorOf(reader), "");
}

TEST_F(Rings, FrameLargerThanAllowedIsRefused) {
    FrameReader reader(ring, storage);
    produce(1, std::string(DYAD_FRAME_MAX + 1, 'x'));
    EXPECT_EQ(errorOf(reader), "the guest sent a frame of 32769 bytes: at most 32768 are allowed");
}

TEST_F(Rings, TruncatedFrameIsRefused) {
    FrameReader reader(ring, storage);
    produce(1, "sixteen bytes...");
    ring.head = ring.head - 8;
    EXPECT_EQ(errorOf(reader), "the guest sent a truncated frame: 24 bytes announced, 16 present");
}

TEST_F(Rings, GuestCannotMoveTheReadersTail) {
    FrameReader reader(ring, storage);
    produce(1, "first");
    ASSERT_TRUE(*reader.next());
    ring.tail = 12345;
    produce(2, "second");
    auto frame = reader.next();
    ASSERT_TRUE(frame && *frame);
    EXPECT_EQ(text(**frame), "second");
}

TEST_F(Rings, LargestFrameFits) {
    FrameReader reader(ring, storage);
    std::string payload(DYAD_FRAME_MAX, 'm');
    produce(7, payload);
    auto frame = reader.next();
    ASSERT_TRUE(frame && *frame);
    EXPECT_EQ(text(**frame), payload);
}

TEST_F(Rings, WriterStopsWhenFullAndGoesOn) {
    FrameWriter writer(ring, storage);
    std::vector<std::byte> payload(1000, std::byte(1));
    int count = 0;
    for (;;) {
        auto put = writer.put(5, {payload});
        ASSERT_TRUE(put);
        if (!*put) break;
        ++count;
    }
    EXPECT_EQ(count, static_cast<int>(kSize / 1008));
    ring.tail = 1008;
    EXPECT_TRUE(*writer.put(5, {payload}));
    EXPECT_FALSE(*writer.put(5, {payload}));
    EXPECT_EQ(ring.head, std::uint64_t(count + 1) * 1008);
}

TEST_F(Rings, WriterJoinsPartsAndPadsWithZeros) {
    std::fill(storage.begin(), storage.end(), std::byte(0xff));
    FrameWriter writer(ring, storage);
    std::vector<std::byte> a(3, std::byte(1)), b(2, std::byte(2));
    ASSERT_TRUE(*writer.put(9, {a, b}));
    const std::uint8_t expected[] = {9, 0, 0, 0, 5, 0, 0, 0, 1, 1, 1, 2, 2, 0, 0, 0};
    EXPECT_EQ(std::memcmp(storage.data(), expected, sizeof expected), 0);
    EXPECT_EQ(ring.head, sizeof expected);
}

TEST_F(Rings, WriterRefusesHostileTail) {
    FrameWriter writer(ring, storage);
    for (std::uint64_t tail : {std::uint64_t(8), std::uint64_t(1) << 62, std::uint64_t(3)}) {
        ring.tail = tail;
        EXPECT_FALSE(writer.put(1, {})) << tail;
    }
}

TEST_F(Rings, SleepingSideIsRungOnce) {
    FrameReader reader(ring, storage);
    FrameWriter writer(ring, storage);
    EXPECT_TRUE(reader.prepareToSleep());
    EXPECT_EQ(ring.consumer_waiting, 1u);
    produce(1, "");
    EXPECT_FALSE(reader.prepareToSleep());
    EXPECT_EQ(ring.consumer_waiting, 0u);
    EXPECT_TRUE(reader.next());
    ring.producer_waiting = 1;
    EXPECT_TRUE(reader.takeDoorbell());
    EXPECT_FALSE(reader.takeDoorbell());
}

// The monitor looks at the flags again and again; a guest that sleeps with nothing to do is left alone.
TEST_F(Rings, SleepingSideIsNotRungForNothing) {
    FrameReader reader(ring, storage);
    FrameWriter writer(ring, storage);
    ring.producer_waiting = 1;
    ring.consumer_waiting = 1;
    EXPECT_FALSE(reader.takeDoorbell());
    EXPECT_FALSE(writer.takeDoorbell());
    // The guest's flag became visible only after the first look: the second finds it.
    ring.consumer_waiting = 0;
    ASSERT_TRUE(writer.put(1, {}));
    EXPECT_FALSE(writer.takeDoorbell());
    ring.consumer_waiting = 1;
    EXPECT_TRUE(writer.takeDoorbell());
}

} // namespace
