// The monitor's state in a checkpoint.
#include "session/monitor_state.h"

#include <gtest/gtest.h>

using namespace dyad;

TEST(MonitorStateBytes, ComeBackAsTheyWere) {
    auto state = readMonitorState(writeMonitorState({4096, true, {0, 28}}));
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ(state->inputWanted, 4096u);
    EXPECT_TRUE(state->inputWait);
    EXPECT_EQ(state->untold[0], 0);
    EXPECT_EQ(state->untold[1], 28);
}

TEST(MonitorStateBytes, AreCheckedBeforeUse) {
    std::vector<std::byte> good = writeMonitorState({});
    EXPECT_TRUE(readMonitorState(good));
    EXPECT_FALSE(readMonitorState(std::span(good).first(good.size() - 1)));
    EXPECT_FALSE(readMonitorState({}));
    for (std::size_t word = 0; word < good.size() / 4; ++word) {
        std::vector<std::byte> bad = good;
        bad[word * 4 + 2] = std::byte{1}; // 65536
        EXPECT_FALSE(readMonitorState(bad)) << word;
    }
}
