// Sets of pages: what is added is told in runs, and nothing else.
#include "migrate/page_set.h"

#include <gtest/gtest.h>

using namespace dyad;

namespace {

constexpr std::uint64_t kPage = DYAD_PAGE_SIZE;
const CommonData kCommon{GuestAddress{DYAD_COMMON_BASE}, 3 * kPage};

GuestAddress common(std::uint64_t page) {
    return GuestAddress{DYAD_COMMON_BASE + page * kPage};
}
GuestAddress arena(std::uint64_t page) {
    return GuestAddress{DYAD_ARENA_BASE + page * kPage};
}

TEST(PageSet, TellsRunsThatDoNotCrossGaps) {
    PageSet set(kCommon, 200 * kPage);
    EXPECT_TRUE(set.empty());
    EXPECT_EQ(set.next(common(0), kPage), std::nullopt);
    ASSERT_TRUE(set.add({common(1), 2 * kPage}));
    ASSERT_TRUE(set.add({arena(0), 130 * kPage}));
    ASSERT_TRUE(set.add({arena(60), 10 * kPage})) << "once more";
    ASSERT_TRUE(set.add({arena(199), kPage}));
    EXPECT_EQ(set.bytes(), 133 * kPage);
    const std::vector<PageRun> runs{{common(1), 2 * kPage}, {arena(0), 130 * kPage}, {arena(199), kPage}};
    EXPECT_EQ(set.runs(), runs);
    ASSERT_TRUE(set.remove({arena(1), 128 * kPage}));
    EXPECT_EQ(set.bytes(), 5 * kPage);
    EXPECT_TRUE(set.contains(arena(0)));
    EXPECT_FALSE(set.contains(arena(1)));
    EXPECT_FALSE(set.contains(arena(128)));
    EXPECT_TRUE(set.contains(arena(129)));
    EXPECT_EQ(set.next(arena(1), 8 * kPage), (PageRun{arena(129), kPage}));
    EXPECT_EQ(set.next(arena(130), 8 * kPage), (PageRun{arena(199), kPage}));
    ASSERT_TRUE(set.remove({arena(199), kPage}));
    EXPECT_EQ(set.next(arena(130), kPage), (PageRun{common(1), kPage}))
        << "it goes round, and gives no more than asked";
}

TEST(PageSet, ContainsARunIfItHasAllOfIt) {
    PageSet set(kCommon, 200 * kPage);
    ASSERT_TRUE(set.add({arena(10), 100 * kPage}));
    EXPECT_TRUE(set.containsAll({arena(10), 100 * kPage}));
    EXPECT_TRUE(set.containsAll({arena(70), kPage}));
    EXPECT_FALSE(set.containsAll({arena(9), 2 * kPage}));
    EXPECT_FALSE(set.containsAll({arena(10), 101 * kPage}));
    EXPECT_FALSE(set.containsAll({arena(199), 2 * kPage})) << "no pages of it";
}

/// What the memory file has.
struct FileOfPages : testing::Test {
    static constexpr std::uint64_t kUnit = 2 << 20;
    void touch(std::uint64_t offset) { memory.ram()[memory.plan().arenaOffset + offset] = std::byte{1}; }

    GuestMemory memory = std::move(*GuestMemory::create(*MemoryPlan::make(32 << 20, DYAD_COMMON_BASE + 300 * 1024, 0)));
    const std::uint64_t arenaSize = memory.plan().arenaSize;
};

TEST_F(FileOfPages, AreThoseThatWereTouched) {
    touch(3 * kPage);
    touch(4 * kPage);
    touch(arenaSize - kPage);
    memory.ram()[DYAD_COMMON_BASE - DYAD_IMAGE_BASE + kPage] = std::byte{1};
    auto present = presentPages(memory, kCommon);
    ASSERT_TRUE(present) << present.error().message;
    const std::vector<PageRun> expected{
        {common(1), kPage}, {arena(3), 2 * kPage}, {arena(arenaSize / kPage - 1), kPage}};
    EXPECT_EQ(present->runs(), expected);
}

TEST_F(FileOfPages, AreToldInUnitsBesideThoseThatAreKnown) {
    touch(kPage);
    touch(5 * kUnit);
    PageSet set(kCommon, arenaSize);
    ASSERT_TRUE(addTouchedPages(memory, kCommon, set));
    std::vector<PageRun> expected{{arena(0), kUnit}, {GuestAddress{DYAD_ARENA_BASE + 5 * kUnit}, kUnit}};
    EXPECT_EQ(set.runs(), expected);
    // Between, behind and beside what is known.
    touch(2 * kUnit + kPage);
    touch(6 * kUnit);
    memory.ram()[DYAD_COMMON_BASE - DYAD_IMAGE_BASE] = std::byte{1};
    ASSERT_TRUE(addTouchedPages(memory, kCommon, set));
    expected = {{common(0), 3 * kPage},
                {arena(0), kUnit},
                {GuestAddress{DYAD_ARENA_BASE + 2 * kUnit}, kUnit},
                {GuestAddress{DYAD_ARENA_BASE + 5 * kUnit}, 2 * kUnit}};
    EXPECT_EQ(set.runs(), expected);
}

TEST(PageSet, RefusesWhatIsNoPageOfIt) {
    PageSet set(kCommon, 200 * kPage);
    const auto in = [](GuestAddress address, std::uint64_t offset) {
        return GuestAddress{static_cast<std::uint64_t>(address) + offset};
    };
    for (const PageRun& run : std::vector<PageRun>{{common(0), 4 * kPage},
                                                   {common(3), kPage},
                                                   {arena(0), 201 * kPage},
                                                   {arena(200), kPage},
                                                   {arena(199), ~std::uint64_t{0} / kPage * kPage},
                                                   {in(arena(0), 8), kPage},
                                                   {arena(0), kPage / 2},
                                                   {arena(0), 0},
                                                   {GuestAddress{0}, kPage}}) {
        EXPECT_FALSE(set.add(run)) << run.size;
        EXPECT_TRUE(set.empty());
    }
    EXPECT_TRUE(set.covers(common(2)));
    EXPECT_FALSE(set.covers(common(3)));
}

} // namespace
