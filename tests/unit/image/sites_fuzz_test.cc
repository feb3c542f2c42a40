// A fuzz target for the reader of site tables: whatever damage it lets pass must be safe to read. Deterministic;
// DYAD_FUZZ_ROUNDS=N runs longer, DYAD_FUZZ_SEED=N elsewhere. Under the sanitizers (tests/run.sh --sanitize) any bad
// access ends it.
#include "damage.h"
#include "image/isa_registers.h"
#include "sample_sites.h"

#include <gtest/gtest.h>

using namespace dyad;
using namespace dyad::test;

namespace {

/// Reads all that the table offers, as walking a stack would.
std::uint64_t readAll(const SiteTable& table) {
    std::uint64_t sum = 0;
    for (std::uint32_t f = 0; f < table.functionCount(); ++f) {
        const SiteTable::Function function = table.function(f);
        sum += function.name.size() + function.outermost;
        for (std::uint32_t s = 0; s < function.siteCount; ++s)
            sum += table.site(function.firstSite + s).index;
    }
    for (Isa isa : kIsas) {
        for (const MigrationPoint& point : table.points(isa))
            sum += point.nop + point.target;
        for (std::uint32_t i = 0; i < table.stopCount(isa); ++i) {
            const SiteTable::Stop stop = table.stop(isa, i);
            const SiteTable::Site site = table.site(stop.site);
            sum += table.functionAddress(isa, site.function) + table.resumeAddress(isa, site.function);
            EXPECT_EQ(stop.locations.size(), site.valueSizes.size());
            for (std::size_t v = 0; v < stop.locations.size(); ++v) {
                const SiteLocation& location = stop.locations[v];
                EXPECT_LE(location.size, site.valueSizes[v]);
                if (location.kind == LocationKind::Register)
                    EXPECT_TRUE(holdsValues(isa, location.reg));
                else if (location.kind == LocationKind::Memory)
                    EXPECT_LT(location.reg, generalRegisterCount(isa));
                else
                    sum += table.constant(location);
            }
            EXPECT_LT(stop.cfaRegister, generalRegisterCount(isa));
            for (const SavedRegister& saved : stop.saved)
                sum += saved.reg;
            const auto found = table.findStop(isa, stop.address);
            EXPECT_TRUE(found && found->site == stop.site);
        }
    }
    return sum;
}

TEST(SitesFuzz, DamagedTablesAreReadOrRefused) {
    const std::vector<std::byte> good = *SampleSites().table();
    const std::uint64_t rounds = fuzzNumber("DYAD_FUZZ_ROUNDS", 200000);
    Damage damage(fuzzNumber("DYAD_FUZZ_SEED", 1));
    std::uint64_t opened = 0, sum = 0;
    for (std::uint64_t round = 0; round < rounds && !::testing::Test::HasFailure(); ++round) {
        std::vector<std::byte> bytes = good;
        damage.apply(bytes);
        const auto table = SiteTable::open(bytes);
        if (!table) {
            ASSERT_FALSE(table.error().message.empty()) << "round " << round;
            continue;
        }
        ++opened;
        sum += readAll(*table);
    }
    EXPECT_NE(sum, 0u);
    EXPECT_GT(opened, rounds / 50); // offsets, constants and names are free: the rest was reached
    EXPECT_LT(opened, rounds / 2);
}

} // namespace
