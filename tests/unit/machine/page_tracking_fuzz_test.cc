// A fuzz target for the monitor's side of watched and missing pages against a guest gone mad: it writes anything into
// what both share. Deterministic; DYAD_FUZZ_ROUNDS=N runs longer, DYAD_FUZZ_SEED=N elsewhere.
#include "machine/page_tracking.h"

#include "../image/damage.h"

#include <gtest/gtest.h>

using namespace dyad;

namespace {

constexpr std::uint64_t kMiB = 1 << 20, kCommonSize = 5 * DYAD_PAGE_SIZE;

std::unique_ptr<Machine> makeMachine() {
    auto plan = MemoryPlan::make(16 * kMiB, DYAD_COMMON_BASE + 300 * 1024, 0);
    auto memory = GuestMemory::create(*plan);
    auto area = fillControlArea(*memory, DYAD_MACHINE_PROCESS, {});
    return std::make_unique<Machine>(
        Machine{{Isa::x86_64, DYAD_MACHINE_PROCESS, {}, {}, false}, std::move(*memory), *area, {}, {}, {}, {}, {}});
}

TEST(PageTrackingFuzz, NamesOnlyBlocksThatExist) {
    std::mt19937_64 random(test::fuzzNumber("DYAD_FUZZ_SEED", 1));
    const std::uint64_t rounds = test::fuzzNumber("DYAD_FUZZ_ROUNDS", 20000);
    std::unique_ptr<Machine> machine = makeMachine();
    dyad_pages& pages = machine->area.control->pages;
    const MemoryPlan plan = machine->memory.plan();
    const auto words = [&](std::uint64_t offset) {
        return reinterpret_cast<std::uint64_t*>(machine->memory.ram().data() + offset);
    };
    std::uint64_t taken = 0, refused = 0, stored = 0, wanted = 0;
    std::vector<std::byte> content(DYAD_PAGE_SIZE, std::byte{1});
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const std::uint64_t blockSize = DYAD_PAGE_SIZE << random() % 5;
        auto tracking = PageTracking::of(*machine, GuestAddress{DYAD_COMMON_BASE}, kCommonSize, blockSize);
        ASSERT_TRUE(tracking) << tracking.error().message;
        const std::uint64_t count = tracking->count();
        const auto exists = [&](std::uint64_t first, std::uint64_t size) {
            return size > 0 && first < count && size <= count - first;
        };
        tracking->ask(random() % 2 ? DYAD_PAGES_TRACK : DYAD_PAGES_MISSING);
        for (int step = 0; step < 8; ++step) {
            // The guest's words, among them what the monitor wrote there.
            pages.answered = random() % 4 ? pages.request : static_cast<std::uint32_t>(random());
            pages.error = random() % 4 ? 0 : static_cast<std::int32_t>(random());
            pages.active = static_cast<std::uint32_t>(random());
            pages.wanted = random() % 2 ? random() % (count + 3) : random();
            pages.block_size = static_cast<std::uint32_t>(random());
            pages.common_address = random();
            pages.common_size = random();
            for (std::uint64_t* field : {&pages.dirty_offset[0], &pages.dirty_offset[1], &pages.state_offset})
                *field = random();
            for (std::uint64_t offset : {plan.dirtyOffset(0), plan.dirtyOffset(1), plan.stateOffset()})
                words(offset)[random() % ((count + 63) / 64)] = random();
            if (!tracking->answered()) ++refused;
            const PageTracking::TakeBlocks take = [&](std::uint64_t first, std::uint64_t size) -> Result<void> {
                EXPECT_TRUE(exists(first, size)) << first << ", " << size << " of " << count;
                ++taken;
                return {};
            };
            ASSERT_TRUE(random() % 2 ? tracking->takeDirty(take) : tracking->takeDirtyOfStopped(take));
            std::ignore = tracking->activeCount() + tracking->missingCount();
            if (auto run = tracking->nextMissing(random() % (count + 2), random() % count + 1)) {
                ASSERT_TRUE(exists(run->first, run->second));
            }
            auto block = tracking->wanted();
            if (!block) continue;
            ++wanted;
            ASSERT_TRUE(exists(*block, 1));
            content.resize(tracking->bytes(*block).size(), std::byte{1});
            auto arrived = tracking->arrived(*block, 1, content);
            ASSERT_TRUE(arrived) << arrived.error().message;
            stored += *arrived;
        }
    }
    for (std::uint64_t count : {taken, refused, stored, wanted})
        EXPECT_GT(count, rounds / 100);
}

} // namespace
