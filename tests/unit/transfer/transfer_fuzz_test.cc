// Fuzz target: streams of damaged sections with right checksums, from a peer that knows them. Deterministic;
// DYAD_FUZZ_ROUNDS=N runs longer, DYAD_FUZZ_SEED=N elsewhere.
#include "../image/damage.h"
#include "../migrate/seal.h"
#include "conversation.h"

#include <gtest/gtest.h>

using namespace dyad;
using namespace dyad::test;

namespace {

TEST(TransferFuzz, DamagedStreamsAreTakenOrRefused) {
    const std::uint64_t seed = fuzzNumber("DYAD_FUZZ_SEED", 1), rounds = fuzzNumber("DYAD_FUZZ_ROUNDS", 5000);
    Sample sample;
    GuestMemory memory = makeMemory();
    const std::vector<std::byte> good = recordTransfer(sample);
    Damage damage(seed);
    std::mt19937_64 random(seed);
    std::uint64_t committed = 0, refused = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        std::vector<std::byte> bytes = good;
        damage.apply(bytes);
        seal(bytes);
        TestDestination destination(sample, memory);
        auto fed = destination.feed(bytes, 1 + random() % 8192);
        refused += !fed;
        if (!fed) {
            ASSERT_FALSE(fed.error().message.empty());
        }
        committed += destination.side.state() == DestinationSide::State::Committed;
    }
    // Contents of pages are free; everything else was reached.
    EXPECT_GT(committed, rounds / 50);
    EXPECT_GT(refused, rounds / 10);
}

} // namespace
