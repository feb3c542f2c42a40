// Pages that follow a program: which are told, in which order, what is stored, and when it is over. The guest's answers
// are the test's.
#include "session/late_pages.h"

#include <gtest/gtest.h>

#include <cerrno>

using namespace dyad;

namespace {

constexpr std::uint64_t kPage = DYAD_PAGE_SIZE, kCommonPages = 3;
constexpr CommonData kCommon{GuestAddress{DYAD_COMMON_BASE}, kCommonPages* kPage};

GuestAddress common(std::uint64_t page) {
    return GuestAddress{DYAD_COMMON_BASE + page * kPage};
}
GuestAddress arena(std::uint64_t page) {
    return GuestAddress{DYAD_ARENA_BASE + page * kPage};
}

struct LatePagesTest : testing::Test {
    static std::unique_ptr<Machine> make() {
        auto plan = MemoryPlan::make(16 << 20, DYAD_COMMON_BASE + 300 * 1024, 0);
        auto memory = GuestMemory::create(*plan);
        auto area = fillControlArea(*memory, DYAD_MACHINE_PROCESS, {});
        return std::make_unique<Machine>(
            Machine{{Isa::x86_64, DYAD_MACHINE_PROCESS, {}, {}, false}, std::move(*memory), *area, {}, {}, {}, {}, {}});
    }
    dyad_pages& control() { return machine->area.control->pages; }
    void answer(std::int32_t error = 0) {
        control().error = error;
        control().answered = control().request;
    }
    std::byte inArena(std::uint64_t page) {
        return machine->memory.ram()[machine->memory.plan().arenaOffset + page * kPage];
    }
    bool finished() {
        auto over = pages.finished();
        EXPECT_TRUE(over) << over.error().message;
        return over && *over;
    }
    using Run = LatePages::Run;

    std::unique_ptr<Machine> machine = make();
    LatePages pages = *LatePages::of(*machine, kCommon);
    std::vector<std::byte> content = std::vector<std::byte>(4 * kPage, std::byte{7});
};

TEST_F(LatePagesTest, AreToldInRunsFromTheLastPageWantedOn) {
    ASSERT_TRUE(pages.expect(common(1), 2 * kPage));
    ASSERT_TRUE(pages.expect(arena(0), 40 * kPage));
    ASSERT_TRUE(pages.expect(arena(100), kPage));
    pages.start();
    EXPECT_EQ(control().mode, DYAD_PAGES_MISSING);
    EXPECT_EQ(pages.left(), 43 * kPage);
    EXPECT_EQ(pages.next(1 << 20), (Run{common(1), 2 * kPage})) << "common data does not go on in the arena";
    EXPECT_EQ(pages.next(16 * kPage), (Run{arena(0), 16 * kPage}));
    EXPECT_EQ(pages.wanted(), std::nullopt);
    control().wanted = kCommonPages + 100 + 1;
    EXPECT_EQ(pages.wanted(), (Run{arena(100), kPage}));
    EXPECT_EQ(pages.wanted(), (Run{arena(100), kPage})) << "as long as the program waits";
    EXPECT_EQ(pages.next(1 << 20), (Run{arena(100), kPage}));
    EXPECT_EQ(pages.next(kPage), (Run{common(1), kPage})) << "it goes round";
}

TEST_F(LatePagesTest, AreStoredOnlyWhereTheyAreMissing) {
    ASSERT_TRUE(pages.expect(arena(1), 2 * kPage));
    pages.start();
    ASSERT_TRUE(pages.arrived(arena(0), content));
    EXPECT_EQ(inArena(0), std::byte{0});
    EXPECT_EQ(inArena(1), std::byte{7});
    EXPECT_EQ(inArena(2), std::byte{7});
    EXPECT_EQ(inArena(3), std::byte{0});
    EXPECT_EQ(pages.left(), 0u);
    ASSERT_TRUE(pages.arrivedZeros(arena(1), kPage));
    EXPECT_EQ(inArena(1), std::byte{7}) << "it was there, and may have been written since";
}

TEST_F(LatePagesTest, ThatAreZeroCountAsArrived) {
    ASSERT_TRUE(pages.expect(arena(1), 2 * kPage));
    pages.start();
    ASSERT_TRUE(pages.arrivedZeros(arena(0), 3 * kPage));
    EXPECT_EQ(pages.left(), 0u);
}

TEST_F(LatePagesTest, ElsewhereAreRefused) {
    const std::uint64_t arenaSize = machine->memory.plan().arenaSize;
    EXPECT_FALSE(pages.expect(common(kCommonPages - 1), 2 * kPage)) << "the arena does not follow";
    EXPECT_FALSE(pages.expect(arena(arenaSize / kPage - 1), 2 * kPage));
    EXPECT_FALSE(pages.expect(arena(0), 100));
    EXPECT_FALSE(pages.expect(arena(0), 0));
    EXPECT_FALSE(pages.expect(GuestAddress{DYAD_ARENA_BASE + 8}, kPage));
    EXPECT_FALSE(pages.expect(GuestAddress{0}, kPage));
    EXPECT_FALSE(pages.arrived(common(kCommonPages), std::span(content).first(kPage)));
    EXPECT_FALSE(pages.arrived(arena(0), std::span(content).first(5)));
    EXPECT_FALSE(pages.arrivedZeros(arena(0), ~std::uint64_t{0} / kPage * kPage));
    EXPECT_EQ(pages.left(), 0u);
}

TEST_F(LatePagesTest, AreOverWhenTheGuestHasForgottenThem) {
    ASSERT_TRUE(pages.expect(arena(0), kPage));
    EXPECT_FALSE(finished()) << "before it began";
    pages.start();
    answer();
    EXPECT_FALSE(finished());
    ASSERT_TRUE(pages.arrived(arena(0), std::span(content).first(kPage)));
    EXPECT_FALSE(finished());
    EXPECT_EQ(control().mode, DYAD_PAGES_OFF);
    EXPECT_FALSE(finished());
    answer();
    EXPECT_TRUE(finished());
    EXPECT_TRUE(finished());
    EXPECT_EQ(pages.next(kPage), std::nullopt);
}

TEST_F(LatePagesTest, AreNotForgottenBeforeTheGuestKnewOfThem) {
    pages.start();
    const std::uint32_t request = control().request;
    EXPECT_FALSE(finished());
    EXPECT_EQ(control().request, request) << "one request at a time";
    answer();
    EXPECT_FALSE(finished());
    answer();
    EXPECT_TRUE(finished());
}

TEST_F(LatePagesTest, ThatTheGuestDoesNotWantAreAnError) {
    pages.start();
    answer(-EBUSY);
    EXPECT_FALSE(pages.finished());
}

} // namespace
