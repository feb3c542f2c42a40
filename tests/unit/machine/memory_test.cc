// The memory plan and checked guest addresses.
#include "machine/control_area.h"
#include "machine/guest_memory.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace dyad;

namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kSmallImage = DYAD_COMMON_BASE + 300 * 1024;

MemoryPlan plan(std::uint64_t size) {
    auto made = MemoryPlan::make(size, kSmallImage, 0);
    EXPECT_TRUE(made) << made.error().message;
    return *made;
}

TEST(MemoryPlan, KeepsThePromisesOfTheAbi) {
    for (std::uint64_t size : {16 * kMiB, 17 * kMiB + 5, 64 * kMiB, 1024 * kMiB, 8192 * kMiB}) {
        MemoryPlan p = plan(size);
        EXPECT_GE(p.ramSize, size);
        EXPECT_EQ(p.ramSize % (2 * kMiB), 0u);
        EXPECT_EQ(p.arenaOffset % (2 * kMiB), 0u);
        EXPECT_EQ(p.arenaSize % (2 * kMiB), 0u);
        EXPECT_EQ(p.arenaOffset + p.arenaSize, p.ramSize);
        EXPECT_GE(p.privateOffset, kSmallImage - DYAD_IMAGE_BASE);
        EXPECT_LE(p.privateOffset + p.privateSize, p.arenaOffset);
        EXPECT_GE(p.privateSize, p.stackSize + 4096 * (17 + (p.ramSize + 2 * kMiB - 1) / (2 * kMiB) +
                                                       (p.ramSize + 1023 * kMiB) / (1024 * kMiB)));
    }
    EXPECT_EQ(plan(1024 * kMiB).stackSize, 8 * kMiB);
    EXPECT_EQ(plan(16 * kMiB).stackSize, 2 * kMiB);
}

TEST(MemoryPlan, TooLittleMemoryNamesTheLeastThatWorks) {
    auto made = MemoryPlan::make(2 * kMiB, kSmallImage, 0);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().message, "2M of memory is too small for this image: it needs at least 6M");
    EXPECT_TRUE(MemoryPlan::make(6 * kMiB, kSmallImage, 0));
    EXPECT_FALSE(MemoryPlan::make(4 * kMiB, kSmallImage, 0));
}

TEST(MemoryPlan, StackSizeOfTheImageWins) {
    auto made = MemoryPlan::make(64 * kMiB, kSmallImage, 5 * kMiB + 1);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->stackSize, 5 * kMiB + 4096);
}

TEST(MemoryPlan, DestinationHasTheSameArenaBehindLargerAreas) {
    for (std::uint64_t size : {16 * kMiB, 64 * kMiB, 1024 * kMiB, 8192 * kMiB}) {
        MemoryPlan source = plan(size);
        for (std::uint64_t stack : {source.stackSize, 4 * source.stackSize, 100 * kMiB}) {
            auto made = MemoryPlan::makeForArena(source.arenaSize, kSmallImage, stack, 3 * kMiB + 8);
            ASSERT_TRUE(made) << made.error().message;
            EXPECT_EQ(made->arenaSize, source.arenaSize);
            EXPECT_EQ(made->arenaOffset + made->arenaSize, made->ramSize);
            EXPECT_GE(made->stackSize, stack);
            EXPECT_EQ(made->migrationSize, 3 * kMiB + 4096);
            EXPECT_GE(made->privateSize, made->migrationSize + made->stackSize + 4096 * (17 + made->ramSize / (2 * kMiB)));
        }
    }
    EXPECT_FALSE(MemoryPlan::makeForArena(64 * kMiB, kSmallImage, 2048 * kMiB, 0));
    EXPECT_FALSE(MemoryPlan::makeForArena(64 * kMiB + 4096, kSmallImage, kMiB, 0));
    EXPECT_FALSE(MemoryPlan::makeForArena(0, kSmallImage, kMiB, 0));
}

