// The words of --hop.
#include "session/hop.h"

#include <gtest/gtest.h>

using namespace dyad;

namespace {

HopPlan plan(const std::string& text) {
    auto parsed = HopPlan::parse(text);
    EXPECT_TRUE(parsed) << text << ": " << parsed.error().message;
    return parsed ? *parsed : HopPlan{};
}

TEST(HopPlan, TakesTimesAndPoints) {
    EXPECT_EQ(plan("every=500us").everyNs, 500'000u);
    EXPECT_EQ(plan("every=20ms,count=100").everyNs, 20'000'000u);
    EXPECT_EQ(plan("every=20ms,count=100").count, 100u);
    EXPECT_EQ(plan("every=1s").everyNs, 1'000'000'000u);
    EXPECT_TRUE(plan("every=random").random);
    HopPlan points = plan("points=1000,min=3,isa=same");
    EXPECT_EQ(points.points, 1000u);
    EXPECT_EQ(points.least, 3u);
    EXPECT_TRUE(points.sameIsa);
    EXPECT_EQ(points.count, UINT64_MAX);
    EXPECT_FALSE(plan("points=1").sameIsa);
}

TEST(HopPlan, CountsUpToThePointThatStops) {
    EXPECT_EQ(Hopper::firstSkip(plan("points=1000")), 999u);
    EXPECT_NE(Hopper::firstRequest(plan("points=1000")), 0u);
    EXPECT_EQ(Hopper::firstRequest(plan("points=1000,count=0")), 0u);
    EXPECT_EQ(Hopper::firstRequest(plan("every=1s")), 0u);
}

TEST(HopPlan, RefusesEverythingElse) {
    for (const char* text :
         {"", "count=3", "points=0", "points=4294967296", "points=-1", "points=", "points", "every=5", "every=0ms",
          "every=5h", "every=ms", "every=99999999999999999999s", "every=1s,points=2", "points=5,isa=arm",
          "points=5,fly=1", "points=5,,count=2", "points=5 ", "points=5,min=x"})
        EXPECT_FALSE(HopPlan::parse(text)) << text;
}

} // namespace
