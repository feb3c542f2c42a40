// Standard input and output over the rings.
#include "fake_machine.h"

using namespace libos;

namespace {

class Streams : public LibosTest {};

TEST_F(Streams, OutputIsNeverLostOrReordered) {
    control->tx_size = 1024; // forces waiting and wrapping
    start();
    std::string expected;
    for (int i = 0; i < 2000; ++i) {
        std::string text = std::to_string(i) + std::string(static_cast<std::size_t>(i % 700), 'x') + "\n";
        ASSERT_EQ(writeText(1 + i % 2, text), static_cast<long>(text.size()));
        expected += text;
    }
    monitor().step();
    EXPECT_EQ(monitor().output, expected);
}

TEST_F(Streams, InputArrivesByteForByte) {
    control->rx_size = 65536;
    std::string expected;
    for (int i = 0; i < 40; ++i) {
        monitor().input.push_back(
            std::string(static_cast<std::size_t>(1 + i * 997 % 30000), static_cast<char>('a' + i % 26)));
        expected += monitor().input.back();
    }
    start();
    std::string got;
    for (std::size_t size = 1;; size = size * 3 % 5000 + 1) {
        std::string part = readText(0, size);
        if (part.empty()) break;
        got += part;
    }
    EXPECT_EQ(got, expected);
    EXPECT_EQ(readText(0), ""); // end of file stays
}

TEST_F(Streams, ReadvDoesNotWaitForMoreThanThereIs) {
    monitor().inputEnds = false;
    monitor().input.push_back("abc");
    start();
    char a[3], b[3];
    LinuxIovec vectors[2] = {{a, 3}, {b, 3}};
    EXPECT_EQ(call(kReadv, 0, vectors, 2), 3);
}

TEST_F(Streams, WhatIsNotReadStaysWithTheMonitor) {
    monitor().input.push_back("abcdefgh");
    start();
    EXPECT_EQ(readText(0, 3), "abc");
    ASSERT_EQ(monitor().input.size(), 1u);
    EXPECT_EQ(monitor().input.front(), "defgh");
    char a[1], b[3];
    LinuxIovec vectors[2] = {{a, 1}, {b, 3}};
    EXPECT_EQ(call(kReadv, 0, vectors, 2), 4);
    EXPECT_EQ(monitor().inputRequests, 2u); // one for all buffers
    EXPECT_EQ(monitor().input.front(), "h");
}

TEST_F(Streams, ErrorsReachTheNextWriteAndFsync) {
    start();
    EXPECT_EQ(writeText(1, "good"), 4);
    monitor().outputErrno[1] = L_ENOSPC;
    EXPECT_EQ(writeText(1, "lost"), 4);
    EXPECT_EQ(call(kFsync, 1), -L_ENOSPC);
    EXPECT_EQ(call(kFsync, 1), -L_ENOSPC); // what is full stays full
    EXPECT_EQ(writeText(2, "fine"), 4);
    EXPECT_EQ(writeText(1, "more"), -L_ENOSPC);
    EXPECT_EQ(call(kClose, 1), -L_ENOSPC);
    EXPECT_EQ(monitor().standardError, "fine");
}

TEST_F(Streams, TheFirstWriteIsWaitedFor) {
    monitor().outputErrno[1] = L_ENOSPC;
    start();
    EXPECT_EQ(writeText(1, "lost"), -L_ENOSPC);
    EXPECT_EQ(writeText(1, "lost"), -L_ENOSPC);
}

TEST_F(Streams, LostOutputIsAFailureWhateverTheProgramSays) {
    start();
    EXPECT_EQ(writeText(1, "good"), 4);
    monitor().outputErrno[1] = L_ENOSPC;
    EXPECT_EQ(writeText(1, "lost"), 4);
    EXPECT_THROW(call(kExitGroup, 0), Halt);
    EXPECT_EQ(monitor().exitValue, 125);
}

TEST_F(Streams, ABrokenPipeRaisesSigpipe) {
    start();
    EXPECT_EQ(writeText(1, "w"), 1);
    monitor().outputErrno[1] = L_EPIPE;
    EXPECT_EQ(writeText(1, "x"), 1);
    monitor().step();
    EXPECT_THROW(writeText(1, "y"), Halt);
    EXPECT_EQ(monitor().exitKind, 1);
    EXPECT_EQ(monitor().exitValue, L_SIGPIPE);
}

TEST_F(Streams, IgnoredSigpipeGivesEpipe) {
    start();
    LinuxSigaction ignore = {1, 0, 0};
    ASSERT_EQ(call(kRtSigaction, L_SIGPIPE, &ignore, nullptr, 8ul), 0);
    EXPECT_EQ(writeText(1, "w"), 1);
    monitor().outputErrno[1] = L_EPIPE;
    EXPECT_EQ(writeText(1, "x"), 1);
    monitor().step();
    EXPECT_EQ(writeText(1, "y"), -L_EPIPE);
}

TEST_F(Streams, InputErrorsAreTheReadsErrors) {
    monitor().inputError = L_EIO;
    start();
    char byte;
    EXPECT_EQ(call(kRead, 0, &byte, 1ul), -L_EIO);
    EXPECT_EQ(call(kRead, 0, &byte, 1ul), 0);
}

TEST_F(Streams, PollAsksAndWaits) {
    monitor().inputEnds = false;
    start();
    LinuxPollfd polled[2] = {{0, L_POLLIN, 0}, {1, L_POLLOUT, 0}};
    LinuxTimespec none = {0, 0}, second = {1, 0};
    EXPECT_EQ(call(kPpoll, polled, 1ul, &none, nullptr, 8ul), 0);
    EXPECT_EQ(call(kPpoll, polled, 2ul, &none, nullptr, 8ul), 1);
    uint64_t before = fake->now;
    EXPECT_EQ(call(kPpoll, polled, 1ul, &second, nullptr, 8ul), 0);
    EXPECT_GE(fake->now - before, 900000000u);
    second = {1, 0};
    monitor().input.push_back("now");
    EXPECT_EQ(call(kPpoll, polled, 1ul, &second, nullptr, 8ul), 1);
    EXPECT_EQ(polled[0].revents, L_POLLIN);
    EXPECT_EQ(readText(0), "now");
    EXPECT_EQ(call(kPpoll, polled, 1ul, &none, nullptr, 8ul), 0);
}

TEST_F(Streams, NonBlockingInput) {
    monitor().inputEnds = false;
    start();
    ASSERT_EQ(call(kFcntl, 0, L_F_SETFL, L_O_NONBLOCK), 0);
    char byte;
    EXPECT_EQ(call(kRead, 0, &byte, 1ul), -L_EAGAIN);
    monitor().input.push_back("x");
    EXPECT_EQ(call(kRead, 0, &byte, 1ul), 1);
}

TEST_F(Streams, LookLikeWhatTheyAre) {
    control->stdio[0] = DYAD_STDIO_FILE;
    control->stdio[1] = DYAD_STDIO_TTY;
    control->stdio[2] = DYAD_STDIO_CLOSED;
    control->terminal_rows = 50;
    control->terminal_columns = 132;
    start();
    LinuxStat status;
    ASSERT_EQ(call(kFstat, 0, &status), 0);
    EXPECT_EQ(status.st_mode & L_S_IFMT, L_S_IFREG + 0u);
    ASSERT_EQ(call(kFstat, 1, &status), 0);
    EXPECT_EQ(status.st_mode & L_S_IFMT, L_S_IFCHR + 0u);
    EXPECT_EQ(call(kFstat, 2, &status), -L_EBADF);
    LinuxWinsize size;
    EXPECT_EQ(call(kIoctl, 0, L_TIOCGWINSZ, &size), -L_ENOTTY);
    ASSERT_EQ(call(kIoctl, 1, L_TIOCGWINSZ, &size), 0);
    EXPECT_EQ(size.columns, 132);
    EXPECT_EQ(openFile("/dev/null", L_O_RDONLY), 2); // the lowest free one
    long terminal = openFile("/dev/tty", L_O_RDWR);
    EXPECT_EQ(writeText(terminal, "hi"), 2);
    monitor().step();
    EXPECT_EQ(monitor().standardOutput, "hi");
}

} // namespace