TEST(MemoryPlan, AbsurdSizesAreRefused) {
    EXPECT_FALSE(MemoryPlan::make(~std::uint64_t(0), kSmallImage, 0));
    EXPECT_FALSE(MemoryPlan::make(64 * kMiB, ~std::uint64_t(0), 0));
    EXPECT_FALSE(MemoryPlan::make(64 * kMiB, 0, 0));
    EXPECT_FALSE(MemoryPlan::make(64 * kMiB, kSmallImage, ~std::uint64_t(0)));
    EXPECT_FALSE(MemoryPlan::make(8192 * kMiB, kSmallImage, 2048 * kMiB));
}

TEST(GuestMemory, TranslatesOnlyWhatIsRam) {
    auto memory = GuestMemory::create(plan(16 * kMiB));
    ASSERT_TRUE(memory);
    const MemoryPlan &p = memory->plan();
    auto at = [&](std::uint64_t address, std::uint64_t size) { return memory->translate(GuestAddress(address), size); };
    ASSERT_TRUE(at(DYAD_CONTROL_ADDRESS, 16));
    EXPECT_EQ(at(DYAD_CONTROL_ADDRESS, 16)->data(), memory->control().data());
    ASSERT_TRUE(at(DYAD_ARENA_BASE, p.arenaSize));
    EXPECT_EQ(at(DYAD_ARENA_BASE, 1)->data(), memory->ram().data() + p.arenaOffset);
    EXPECT_FALSE(at(DYAD_ARENA_BASE, p.arenaSize + 1));
    EXPECT_FALSE(at(DYAD_ARENA_BASE + p.arenaSize, 1));
    EXPECT_FALSE(at(DYAD_ARENA_BASE - 1, 1));
    EXPECT_FALSE(at(0, 1));
    EXPECT_FALSE(at(DYAD_IMAGE_BASE - 1, 2));
    EXPECT_FALSE(at(DYAD_IMAGE_BASE + p.arenaOffset, 1)) << "the arena has no image address";
    EXPECT_FALSE(at(DYAD_IMAGE_BASE, ~std::uint64_t(0)));
    EXPECT_FALSE(at(~std::uint64_t(0), 1));
    EXPECT_FALSE(at(~std::uint64_t(0) - 7, 16));
}

TEST(ControlArea, HoldsStringsAndRings) {
    auto memory = GuestMemory::create(plan(16 * kMiB));
    ASSERT_TRUE(memory);
    auto area = fillControlArea(*memory, DYAD_MACHINE_PROCESS, {{"prog", "", "two words"}, {"A=b"}, DYAD_FLAG_STRACE});
    ASSERT_TRUE(area);
    const dyad_control &control = *area->control;
    EXPECT_EQ(control.magic, DYAD_CONTROL_MAGIC);
    EXPECT_EQ(control.argc, 3u);
    EXPECT_EQ(control.envc, 1u);
    const char expected[] = "prog\0\0two words\0A=b";
    ASSERT_EQ(control.strings_size, sizeof expected);
    EXPECT_EQ(std::memcmp(memory->control().data() + control.strings_offset, expected, sizeof expected), 0);
    EXPECT_EQ(memory->control().data() + control.rx_offset, area->rx.data());
    EXPECT_EQ(control.tx_offset + control.tx_size, control.rx_offset);
    EXPECT_EQ(control.rx_offset + control.rx_size, DYAD_CONTROL_SIZE);
}

TEST(ControlArea, TooManyArgumentsAreRefused) {
    auto memory = GuestMemory::create(plan(16 * kMiB));
    ASSERT_TRUE(memory);
    auto area = fillControlArea(*memory, DYAD_MACHINE_PROCESS, {{"prog", std::string(600000, 'x')}, {}, 0});
    ASSERT_FALSE(area);
    EXPECT_EQ(area.error().message, "arguments and environment are too long: at most 520192 bytes fit");
}

} // namespace
