// How much is on its way: more while it is dealt with at once, less while it queues or somebody waits.
#include "session/stream_window.h"

#include <gtest/gtest.h>

using namespace dyad;

namespace {

constexpr std::uint64_t kMs = 1'000'000;

/// Fills the window; what was written is dealt with after `delayNs`.
struct Line {
    StreamWindow window;
    std::uint64_t written = 0, nowNs = 1000 * kMs;
    std::uint64_t round(std::uint64_t delayNs) {
        const std::uint64_t room = window.room();
        written += room;
        window.wrote(written, nowNs);
        EXPECT_EQ(window.room(), 0u);
        nowNs += delayNs;
        window.got(written, nowNs);
        return room;
    }
};

TEST(StreamWindow, GrowsOnAQuickLine) {
    Line line;
    EXPECT_EQ(line.round(kMs / 10), StreamWindow::kLeast);
    for (int i = 0; i < 20; ++i)
        line.round(kMs / 10);
    EXPECT_EQ(line.round(kMs / 10), StreamWindow::kMost);
}

TEST(StreamWindow, StaysSmallWhereBytesQueue) {
    Line line;
    line.round(kMs / 10);
    for (int i = 0; i < 20; ++i)
        line.round(line.window.room() / 10'000 * kMs); // 10 MB/s
    EXPECT_LE(line.round(kMs), 2 * StreamWindow::kLeast);
}

TEST(StreamWindow, ShrinksWhenSomebodyWaits) {
    Line line;
    for (int i = 0; i < 20; ++i)
        line.round(kMs / 10);
    line.window.urgent(line.nowNs);
    EXPECT_EQ(line.window.room(), StreamWindow::kMostUrgent);
    // What queued for less than a millisecond is too much now.
    for (int i = 0; i < 20; ++i) {
        line.window.urgent(line.nowNs);
        line.round(kMs / 2);
    }
    EXPECT_LE(line.window.room(), 2 * StreamWindow::kLeast);
}

TEST(StreamWindow, LetsNobodyDealWithMoreThanWasWritten) {
    Line line;
    line.window.got(1 << 30, line.nowNs);
    EXPECT_EQ(line.window.room(), StreamWindow::kLeast);
    EXPECT_EQ(line.round(kMs / 10), StreamWindow::kLeast);
}

} // namespace
