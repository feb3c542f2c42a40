// Which pages go ahead of a program whose memory follows.
#include "session/first_pages.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace dyad;

namespace {

constexpr std::uint64_t kPage = DYAD_PAGE_SIZE, kArena = 16 << 20;
constexpr CommonData kCommon{GuestAddress{DYAD_COMMON_BASE}, 100 * kPage};

GuestAddress arena(std::uint64_t page) {
    return GuestAddress{DYAD_ARENA_BASE + page * kPage};
}

FrameList frameWith(std::initializer_list<std::uint64_t> values) {
    FrameList frames;
    const auto bytes = frames.append(0, values.size() * sizeof(std::uint64_t));
    std::memcpy(bytes.data(), values.begin(), bytes.size());
    return frames;
}

TEST(FirstPages, AreCommonDataThreadLocalsAndWhatFramesPointTo) {
    PageSet all(kCommon, kArena);
    ASSERT_TRUE(all.add({kCommon.address, kCommon.size}));
    ASSERT_TRUE(all.add({arena(0), kArena}));
    ThreadState thread{};
    thread.blockAddress = DYAD_ARENA_BASE + 7 * kPage + 100;
    thread.blockSize = kPage;
    // A pointer, two numbers, a pointer to what is not missing.
    ASSERT_TRUE(all.remove({arena(60), kPage}));
    const FrameList frames =
        frameWith({DYAD_ARENA_BASE + 50 * kPage + 12, 5, ~std::uint64_t{0}, DYAD_ARENA_BASE + 60 * kPage});
    const std::vector<PageRun> expected{{kCommon.address, 32 * kPage}, {arena(7), 2 * kPage}, {arena(50), kPage}};
    EXPECT_EQ(firstPages(frames, thread, kCommon, kArena, all).runs(), expected);
}

TEST(FirstPages, AreFew) {
    PageSet all(kCommon, kArena);
    ASSERT_TRUE(all.add({arena(0), kArena}));
    ThreadState thread{};
    thread.blockAddress = DYAD_ARENA_BASE;
    thread.blockSize = kArena;
    FrameList frames;
    for (std::uint64_t page = 0; page < 1000; ++page) {
        const std::uint64_t value = DYAD_ARENA_BASE + (1000 + page) * kPage;
        std::memcpy(frames.append(0, sizeof value).data(), &value, sizeof value);
    }
    EXPECT_LE(firstPages(frames, thread, kCommon, kArena, all).bytes(), 256u << 10);
}

} // namespace
