// Fuzz targets: the walk over stacks and tables that make no sense, what a stopped guest says, and the readers of
// checkpoints. Deterministic;
// DYAD_FUZZ_ROUNDS=N runs longer, DYAD_FUZZ_SEED=N elsewhere. Under the sanitizers (tests/run.sh --sanitize) any bad
// access ends it.
#include "../image/damage.h"
#include "checkpoint_sample.h"
#include "migrate/capture.h"
#include "migrate/checkpoint_chain.h"
#include "migrate/placement.h"
#include "seal.h"
#include "support/output_file.h"
#include "support/temporary_folder.h"

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

/// An incremental checkpoint with runs of every kind; both ways of reading, and its pages one by one.
TEST_F(MigrateFuzz, DamagedChainsAreReadOrRefused) {
    Sample sample;
    auto folder = TemporaryFolder::create();
    const std::string path = folder->file("new"), basePath = folder->file("base");
    const auto arena = sample.memory.ram().subspan(sample.memory.plan().arenaOffset);
    const auto randomise = [&](std::uint64_t page) {
        for (std::byte& byte : arena.subspan(page * DYAD_PAGE_SIZE, DYAD_PAGE_SIZE))
            byte = std::byte(sample.model.below(256));
    };
    randomise(9);
    ASSERT_TRUE(writeCheckpointFile(basePath, sample.checkpoint, sample.memory, sample.common, {}));
    const auto open = [&](const std::string& name, CheckpointChain::Check check) {
        return CheckpointChain::open(name, sample.reader(), check);
    };
    auto base = open(basePath, CheckpointChain::Check::Structure);
    ASSERT_TRUE(base) << base.error().message;
    arena[DYAD_PAGE_SIZE] = std::byte{1};
    std::ranges::fill(arena.subspan(7 * DYAD_PAGE_SIZE, DYAD_PAGE_SIZE), std::byte{0});
    randomise(10);
    CheckpointForm form;
    form.base = baseFor(path, basePath, base->id());
    form.basePages = &base->pages();
    const std::vector<std::byte> good = sample.write(form);
    Damage damage(seed);
    std::mt19937_64 random(seed);
    std::array<std::uint64_t, 3> outcomes{};
    for (std::uint64_t round = 0; round < rounds / 10; ++round) {
        std::vector<std::byte> bytes = good;
        if (random() % 16 == 0) bytes.resize(1 + random() % bytes.size());
        damage.apply(bytes);
        seal(bytes);
        ASSERT_TRUE(writeOutputFile(path, bytes));
        auto chain = open(path, random() % 2 ? CheckpointChain::Check::Structure : CheckpointChain::Check::Everything);
        if (!chain) {
            ASSERT_FALSE(chain.error().message.empty());
            ++outcomes[0];
            continue;
        }
        const auto loaded = chain->loadAll([&](GuestAddress address, std::span<const std::byte> pages) -> Result<void> {
            EXPECT_TRUE(isTransferred(sample.common, chain->checkpoint().arenaSize, static_cast<std::uint64_t>(address),
                                      pages.size()));
            return {};
        });
        ++outcomes[loaded ? 1 : 2];
    }
    for (std::uint64_t count : outcomes)
        EXPECT_GT(count, rounds / 10 / 100);
}

/// What a stopped guest says of its thread and its rings.
TEST_F(MigrateFuzz, WordsOfAGuestAreTakenOrRefused) {
    Sample sample;
    GuestMemory memory = makeMemory();
    auto area = fillControlArea(memory, DYAD_MACHINE_PROCESS, {{"fuzz"}, {}, 0});
    ASSERT_TRUE(area) << area.error().message;
    std::mt19937_64 random(seed);
    dyad_control& control = controlOf(memory);
    const auto number = [&](std::uint64_t near) -> std::uint64_t {
        switch (random() % 4) {
        case 0:
            return random();
        case 1:
            return near + random() % 256;
        default:
            return near + random() % 4096 * 8;
        }
    };
    std::uint64_t threads = 0, rings = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        dyad_migration& migration = control.migration;
        migration.at_call = static_cast<std::uint32_t>(random());
        migration.rounding = static_cast<std::uint32_t>(random() % 6);
        migration.fp_flags = static_cast<std::uint32_t>(random() % 40);
        migration.thread_block = number(random() % 8 ? DYAD_ARENA_BASE : ~std::uint64_t{0} - 4096);
        migration.thread_block_size = number(0);
        migration.thread_block_align = random() % 4 ? std::uint64_t{1} << random() % 64 : random();
        for (dyad_ring* ring : {&control.tx, &control.rx}) {
            ring->tail = random() % 4 ? random() / 8 * 8 : random();
            ring->head = number(ring->tail);
        }
        if (auto thread = readThreadState(memory)) {
            ++threads;
            ASSERT_TRUE(checkThreadState(*thread, memory.plan().arenaSize));
        }
        if (auto states = readRings(*area)) {
            ++rings;
            for (const RingState& ring : *states)
                ASSERT_EQ(ring.head - ring.tail, ring.bytes.size());
            ASSERT_TRUE(writeRings(*states, *area));
        }
    }
    for (std::uint64_t count : {threads, rings}) {
        EXPECT_GT(count, rounds / 100);
        EXPECT_LT(count, rounds * 99 / 100);
    }
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
