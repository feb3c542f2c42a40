// Pages that are stored on another thread: all of them, in the order in which they came, and errors that are not lost.
#include "migrate/page_store.h"
#include "model.h"

#include <gtest/gtest.h>

#include <fcntl.h>

using namespace dyad;
using namespace dyad::test;

namespace {

constexpr CommonData kCommon{GuestAddress{DYAD_COMMON_BASE}, 0x40000};
constexpr std::uint64_t kPage = DYAD_PAGE_SIZE;

std::span<std::byte> arena(GuestMemory& memory) {
    return memory.ram().subspan(memory.plan().arenaOffset, memory.plan().arenaSize);
}

GuestAddress inArena(std::uint64_t offset) {
    return GuestAddress{DYAD_ARENA_BASE + offset};
}

TEST(PageStore, KeepsTheLastWordOnEachPage) {
    GuestMemory memory = makeMemory();
    auto store = PageStore::of(memory, kCommon);
    ASSERT_TRUE(store) << store.error().message;
    std::mt19937_64 random{1};
    std::vector<std::byte> expected(arena(memory).size()), buffer;
    // More than may wait at once.
    for (unsigned piece = 0; piece < 200; ++piece) {
        const std::uint64_t size = (1 + random() % 100) * kPage,
                            offset = random() % ((expected.size() - size) / kPage) * kPage;
        buffer.resize(8 + size);
        std::ranges::fill(std::span(buffer).subspan(8), static_cast<std::byte>(random()));
        std::ranges::copy(std::span(buffer).subspan(8), expected.begin() + static_cast<std::ptrdiff_t>(offset));
        auto stored = (*store)->store(inArena(offset), std::span(buffer).subspan(8), buffer);
        ASSERT_TRUE(stored) << stored.error().message;
    }
    ASSERT_TRUE((*store)->finish());
    EXPECT_TRUE(std::ranges::equal(expected, arena(memory)));
}

TEST(PageStore, OutlivesTheMachine) {
    std::unique_ptr<PageStore> store;
    std::vector<std::byte> buffer(kPage, std::byte{1});
    {
        GuestMemory memory = makeMemory();
        auto made = PageStore::of(memory, kCommon);
        ASSERT_TRUE(made) << made.error().message;
        store = std::move(*made);
    }
    EXPECT_TRUE(store->store(inArena(0), buffer, buffer));
    EXPECT_TRUE(store->finish());
}

TEST(PageStore, RefusesPagesThatBelongNowhere) {
    GuestMemory memory = makeMemory();
    auto store = PageStore::of(memory, kCommon);
    ASSERT_TRUE(store) << store.error().message;
    std::vector<std::byte> buffer(2 * kPage, std::byte{1});
    EXPECT_FALSE((*store)->store(inArena(memory.plan().arenaSize - kPage), buffer, buffer));
    EXPECT_FALSE((*store)->store(GuestAddress{DYAD_CONTROL_ADDRESS}, buffer, buffer));
    EXPECT_EQ(buffer.size(), 2 * kPage) << "what was refused is not taken";
}

TEST(PageStore, TellsThatPagesCouldNotBeStored) {
    GuestMemory memory = makeMemory();
    UniqueFd readOnly(open(("/proc/self/fd/" + std::to_string(memory.fd())).c_str(), O_RDONLY | O_CLOEXEC));
    auto same = GuestMemory::attach(std::move(readOnly), memory.plan());
    ASSERT_TRUE(same) << same.error().message;
    auto store = PageStore::of(*same, kCommon);
    ASSERT_TRUE(store) << store.error().message;
    std::vector<std::byte> buffer(kPage, std::byte{1});
    (void)(*store)->store(inArena(0), buffer, buffer);
    auto finished = (*store)->finish();
    ASSERT_FALSE(finished);
    EXPECT_NE(finished.error().message.find("cannot write"), std::string::npos) << finished.error().message;
    buffer.assign(kPage, std::byte{2});
    EXPECT_FALSE((*store)->store(inArena(0), buffer, buffer)) << "nothing is stored behind an error";
}

} // namespace
