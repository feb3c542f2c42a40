// Copying what a stopped program has in memory, its rings and its thread's state.
#include "migrate/state.h"
#include "model.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <sys/stat.h>

using namespace dyad;
using namespace dyad::test;

namespace {

constexpr CommonData kCommon{GuestAddress{DYAD_COMMON_BASE}, 0x40000};
constexpr std::uint64_t kPage = DYAD_PAGE_SIZE;

std::span<std::byte> arena(GuestMemory& memory) {
    return memory.ram().subspan(memory.plan().arenaOffset, memory.plan().arenaSize);
}
std::span<std::byte> common(GuestMemory& memory) {
    return memory.ram().subspan(DYAD_COMMON_BASE - DYAD_IMAGE_BASE, kCommon.size);
}
std::uint64_t blocks(GuestMemory& memory) {
    struct stat status;
    return fstat(memory.fd(), &status) == 0 ? static_cast<std::uint64_t>(status.st_blocks) : 0;
}

struct State : testing::Test {
    GuestMemory source = makeMemory(), destination = makeMemory(4 << 20, 1 << 20);
    std::mt19937_64 random{1};

    CopiedMemory copy() {
        auto copied = copyMemory(source, destination, kCommon);
        EXPECT_TRUE(copied) << copied.error().message;
        return copied ? *copied : CopiedMemory{};
    }
};

TEST_F(State, CopiesWhatIsThere) {
    ASSERT_NE(source.plan().arenaOffset, destination.plan().arenaOffset);
    std::uint64_t pages = 0;
    for (auto bytes : {arena(source), common(source)}) {
        for (std::size_t at = 0; at < bytes.size(); at += kPage) {
            if (random() % 3) continue;
            bytes[at + random() % kPage] = std::byte{0x5a};
            ++pages;
        }
    }
    const CopiedMemory copied = copy();
    EXPECT_EQ(copied.pages, pages);
    EXPECT_EQ(copied.bytes, pages * kPage);
    EXPECT_TRUE(std::ranges::equal(arena(source), arena(destination)));
    EXPECT_TRUE(std::ranges::equal(common(source), common(destination)));
}

TEST_F(State, LeavesNothingOfTheDestinationsOwn) {
    std::ranges::fill(arena(destination), std::byte{1});
    std::ranges::fill(common(destination), std::byte{2}); // the image's initial data
    arena(source)[5 * kPage] = std::byte{3};
    EXPECT_EQ(copy().pages, 1u);
    EXPECT_TRUE(std::ranges::equal(arena(source), arena(destination)));
    EXPECT_TRUE(std::ranges::equal(common(source), common(destination)));
}

TEST_F(State, TouchesNoPageThatWasNeverUsed) {
    arena(source)[0] = std::byte{1};
    const std::uint64_t before = blocks(source);
    copy();
    EXPECT_EQ(blocks(source), before) << "looking at the source's pages made some";
    EXPECT_LE(blocks(destination), before + 2 * kPage / 512);
}

TEST_F(State, LeavesCodeAndPrivateMemoryAlone) {
    auto outside = destination.ram().subspan(DYAD_COMMON_BASE - DYAD_IMAGE_BASE + kCommon.size, 16 * kPage);
    auto native = destination.ram().subspan(destination.plan().privateOffset, destination.plan().privateSize);
    std::ranges::fill(outside, std::byte{7});
    std::ranges::fill(native, std::byte{8});
    std::ranges::fill(source.ram().subspan(source.plan().privateOffset, source.plan().privateSize), std::byte{9});
    copy();
    EXPECT_TRUE(std::ranges::all_of(outside, [](std::byte byte) { return byte == std::byte{7}; }));
    EXPECT_TRUE(std::ranges::all_of(native, [](std::byte byte) { return byte == std::byte{8}; }));
}

TEST_F(State, RefusesAnotherArena) {
    MemoryPlan plan = source.plan();
    plan.arenaSize -= 2 << 20;
    plan.ramSize -= 2 << 20;
    auto smaller = GuestMemory::create(plan);
    ASSERT_TRUE(smaller);
    auto copied = copyMemory(source, *smaller, kCommon);
    ASSERT_FALSE(copied);
    EXPECT_NE(copied.error().message.find("expected 4194304"), std::string::npos) << copied.error().message;
}

TEST_F(State, WritesPagesOnlyWhereTheyBelong) {
    const std::vector<std::byte> page(kPage, std::byte{1});
    const std::uint64_t arenaEnd = DYAD_ARENA_BASE + destination.plan().arenaSize;
    EXPECT_TRUE(writePages(destination, kCommon, GuestAddress{arenaEnd - kPage}, page));
    EXPECT_EQ(arena(destination).back(), std::byte{1});
    for (std::uint64_t address : std::initializer_list<std::uint64_t>{
             arenaEnd, arenaEnd - kPage / 2, DYAD_ARENA_BASE - kPage, DYAD_CONTROL_ADDRESS,
             DYAD_COMMON_BASE + kCommon.size, 0, ~std::uint64_t{0} - kPage + 1})
        EXPECT_FALSE(writePages(destination, kCommon, GuestAddress{address}, page)) << std::hex << address;
}

Manifest manifestWith(std::uint64_t address, std::uint64_t size, std::uint64_t otherAddress) {
    Manifest manifest;
    manifest.commonEnd = DYAD_COMMON_BASE + 0x100000;
    manifest.regions[0] = {{"common.text", DYAD_COMMON_BASE + 0x80000, 0x1000, "rx", true},
                           {"common.data", address, size, "rw", true},
                           {"private.data", DYAD_COMMON_BASE + 0x200000, 0x1000, "rw", false}};
    manifest.regions[1] = manifest.regions[0];
    manifest.regions[1][1].address = otherAddress;
    return manifest;
}

TEST(CommonData, IsWhatTheManifestSays) {
    auto common = CommonData::of(manifestWith(DYAD_COMMON_BASE, 0x2345, DYAD_COMMON_BASE));
    ASSERT_TRUE(common) << common.error().message;
    EXPECT_EQ(common->address, GuestAddress{DYAD_COMMON_BASE});
    EXPECT_EQ(common->size, 0x3000u);
    EXPECT_FALSE(CommonData::of(manifestWith(DYAD_COMMON_BASE, 0x2345, DYAD_COMMON_BASE + 0x1000)));
    EXPECT_FALSE(CommonData::of(manifestWith(DYAD_COMMON_BASE + 8, 0x2345, DYAD_COMMON_BASE + 8)));
    EXPECT_FALSE(CommonData::of(manifestWith(DYAD_COMMON_BASE, 0x100001, DYAD_COMMON_BASE)));
    EXPECT_FALSE(CommonData::of(manifestWith(DYAD_CONTROL_ADDRESS, 0x1000, DYAD_CONTROL_ADDRESS)));
}

ThreadState goodThread() {
    return {.atCall = true,
            .rounding = DYAD_ROUND_UP,
            .fpFlags = DYAD_FP_INEXACT,
            .clockNs = 123,
            .cpuTimeNs = UINT64_MAX,
            .blockAddress = DYAD_ARENA_BASE + 0x1000,
            .blockSize = 100,
            .blockAlign = 64};
}

TEST_F(State, CarriesTheThread) {
    const ThreadState thread = goodThread();
    writeThreadState(thread, source);
    auto read = readThreadState(source);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, thread);
    EXPECT_EQ(controlOf(source).migration.thread_block_align, 64u);
}

