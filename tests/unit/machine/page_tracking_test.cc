// The monitor's side of watched pages: numbers of blocks, runs of bits, states. The guest's answers are the test's.
#include "machine/page_tracking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <vector>

using namespace dyad;

namespace {

constexpr std::uint64_t kMiB = 1 << 20, kCommonSize = 5 * DYAD_PAGE_SIZE;
constexpr GuestAddress kCommon{DYAD_COMMON_BASE};

class PageTrackingTest : public testing::Test {
  protected:
    static std::unique_ptr<Machine> make() {
        auto plan = MemoryPlan::make(16 * kMiB, DYAD_COMMON_BASE + 300 * 1024, 0);
        auto memory = GuestMemory::create(*plan);
        auto area = fillControlArea(*memory, DYAD_MACHINE_PROCESS, {});
        return std::make_unique<Machine>(
            Machine{{Isa::x86_64, DYAD_MACHINE_PROCESS, {}, {}, false}, std::move(*memory), *area, {}, {}, {}, {}, {}});
    }
    dyad_pages& pages() { return machine_->area.control->pages; }
    std::uint64_t* words(std::uint64_t offset) {
        return reinterpret_cast<std::uint64_t*>(machine_->memory.ram().data() + offset);
    }
    /// As a guest does.
    void answer(std::int32_t error = 0) {
        pages().error = error;
        if (!error) pages().active = pages().active ^ 1;
        pages().answered = pages().request;
    }
    PageTracking tracking(std::uint64_t blockSize = DYAD_PAGE_SIZE) {
        auto made = PageTracking::of(*machine_, kCommon, kCommonSize, blockSize);
        EXPECT_TRUE(made) << made.error().message;
        return *made;
    }
    using Runs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
    static PageTracking::TakeBlocks into(Runs& runs) {
        return [&runs](std::uint64_t first, std::uint64_t count) -> Result<void> {
            runs.emplace_back(first, count);
            return {};
        };
    }
    std::unique_ptr<Machine> machine_ = make();
};

TEST_F(PageTrackingTest, NumbersCommonDataThenTheArena) {
    for (std::uint64_t size : {4096, 8192, 65536}) {
        PageTracking t = tracking(size);
        const std::uint64_t inCommon = (kCommonSize + size - 1) / size;
        EXPECT_EQ(t.count(), inCommon + machine_->memory.plan().arenaSize / size);
        EXPECT_EQ(t.address(0), kCommon);
        EXPECT_EQ(t.address(inCommon), GuestAddress{DYAD_ARENA_BASE});
        EXPECT_EQ(t.bytes(inCommon - 1).size(), kCommonSize - (inCommon - 1) * size);
        EXPECT_EQ(t.bytes(inCommon).size(), size);
        EXPECT_EQ(t.bytes(t.count() - 1).data() + size, machine_->memory.ram().data() + machine_->memory.ram().size());
        EXPECT_EQ(t.blockOf(GuestAddress{DYAD_COMMON_BASE + kCommonSize - 1}), inCommon - 1);
        EXPECT_EQ(t.blockOf(GuestAddress{DYAD_COMMON_BASE + kCommonSize}), std::nullopt);
        EXPECT_EQ(t.blockOf(GuestAddress{DYAD_ARENA_BASE + size}), inCommon + 1);
        EXPECT_EQ(t.blockOf(GuestAddress{DYAD_ARENA_BASE + machine_->memory.plan().arenaSize}), std::nullopt);
    }
    EXPECT_FALSE(PageTracking::of(*machine_, kCommon, kCommonSize, 12288));
    EXPECT_FALSE(PageTracking::of(*machine_, kCommon, kCommonSize, 131072));
    EXPECT_FALSE(PageTracking::of(*machine_, kCommon, kCommonSize + 1));
    EXPECT_FALSE(PageTracking::of(*machine_, GuestAddress{DYAD_ARENA_BASE}, kCommonSize));
}

TEST_F(PageTrackingTest, TakesRunsOverTheEndsOfWords) {
    PageTracking t = tracking();
    t.ask(DYAD_PAGES_TRACK);
    EXPECT_FALSE(*t.answered());
    answer();
    EXPECT_TRUE(*t.answered());
    EXPECT_EQ(t.mode(), DYAD_PAGES_TRACK);
    std::uint64_t* active = words(pages().dirty_offset[pages().active]);
    active[0] = 0x8000000000000005;
    active[1] = ~std::uint64_t{0};
    active[2] = 1;
    ASSERT_NE(t.count() % 64, 0u);
    active[t.count() / 64] = std::uint64_t{1} << 63; // no such block: a guest's mistake
    EXPECT_EQ(t.activeCount(), 69u);

    const Runs expected = {{0, 1}, {2, 1}, {63, 66}};
    Runs stopped, taken, again;
    ASSERT_TRUE(t.takeDirtyOfStopped(into(stopped)));
    EXPECT_EQ(stopped, expected);
    t.ask(DYAD_PAGES_TRACK);
    answer();
    ASSERT_TRUE(*t.answered());
    EXPECT_EQ(t.dirtyCount(), 69u);
    ASSERT_TRUE(t.takeDirty(into(taken)));
    EXPECT_EQ(taken, expected) << "what was told of a stopped guest is told again if it goes on";
    ASSERT_TRUE(t.takeDirty(into(again)));
    EXPECT_EQ(again, Runs{});
}

TEST_F(PageTrackingTest, TellsWhyARequestWasRefused) {
    PageTracking t = tracking();
    t.ask(DYAD_PAGES_TRACK);
    answer(-EBUSY);
    auto answered = t.answered();
    ASSERT_FALSE(answered);
    EXPECT_NE(answered.error().message.find("not in this state"), std::string::npos);
    EXPECT_EQ(t.mode(), DYAD_PAGES_OFF);
}

TEST_F(PageTrackingTest, StoresABlockOnceAndOnlyWhereItIsMissing) {
    PageTracking t = tracking();
    t.setMissing(3, 70);
    t.setMissing(t.count() - 1, 1);
    EXPECT_EQ(t.missingCount(), 71u);
    EXPECT_FALSE(t.isMissing(2));
    EXPECT_TRUE(t.isMissing(3));
    EXPECT_TRUE(t.isMissing(72));
    EXPECT_FALSE(t.isMissing(73));
    using Run = std::pair<std::uint64_t, std::uint64_t>;
    EXPECT_EQ(t.nextMissing(0, 1000), Run(3, 70));
    EXPECT_EQ(t.nextMissing(3, 10), Run(3, 10));
    EXPECT_EQ(t.nextMissing(31, 2), Run(31, 2));
    EXPECT_EQ(t.nextMissing(73, 1000), Run(t.count() - 1, 1));
    EXPECT_EQ(t.nextMissing(t.count(), 1000), std::nullopt);

    const std::vector<std::byte> content(4096, std::byte{7}), other(4096, std::byte{8});
    EXPECT_TRUE(*t.arrived(40, 1, content));
    EXPECT_FALSE(*t.arrived(40, 1, other)) << "it is there";
    EXPECT_TRUE(std::ranges::equal(t.bytes(40), content));
    EXPECT_FALSE(*t.arrived(2, 1, other)) << "it was never missing";
    EXPECT_EQ(t.bytes(2)[0], std::byte{});
    EXPECT_TRUE(*t.arrived(41, 1, {}));
    EXPECT_EQ(t.bytes(41)[0], std::byte{});
    EXPECT_FALSE(t.arrived(42, 1, std::span(content).first(100)));
    EXPECT_TRUE(t.isMissing(42));
    EXPECT_EQ(t.missingCount(), 69u);

    pages().wanted = 0;
    EXPECT_EQ(t.wanted(), std::nullopt);
    pages().wanted = 42 + 1;
    EXPECT_EQ(t.wanted(), 42u);
    EXPECT_TRUE(*t.arrived(42, 1, content));
    EXPECT_EQ(t.wanted(), std::nullopt);
    pages().wanted = t.count() + 1;
    EXPECT_EQ(t.wanted(), std::nullopt) << "no such block";
}

} // namespace
