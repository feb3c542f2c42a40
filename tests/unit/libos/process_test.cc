// The process: exit, limits, unknown calls, and copying files in and out.
#include "fake_machine.h"

using namespace libos;

namespace {

class Process : public LibosTest {};

TEST_F(Process, ExitSendsEverythingFirst) {
    start();
    writeText(1, "last words");
    EXPECT_THROW(call(kExitGroup, 300), Halt);
    EXPECT_EQ(monitor().standardOutput, "last words");
    EXPECT_EQ(monitor().syncs, 2u); // for the first write, and at the end
    EXPECT_EQ(monitor().exitKind, 0);
    EXPECT_EQ(monitor().exitValue, 300 & 255);
}

TEST_F(Process, UnknownCallsAreLoggedOnce) {
    start();
    EXPECT_EQ(call(198, 1, 2, 3), -L_ENOSYS);
    EXPECT_EQ(call(198, 1, 2, 3), -L_ENOSYS);
    EXPECT_EQ(call(kClone, 17), -L_ENOSYS);
    EXPECT_EQ(call(kClone, 0x7d0f00), -L_EAGAIN);
    EXPECT_EQ(call(443), -L_ENOSYS);
    EXPECT_EQ(call(100000), -L_ENOSYS);
    EXPECT_EQ(call(-5), -L_ENOSYS);
    monitor().step();
    ASSERT_EQ(monitor().logs.size(), 4u);
    EXPECT_EQ(monitor().logs[0], "unsupported system call socket (198)");
    EXPECT_EQ(monitor().logs[1], "unsupported system call clone (220): a Dyad program is one process with one thread");
    EXPECT_EQ(monitor().logs[2], "unknown system call 443");
}

TEST_F(Process, StraceNamesCalls) {
    control->flags = DYAD_FLAG_STRACE;
    start();
    call(kClose, 99);
    monitor().step();
    ASSERT_EQ(monitor().logs.size(), 1u);
    EXPECT_EQ(monitor().logs[0], "close(99, 0, 0, 0, 0, 0) = -9");
}

TEST_F(Process, ThreadsAndForksAreRefused) {
    start();
    EXPECT_EQ(call(kClone, 0x7d0f00), -L_EAGAIN);
    EXPECT_EQ(call(kClone, 17), -L_ENOSYS);
    uint32_t word = 1;
    EXPECT_EQ(call(kFutex, &word, 0, 2u, nullptr), -L_EAGAIN);
    LinuxTimespec second = {1, 0};
    EXPECT_EQ(call(kFutex, &word, 0, 1u, &second), -L_ETIMEDOUT);
    EXPECT_EQ(call(kFutex, &word, 1, 1u, nullptr), 0);
}

TEST_F(Process, IsTheSameOnEveryIsa) {
    start();
    LinuxUtsname name;
    ASSERT_EQ(call(kUname, &name), 0);
    EXPECT_STREQ(name.sysname, "Linux");
    EXPECT_STREQ(name.machine, "dyad");
}

TEST_F(Process, RandomBytesDependOnTheSeed) {
    start();
    uint8_t a[100], b[100];
    EXPECT_EQ(call(kGetrandom, a, 100ul, 0), 100);
    EXPECT_EQ(call(kGetrandom, b, 100ul, 0), 100);
    EXPECT_NE(std::string(a, a + 100), std::string(b, b + 100));
}

TEST_F(Process, FilesComeInAndGoOut) {
    control->flags = DYAD_FLAG_FILES_IN | DYAD_FLAG_FILES_OUT;
    FakeMonitor& m = monitor();
    m.sendFile(DYAD_FRAME_FILE_DIRECTORY, "", L_S_IFDIR | 0755, 0);
    m.sendFile(DYAD_FRAME_FILE_DIRECTORY, "etc", L_S_IFDIR | 0700, 0);
    m.sendFile(DYAD_FRAME_FILE_REGULAR, "etc/passwd", L_S_IFREG | 0600, 100000);
    std::string content(100000, 'p');
    for (std::size_t at = 0; at < content.size(); at += 30000) {
        std::string part = content.substr(at, 30000);
        m.send(DYAD_FRAME_FILE_DATA, part.data(), part.size());
    }
    m.sendFile(DYAD_FRAME_FILE_LINK, "etc/copy", L_S_IFREG | 0600, 10, "etc/passwd");
    m.sendFile(DYAD_FRAME_FILE_SYMLINK, "link", L_S_IFLNK | 0777, 10, "etc/passwd");
    const int32_t end[2] = {0, 0};
    m.send(DYAD_FRAME_FILES_END, end, sizeof end);
    start();
    EXPECT_EQ(contentOf("/link"), content);
    LinuxStat status;
    ASSERT_EQ(statFile("/etc/copy", status), 0);
    EXPECT_EQ(status.st_nlink, 2u);
    EXPECT_EQ(status.st_mode, L_S_IFREG | 0600u);
    EXPECT_EQ(status.st_mtim.nanoseconds, 123456789);
    ASSERT_EQ(makeDirectory("/new"), 0);
    makeFile("/new/file", "made here");
    ASSERT_EQ(removeFile("/link"), 0);
    makeFile("/tmp/t", "t");
    EXPECT_THROW(call(kExitGroup, 0), Halt);
    EXPECT_TRUE(m.filesEnded);
    EXPECT_EQ(m.exitKind, 0);
    EXPECT_EQ(m.filesOut["etc/passwd"].content, content);
    EXPECT_TRUE(m.filesOut["etc/copy"].link);
    EXPECT_EQ(m.filesOut["etc/copy"].target, "etc/passwd");
    EXPECT_EQ(m.filesOut["new/file"].content, "made here");
    EXPECT_EQ(m.filesOut["tmp/t"].content, "t");
    EXPECT_EQ(m.filesOut["etc/passwd"].mode, L_S_IFREG | 0600u);
    EXPECT_FALSE(m.filesOut.count("link"));
    EXPECT_FALSE(m.filesOut.count("dev"));
    EXPECT_FALSE(m.filesOut.count("proc"));
    EXPECT_EQ(m.fileOrder.front(), "");
}

TEST_F(Process, FilesThatDoNotFitAreAClearError) {
    arenaSize = 1 << 20;
    control->flags = DYAD_FLAG_FILES_IN;
    monitor().sendFile(DYAD_FRAME_FILE_REGULAR, "big", L_S_IFREG | 0644, 2 << 20);
    std::string part(32000, 'x');
    for (int i = 0; i < 70; ++i)
        monitor().send(DYAD_FRAME_FILE_DATA, part.data(), part.size());
    try {
        start();
        FAIL();
    } catch (const Crash& crash) {
        EXPECT_EQ(crash.cause, static_cast<uint32_t>(DYAD_CRASH_PANIC));
        EXPECT_NE(crash.message.find("--mem"), std::string::npos);
    }
}

} // namespace
