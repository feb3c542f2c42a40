// Fuzz targets: the walk over stacks and tables that make no sense, and the reader of checkpoints. Deterministic;
// DYAD_FUZZ_ROUNDS=N runs longer, DYAD_FUZZ_SEED=N elsewhere. Under the sanitizers (tests/run.sh --sanitize) any bad
// access ends it.
#include "../image/damage.h"
#include "checkpoint_sample.h"
#include "migrate/capture.h"
#include "migrate/placement.h"
#include "seal.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace dyad;
using namespace dyad::test;

namespace {

struct MigrateFuzz : testing::Test {
    std::uint64_t seed = fuzzNumber("DYAD_FUZZ_SEED", 1);
    std::uint64_t rounds = fuzzNumber("DYAD_FUZZ_ROUNDS", 20000);
};

/// Registers and stack words become small changes of what they were, each other's values, stops, or anything.
void spoil(Model& model, GuestMemory& memory, const std::vector<std::uint64_t>& stops, bool alsoPc) {
    dyad_registers& registers = controlOf(memory).migration.registers;
    const MemoryPlan& plan = memory.plan();
    auto stack = memory.ram().subspan(plan.privateOffset + plan.privateSize - plan.stackSize, plan.stackSize);
    const auto value = [&](std::uint64_t old) -> std::uint64_t {
        switch (model.below(6)) {
        case 0:
            return old + 8 * model.below(64) - 256;
        case 1:
            return stops[model.below(stops.size())];
        case 2:
            return DYAD_IMAGE_BASE + plan.privateOffset + plan.privateSize - 16 * model.below(256);
        case 3:
            return ~std::uint64_t{0} - model.below(64);
        case 4:
            return registers.general[model.below(32)];
        default:
            return model.random()();
        }
    };
    for (std::uint64_t count = model.below(5); count > 0; --count) {
        std::uint64_t& reg = registers.general[model.below(32)];
        reg = value(reg);
    }
    for (std::uint64_t count = model.below(5); count > 0; --count) {
        const std::size_t at = stack.size() - 8 - 8 * model.below(200);
        std::uint64_t word;
        std::memcpy(&word, &stack[at], sizeof word);
        word = value(word);
        std::memcpy(&stack[at], &word, sizeof word);
    }
    if (alsoPc && model.coin()) registers.pc = value(registers.pc);
}

/// What was captured holds together: every frame has the values of its site.
void expectWhole(const SiteTable& table, const FrameList& frames) {
    ASSERT_FALSE(frames.empty());
    for (std::size_t i = 0; i < frames.size(); ++i) {
        ASSERT_LT(frames.site(i), table.siteCount());
        ASSERT_EQ(frames.values(i).size(), valuesSize(table.site(frames.site(i))));
    }
}

TEST_F(MigrateFuzz, DamagedStacksAreCapturedOrRefused) {
    GuestMemory memory = makeMemory(64 << 10);
    std::array<std::uint64_t, 3> outcomes{};
    for (std::uint64_t round = 0; round < rounds;) {
        Model model(seed * 1'000'003 + round, round / 64 % 2 ? Sense::wild : Sense::sensible, 6);
        for (int i = 0; i < 64; ++i, ++round) {
            const Isa isa = kIsas[model.below(2)];
            const FrameList frames = model.randomFrames(2 + model.below(6), model.coin());
            const auto stops = model.layOut(isa, frames, memory, model.coin());
            spoil(model, memory, stops, i % 2);
            if (model.below(8) == 0) controlOf(memory).migration.at_call ^= 1;
            auto captured = captureFrames(model.table(), isa, memory);
            if (!captured) {
                ASSERT_FALSE(captured.error().message.empty());
                ++outcomes[0];
            } else if (std::holds_alternative<UnknownCode>(*captured)) {
                ++outcomes[1];
            } else {
                ++outcomes[2];
                expectWhole(model.table(), std::get<FrameList>(*captured));
                if (HasFatalFailure()) return;
                auto placement = FramePlacement::make(model.table(), isa);
                ASSERT_TRUE(placement) << placement.error().message;
                std::ignore = placement->stackNeeded(std::get<FrameList>(*captured));
                EXPECT_TRUE(placement->place(std::get<FrameList>(*captured), memory));
            }
        }
    }
    // Each kind of outcome was reached.
    for (std::uint64_t count : outcomes)
        EXPECT_GT(count, rounds / 100);
}

TEST_F(MigrateFuzz, DamagedCheckpointsAreReadOrRefused) {
    Sample sample;
    GuestMemory memory = makeMemory();
    const std::vector<std::byte> good = sample.write();
    Damage damage(seed);
    std::mt19937_64 random(seed);
    std::uint64_t read = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        std::vector<std::byte> bytes = good;
        if (random() % 16 == 0) bytes.resize(1 + random() % bytes.size());
        damage.apply(bytes);
        seal(bytes);
        auto checkpoint = sample.read(bytes, round % 4 ? nullptr : &memory);
        if (!checkpoint) {
            ASSERT_EQ(checkpoint.error().message.find("'F' "), 0u) << checkpoint.error().message;
            continue;
        }
        ++read;
        expectWhole(sample.model.table(), checkpoint->state.frames);
        if (HasFatalFailure()) return;
        ASSERT_TRUE(checkThreadState(checkpoint->state.thread, checkpoint->state.arenaSize));
        for (const RingState& ring : checkpoint->state.rings)
            ASSERT_EQ(ring.head - ring.tail, ring.bytes.size());
    }
    // Contents of pages, values and strings are free; everything else was reached.
    EXPECT_GT(read, rounds / 50);
    EXPECT_LT(read, rounds * 9 / 10);
}

TEST_F(MigrateFuzz, DamageWithoutSealIsFound) {
    Sample sample;
    const std::vector<std::byte> good = sample.write();
    Damage damage(seed);
    for (std::uint64_t round = 0; round < rounds; ++round) {
        std::vector<std::byte> bytes = good;
        damage.apply(bytes);
        if (bytes == good) continue;
        ASSERT_FALSE(sample.read(bytes)) << "round " << round;
    }
}

} // namespace
