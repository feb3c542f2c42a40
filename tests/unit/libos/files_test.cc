// Open files: flags, positions, holes, sizes, descriptors, pipes.
#include "fake_machine.h"

#include "libos/portable/regions.h"

using namespace libos;

namespace {

class Files : public LibosTest {
  protected:
    Files() { start(); }
};

TEST_F(Files, OpenFlagsMeanWhatPosixSays) {
    makeFile("/f", "hello");
    EXPECT_EQ(openFile("/f", L_O_CREAT | L_O_EXCL | L_O_RDWR), -L_EEXIST);
    EXPECT_EQ(openFile("/f", L_O_DIRECTORY), -L_ENOTDIR);
    EXPECT_EQ(openFile("/tmp", L_O_WRONLY), -L_EISDIR);
    EXPECT_EQ(openFile("/tmp", L_O_RDONLY | L_O_CREAT), -L_EISDIR);
    EXPECT_EQ(openFile("/new/", L_O_WRONLY | L_O_CREAT), -L_EISDIR);
    long reader = openFile("/f", L_O_RDONLY), writer = openFile("/f", L_O_WRONLY);
    EXPECT_EQ(writeText(reader, "x"), -L_EBADF);
    char byte;
    EXPECT_EQ(call(kRead, writer, &byte, 1ul), -L_EBADF);
    EXPECT_EQ(call(kRead, 77, &byte, 1ul), -L_EBADF);
    EXPECT_EQ(call(kRead, reader, 8ul, 1ul), -L_EFAULT);
    long append = openFile("/f", L_O_WRONLY | L_O_APPEND);
    EXPECT_EQ(call(kLseek, append, 0, L_SEEK_SET), 0);
    EXPECT_EQ(writeText(append, "!"), 1);
    EXPECT_EQ(contentOf("/f"), "hello!");
    openFile("/f", L_O_WRONLY | L_O_TRUNC);
    EXPECT_EQ(contentOf("/f"), "");
}

TEST_F(Files, UnlinkedFilesLiveUntilClosedAndGiveTheirMemoryBack) {
    uint64_t before = arena.freeBytes();
    long fd = openFile("/big", L_O_RDWR | L_O_CREAT);
    std::string block(1 << 20, 'b');
    for (int i = 0; i < 10; ++i)
        ASSERT_EQ(writeText(fd, block), 1 << 20);
    EXPECT_LT(arena.freeBytes() + (10u << 20), before + (1u << 20));
    ASSERT_EQ(removeFile("/big"), 0);
    EXPECT_EQ(call(kLseek, fd, 5, L_SEEK_SET), 5);
    EXPECT_EQ(readText(fd, 3), "bbb");
    ASSERT_EQ(call(kClose, fd), 0);
    EXPECT_GT(arena.freeBytes() + (64u << 10), before);
}

TEST_F(Files, HolesReadAsZeroAndTakeNoMemory) {
    long fd = openFile("/sparse", L_O_RDWR | L_O_CREAT);
    uint64_t before = arena.freeBytes();
    ASSERT_EQ(call(kPwrite64, fd, "end", 3ul, 1l << 40), 3);
    EXPECT_LT(before - arena.freeBytes(), 1u << 20);
    LinuxStat status;
    ASSERT_EQ(call(kFstat, fd, &status), 0);
    EXPECT_EQ(status.st_size, (1l << 40) + 3);
    EXPECT_LT(status.st_blocks, 1000);
    EXPECT_EQ(readText(fd, 10), std::string(10, 0));
    EXPECT_EQ(call(kLseek, fd, 0, L_SEEK_DATA), 1l << 40);
    EXPECT_EQ(call(kLseek, fd, 0, L_SEEK_HOLE), 0);
    EXPECT_EQ(call(kLseek, fd, 0, L_SEEK_END), (1l << 40) + 3);
    EXPECT_EQ(call(kLseek, fd, -1, L_SEEK_SET), -L_EINVAL);
    EXPECT_EQ(call(kPwrite64, fd, "x", 1ul, 1l << 50), -L_EFBIG);
    EXPECT_EQ(call(kFtruncate, fd, 1l << 50), -L_EFBIG);
}

TEST_F(Files, ShrinkingForgetsWhatWasBehind) {
    for (long size : {10l, 3000l, 65536l, 200000l}) {
        long fd = openFile("/f", L_O_RDWR | L_O_CREAT | L_O_TRUNC);
        ASSERT_EQ(writeText(fd, std::string(static_cast<std::size_t>(size), 'x')), size);
        ASSERT_EQ(call(kFtruncate, fd, 5), 0);
        ASSERT_EQ(call(kFtruncate, fd, size), 0);
        EXPECT_EQ(contentOf("/f"), "xxxxx" + std::string(static_cast<std::size_t>(size) - 5, 0));
        call(kClose, fd);
    }
}

TEST_F(Files, FullMemoryIsEnospcAndNothingIsLost) {
    long fd = openFile("/f", L_O_RDWR | L_O_CREAT);
    std::string block(1 << 20, 'x');
    long total = 0, result;
    while ((result = writeText(fd, block)) > 0)
        total += result;
    EXPECT_EQ(result, -L_ENOSPC);
    LinuxStat status;
    ASSERT_EQ(call(kFstat, fd, &status), 0);
    EXPECT_EQ(status.st_size, total);
    EXPECT_GT(total, static_cast<long>(arenaSize) * 9 / 10);
    ASSERT_EQ(call(kFtruncate, fd, 0), 0);
    EXPECT_EQ(writeText(fd, block), 1 << 20);
    EXPECT_TRUE(arena.consistent());
}

TEST_F(Files, DescriptorsAreTheLowestFree) {
    long a = openFile("/dev/null", L_O_RDONLY), b = openFile("/dev/null", L_O_RDONLY);
    EXPECT_EQ(a, 3);
    EXPECT_EQ(b, 4);
    ASSERT_EQ(call(kClose, a), 0);
    EXPECT_EQ(call(kDup, b), 3);
    EXPECT_EQ(call(kFcntl, b, L_F_DUPFD, 10), 10);
    EXPECT_EQ(call(kDup3, b, 20, L_O_CLOEXEC), 20);
    EXPECT_EQ(call(kFcntl, 20, L_F_GETFD), L_FD_CLOEXEC);
    EXPECT_EQ(call(kFcntl, 10, L_F_GETFD), 0);
    EXPECT_EQ(call(kDup3, b, b, 0), -L_EINVAL);
    EXPECT_EQ(call(kDup3, 99, 21, 0), -L_EBADF);
    EXPECT_EQ(call(kDup3, b, 5000000, 0), -L_EBADF);
    EXPECT_EQ(openFile("/dev/null", L_O_RDONLY), 5);
    EXPECT_EQ(call(kClose, 99), -L_EBADF);
    long last = 0, fd;
    while ((fd = openFile("/dev/null", L_O_RDONLY)) >= 0)
        last = fd;
    EXPECT_EQ(fd, -L_EMFILE);
    EXPECT_EQ(last, 1023);
    EXPECT_EQ(openFile("/none", L_O_CREAT | L_O_WRONLY), -L_EMFILE);
    LinuxStat status;
    EXPECT_EQ(statFile("/none", status), -L_ENOENT); // no file is left behind
}

TEST_F(Files, DuplicatesShareTheOffsetAndFlags) {
    makeFile("/f", "abcdef");
    long fd = openFile("/f", L_O_RDWR), copy = call(kDup, fd);
    EXPECT_EQ(readText(fd, 2), "ab");
    EXPECT_EQ(readText(copy, 2), "cd");
    EXPECT_EQ(call(kFcntl, copy, L_F_SETFL, L_O_APPEND | L_O_NONBLOCK), 0);
    EXPECT_EQ(call(kFcntl, fd, L_F_GETFL) & ~L_O_LARGEFILE, L_O_RDWR | L_O_APPEND | L_O_NONBLOCK);
}

TEST_F(Files, VectorsAndPositions) {
    long fd = openFile("/f", L_O_RDWR | L_O_CREAT);
    char one[] = "one", two[] = "two";
    LinuxIovec out[2] = {{one, 3}, {two, 3}};
    EXPECT_EQ(call(kWritev, fd, out, 2), 6);
    EXPECT_EQ(call(kPwrite64, fd, "X", 1ul, 1), 1);
    char a[4] = {}, b[4] = {};
    LinuxIovec in[2] = {{a, 3}, {b, 3}};
    EXPECT_EQ(call(kLseek, fd, 0, L_SEEK_SET), 0);
    EXPECT_EQ(call(kReadv, fd, in, 2), 6);
    EXPECT_STREQ(a, "oXe");
    EXPECT_STREQ(b, "two");
    EXPECT_EQ(call(kPread64, fd, a, 3ul, -1), -L_EINVAL);
    EXPECT_EQ(call(kReadv, fd, in, -1), -L_EINVAL);
    EXPECT_EQ(call(kReadv, fd, in, 2000), -L_EINVAL);
}

TEST_F(Files, CopiesBetweenFiles) {
    std::string text(100000, 0);
    for (std::size_t i = 0; i < text.size(); ++i)
        text[i] = static_cast<char>(i * 7);
    makeFile("/a", text);
    long from = openFile("/a", L_O_RDONLY), to = openFile("/b", L_O_RDWR | L_O_CREAT);
    EXPECT_EQ(call(kSendfile, to, from, nullptr, text.size() + 5), static_cast<long>(text.size()));
    EXPECT_EQ(contentOf("/b"), text);
    int64_t start = 99990;
    EXPECT_EQ(call(kCopyFileRange, from, &start, to, nullptr, 100ul, 0u), 10);
    EXPECT_EQ(start, 100000);
}

TEST_F(Files, TimesModesAndUmask) {
    EXPECT_EQ(call(kUmask, 027), 022);
    long fd = openFile("/f", L_O_RDWR | L_O_CREAT, 0666);
    LinuxStat status;
    ASSERT_EQ(call(kFstat, fd, &status), 0);
    EXPECT_EQ(status.st_mode, L_S_IFREG | 0640u);
    LinuxTimespec times[2] = {{11, 22}, {33, L_UTIME_OMIT}};
    LinuxTimespec before = status.st_mtim;
    ASSERT_EQ(call(kUtimensat, kHere, "/f", times, 0), 0);
    ASSERT_EQ(call(kFstat, fd, &status), 0);
    EXPECT_EQ(status.st_atim.seconds, 11);
    EXPECT_EQ(status.st_mtim.nanoseconds, before.nanoseconds);
    times[1].nanoseconds = kNanosleep * 1000000000;
    EXPECT_EQ(call(kUtimensat, kHere, "/f", times, 0), -L_EINVAL);
    EXPECT_EQ(call(kFaccessat, kHere, "/f", 1), -L_EACCES);
    EXPECT_EQ(call(kFchmodat, kHere, "/f", 0755), 0);
    EXPECT_EQ(call(kFaccessat, kHere, "/f", 7), 0);
    EXPECT_EQ(writeText(fd, "x"), 1);
    LinuxStatx extended;
    ASSERT_EQ(call(kStatx, kHere, "/f", 0, 0xfff, &extended), 0);
    EXPECT_EQ(extended.size, 1u);
    EXPECT_GT(extended.mtime.seconds, 1600000000);
}

TEST_F(Files, PipesKeepOrderAndReportTheirEnds) {
    int fds[2];
    ASSERT_EQ(call(kPipe2, fds, 0), 0);
    EXPECT_EQ(writeText(fds[1], "hello"), 5);
    EXPECT_EQ(readText(fds[0], 3), "hel");
    EXPECT_EQ(readText(fds[0], 30), "lo");
    char byte;
    EXPECT_EQ(call(kRead, fds[0], &byte, 1ul), -L_EDEADLK); // nobody else could ever write
    EXPECT_EQ(call(kFcntl, fds[0], L_F_SETFL, L_O_NONBLOCK), 0);
    EXPECT_EQ(call(kRead, fds[0], &byte, 1ul), -L_EAGAIN);
    EXPECT_EQ(call(kLseek, fds[0], 0, L_SEEK_CUR), -L_ESPIPE);
    EXPECT_EQ(call(kFcntl, fds[1], L_F_SETFL, L_O_NONBLOCK), 0);
    std::string block(70000, 'x');
    EXPECT_EQ(writeText(fds[1], block), 65536);
    EXPECT_EQ(writeText(fds[1], "y"), -L_EAGAIN);
    LinuxPollfd polled[2] = {{fds[0], L_POLLIN, 0}, {fds[1], L_POLLOUT, 0}};
    LinuxTimespec none = {0, 0};
    EXPECT_EQ(call(kPpoll, polled, 2ul, &none, nullptr, 8ul), 1);
    EXPECT_EQ(polled[0].revents, L_POLLIN);
    ASSERT_EQ(call(kClose, fds[1]), 0);
    EXPECT_EQ(readText(fds[0]).size(), 65536u);
    EXPECT_EQ(call(kRead, fds[0], &byte, 1ul), 0);
    EXPECT_EQ(call(kPpoll, polled, 1ul, &none, nullptr, 8ul), 1);
    EXPECT_EQ(polled[0].revents, L_POLLHUP);
}

} // namespace