TEST_F(State, RefusesAThreadThatMakesNoSense) {
    const std::function<void(ThreadState&)> kWrong[] = {
        [](ThreadState& thread) { thread.rounding = 4; },
        [](ThreadState& thread) { thread.fpFlags = 32; },
        [](ThreadState& thread) { thread.blockAlign = 0; },
        [](ThreadState& thread) { thread.blockAlign = 48; },
        [](ThreadState& thread) { thread.blockAddress += 8; },
        [](ThreadState& thread) { thread.blockAddress = DYAD_COMMON_BASE; },
        [](ThreadState& thread) { thread.blockAddress = DYAD_ARENA_LIMIT; },
        [](ThreadState& thread) { thread.blockSize = 4 << 20; },
        [](ThreadState& thread) { thread.blockSize = ~std::uint64_t{0}; },
    };
    for (const auto& wrong : kWrong) {
        ThreadState thread = goodThread();
        wrong(thread);
        writeThreadState(thread, source);
        auto read = readThreadState(source);
        ASSERT_FALSE(read) << &wrong - kWrong;
        EXPECT_EQ(read.error().message.find("the guest's state is wrong: "), 0u) << read.error().message;
    }
}

struct Rings : testing::Test {
    GuestMemory memories[2] = {makeMemory(), makeMemory()};
    ControlArea areas[2];
    Rings() {
        for (int i : {0, 1})
            areas[i] = *fillControlArea(memories[i], DYAD_MACHINE_PROCESS, {});
    }
};

TEST_F(Rings, GoOnWhereTheyWere) {
    const std::uint64_t size = areas[0].tx.size();
    // Across the end of the ring, and an empty one.
    areas[0].control->tx.tail = 5 * size - 16;
    areas[0].control->tx.head = 5 * size + 24;
    areas[0].control->tx.consumer_waiting = 1;
    areas[0].control->rx.tail = 4096;
    areas[0].control->rx.head = 4096;
    areas[0].control->rx.producer_waiting = 1;
    for (std::uint64_t i = 0; i < 40; ++i)
        areas[0].tx[(size - 16 + i) % size] = static_cast<std::byte>(i + 1);
    auto rings = readRings(areas[0]);
    ASSERT_TRUE(rings) << rings.error().message;
    auto written = writeRings(*rings, areas[1]);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(areas[1].control->tx.head, 5 * size + 24);
    EXPECT_EQ(areas[1].control->tx.tail, 5 * size - 16);
    EXPECT_EQ(areas[1].control->rx.head, 4096u);
    EXPECT_EQ(areas[1].control->tx.consumer_waiting, 1u);
    EXPECT_EQ(areas[1].control->rx.producer_waiting, 1u);
    EXPECT_EQ(areas[1].control->rx.consumer_waiting, 0u);
    EXPECT_TRUE(std::ranges::equal(areas[0].tx, areas[1].tx));
    EXPECT_EQ(*readRings(areas[1]), *rings);
}

TEST_F(Rings, AreRefusedWithWrongCounters) {
    const std::uint64_t size = areas[0].rx.size();
    const std::pair<std::uint64_t, std::uint64_t> kWrong[] = {{size + 8, 0}, {0, 8}, {12, 0}, {20, 12}};
    for (const auto& [head, tail] : kWrong) {
        areas[0].control->rx.head = head;
        areas[0].control->rx.tail = tail;
        auto rings = readRings(areas[0]);
        ASSERT_FALSE(rings) << head << ' ' << tail;
        EXPECT_EQ(rings.error().message.find("the counters of the ring to the guest are wrong"), 0u);
        RingStates wrong;
        wrong[0] = {head, tail, false, false, std::vector<std::byte>(head > tail ? head - tail : 0)};
        EXPECT_FALSE(writeRings(wrong, areas[1])) << head << ' ' << tail;
    }
}

} // namespace
