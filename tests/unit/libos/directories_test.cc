// Names: directories, links, renaming, and the errors POSIX promises for each.
#include "fake_machine.h"

#include <algorithm>
#include <set>

using namespace libos;

namespace {

class Directories : public LibosTest {
  protected:
    Directories() { start(); }
};

TEST_F(Directories, HaveDotEntriesAndTheRightLinkCounts) {
    ASSERT_EQ(makeDirectory("/a"), 0);
    ASSERT_EQ(makeDirectory("/a/b"), 0);
    LinuxStat status;
    ASSERT_EQ(statFile("/a", status), 0);
    EXPECT_EQ(status.st_nlink, 3u);
    ASSERT_EQ(removeDirectory("/a/b"), 0);
    ASSERT_EQ(statFile("/a", status), 0);
    EXPECT_EQ(status.st_nlink, 2u);
    EXPECT_EQ(status.st_mode, L_S_IFDIR | 0755u);
}

TEST_F(Directories, ReportTheErrorsOfMkdirAndRmdir) {
    ASSERT_EQ(makeDirectory("/a"), 0);
    makeFile("/f", "x");
    EXPECT_EQ(makeDirectory("/a"), -L_EEXIST);
    EXPECT_EQ(makeDirectory("/f"), -L_EEXIST);
    EXPECT_EQ(makeDirectory("/none/b"), -L_ENOENT);
    EXPECT_EQ(makeDirectory("/f/b"), -L_ENOTDIR);
    EXPECT_EQ(makeDirectory(""), -L_ENOENT);
    EXPECT_EQ(makeDirectory("/trailing/"), 0);
    EXPECT_EQ(makeDirectory("/" + std::string(256, 'n')), -L_ENAMETOOLONG);
    EXPECT_EQ(makeDirectory(std::string(5000, '/')), -L_ENAMETOOLONG);
    EXPECT_EQ(removeDirectory("/f"), -L_ENOTDIR);
    EXPECT_EQ(removeDirectory("/"), -L_EBUSY);
    EXPECT_EQ(removeDirectory("/a/."), -L_EINVAL);
    makeFile("/a/inside", "");
    EXPECT_EQ(removeDirectory("/a"), -L_ENOTEMPTY);
    EXPECT_EQ(removeFile("/a"), -L_EISDIR);
    EXPECT_EQ(removeFile("/none"), -L_ENOENT);
    EXPECT_EQ(removeFile("/f/"), -L_ENOTDIR);
}

TEST_F(Directories, AreReadWholeWithAnyBufferSize) {
    ASSERT_EQ(makeDirectory("/d"), 0);
    std::set<std::string> expected;
    for (int i = 0; i < 3000; ++i) {
        std::string name = "file" + std::to_string(i);
        expected.insert(name);
        makeFile("/d/" + name, "");
    }
    for (std::size_t step : {64u, 1000u, 32768u}) {
        std::vector<std::string> names = namesIn("/d", step);
        EXPECT_EQ(names.size(), expected.size());
        EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), expected);
    }
    long fd = openFile("/d", L_O_RDONLY);
    char small[8];
    EXPECT_EQ(call(kGetdents64, fd, small, sizeof small), -L_EINVAL);
}

// The loop that rm -r runs: what is read next must not depend on what was removed.
TEST_F(Directories, CanBeEmptiedWhileTheyAreRead) {
    ASSERT_EQ(makeDirectory("/d"), 0);
    for (int i = 0; i < 500; ++i)
        makeFile("/d/" + std::to_string(i), "");
    long fd = openFile("/d", L_O_RDONLY);
    char buffer[256];
    int removed = 0;
    for (long size; (size = call(kGetdents64, fd, buffer, sizeof buffer)) > 0;)
        for (long at = 0; at < size;) {
            std::string name = buffer + at + 19;
            if (name[0] != '.') {
                EXPECT_EQ(removeFile("/d/" + name), 0);
                ++removed;
            }
            at += *reinterpret_cast<uint16_t*>(buffer + at + 16);
        }
    EXPECT_EQ(removed, 500);
    EXPECT_EQ(removeDirectory("/d"), 0);
}

TEST_F(Directories, CurrentDirectoryFollowsRenames) {
    ASSERT_EQ(makeDirectory("/a"), 0);
    ASSERT_EQ(makeDirectory("/a/b"), 0);
    ASSERT_EQ(call(kChdir, "/a/b"), 0);
    ASSERT_EQ(renameFile("/a", "/moved"), 0);
    char path[64];
    EXPECT_EQ(call(kGetcwd, path, sizeof path), 9);
    EXPECT_STREQ(path, "/moved/b");
    EXPECT_EQ(call(kGetcwd, path, 4ul), -L_ERANGE);
    makeFile("../here", "text");
    EXPECT_EQ(contentOf("/moved/here"), "text");
    ASSERT_EQ(removeDirectory("/moved/b"), 0);
    EXPECT_EQ(call(kGetcwd, path, sizeof path), -L_ENOENT);
    EXPECT_EQ(openFile("new", L_O_CREAT | L_O_WRONLY), -L_ENOENT);
}

TEST_F(Directories, SymbolicLinksAreFollowedAndLoopsEnd) {
    ASSERT_EQ(makeDirectory("/d"), 0);
    makeFile("/d/f", "content");
    ASSERT_EQ(symlinkFile("d", "/link"), 0);
    ASSERT_EQ(symlinkFile("/link/f", "/file"), 0);
    ASSERT_EQ(symlinkFile("b", "/a"), 0);
    ASSERT_EQ(symlinkFile("a", "/b"), 0);
    ASSERT_EQ(symlinkFile("missing", "/dangling"), 0);
    EXPECT_EQ(contentOf("/file"), "content");
    EXPECT_EQ(contentOf("/link/../d/f"), "content");
    LinuxStat status;
    EXPECT_EQ(statFile("/a", status), -L_ELOOP);
    ASSERT_EQ(statFile("/a", status, L_AT_SYMLINK_NOFOLLOW), 0);
    EXPECT_EQ(status.st_mode & L_S_IFMT, L_S_IFLNK + 0u);
    EXPECT_EQ(status.st_size, 1);
    EXPECT_EQ(openFile("/file", L_O_RDONLY | L_O_NOFOLLOW), -L_ELOOP);
    EXPECT_EQ(openFile("/dangling", L_O_RDONLY), -L_ENOENT);
    EXPECT_EQ(openFile("/dangling", L_O_CREAT | L_O_EXCL | L_O_WRONLY), -L_EEXIST);
    long fd = openFile("/dangling", L_O_CREAT | L_O_WRONLY);
    EXPECT_GE(fd, 0);
    EXPECT_EQ(statFile("/missing", status), 0);
    EXPECT_EQ(statFile("/file/", status), -L_ENOTDIR);
    EXPECT_EQ(statFile("/link/", status, L_AT_SYMLINK_NOFOLLOW), 0);
    EXPECT_EQ(status.st_mode & L_S_IFMT, L_S_IFDIR + 0u);
    char target[16] = {};
    EXPECT_EQ(call(kReadlinkat, kHere, "/link", target, 16ul), 1);
    EXPECT_EQ(call(kReadlinkat, kHere, "/d/f", target, 16ul), -L_EINVAL);
    EXPECT_EQ(removeDirectory("/link"), -L_ENOTDIR);
    EXPECT_EQ(symlinkFile("", "/empty"), -L_ENOENT);
}

TEST_F(Directories, HardLinksShareAFile) {
    makeFile("/one", "1");
    ASSERT_EQ(linkFile("/one", "/two"), 0);
    long fd = openFile("/two", L_O_WRONLY | L_O_APPEND);
    EXPECT_EQ(writeText(fd, "2"), 1);
    EXPECT_EQ(contentOf("/one"), "12");
    LinuxStat status;
    ASSERT_EQ(statFile("/one", status), 0);
    EXPECT_EQ(status.st_nlink, 2u);
    ASSERT_EQ(removeFile("/one"), 0);
    EXPECT_EQ(contentOf("/two"), "12");
    EXPECT_EQ(linkFile("/two", "/two"), -L_EEXIST);
    EXPECT_EQ(linkFile("/tmp", "/dir"), -L_EPERM);
    EXPECT_EQ(linkFile("/one", "/three"), -L_ENOENT);
}

TEST_F(Directories, RenameFollowsItsRules) {
    makeFile("/f", "f");
    makeFile("/g", "g");
    ASSERT_EQ(makeDirectory("/d"), 0);
    ASSERT_EQ(makeDirectory("/d/sub"), 0);
    ASSERT_EQ(makeDirectory("/e"), 0);
    EXPECT_EQ(renameFile("/f", "/g"), 0);
    EXPECT_EQ(contentOf("/g"), "f");
    EXPECT_EQ(renameFile("/f", "/x"), -L_ENOENT);
    EXPECT_EQ(renameFile("/g", "/d"), -L_EISDIR);
    EXPECT_EQ(renameFile("/d", "/g"), -L_ENOTDIR);
    EXPECT_EQ(renameFile("/e", "/d"), -L_ENOTEMPTY);
    EXPECT_EQ(renameFile("/d", "/d/sub/deeper"), -L_EINVAL);
    EXPECT_EQ(renameFile("/g", "/new/"), -L_ENOTDIR);
    EXPECT_EQ(renameFile("/d/.", "/q"), -L_EBUSY);
    EXPECT_EQ(renameFile("/d", "/e"), 0);
    LinuxStat status;
    EXPECT_EQ(statFile("/e/sub", status), 0);
    EXPECT_EQ(statFile("/e/sub/..", status), 0);
    EXPECT_EQ(statFile("/d", status), -L_ENOENT);
    ASSERT_EQ(linkFile("/g", "/same"), 0);
    EXPECT_EQ(renameFile("/g", "/same"), 0); // two names of one file stay
    EXPECT_EQ(statFile("/g", status), 0);
    EXPECT_EQ(renameFile("/g", "/same", L_RENAME_NOREPLACE), -L_EEXIST);
    makeFile("/h", "h");
    EXPECT_EQ(renameFile("/h", "/e", L_RENAME_EXCHANGE), 0);
    EXPECT_EQ(contentOf("/e"), "h");
    EXPECT_EQ(statFile("/h/sub", status), 0);
    ASSERT_EQ(statFile("/", status), 0);
    uint32_t directories = 2;
    for (const std::string& name : namesIn("/"))
        if (LinuxStat one; statFile("/" + name, one) == 0 && (one.st_mode & L_S_IFMT) == L_S_IFDIR) ++directories;
    EXPECT_EQ(status.st_nlink, directories);
}

TEST_F(Directories, SystemFilesExist) {
    long fd = openFile("/dev/zero", L_O_RDWR);
    EXPECT_EQ(readText(fd, 3), std::string(3, 0));
    fd = openFile("/dev/full", L_O_RDWR);
    EXPECT_EQ(writeText(fd, "x"), -L_ENOSPC);
    fd = openFile("/dev/null", L_O_RDWR);
    EXPECT_EQ(writeText(fd, "xyz"), 3);
    EXPECT_EQ(readText(fd, 3), "");
    fd = openFile("/dev/urandom", L_O_RDONLY);
    EXPECT_NE(readText(fd, 32), readText(fd, 32));
    EXPECT_EQ(openFile("/dev/tty", L_O_RDWR), -L_ENXIO);
    char target[64] = {};
    EXPECT_GT(call(kReadlinkat, kHere, "/proc/self/exe", target, 64ul), 0);
    EXPECT_STREQ(target, "/program");
}

TEST_F(Directories, DescriptorsAppearInProc) {
    makeFile("/tmp/f", "abc");
    long fd = openFile("/tmp/f", L_O_RDONLY);
    std::string path = "/proc/self/fd/" + std::to_string(fd);
    char target[64] = {};
    EXPECT_EQ(call(kReadlinkat, kHere, path.c_str(), target, 64ul), 6);
    EXPECT_STREQ(target, "/tmp/f");
    EXPECT_EQ(contentOf("/dev/fd/" + std::to_string(fd)), "abc");
    EXPECT_EQ(openFile("/proc/self/fd/99", L_O_RDONLY), -L_ENOENT);
    std::vector<std::string> names = namesIn("/proc/self/fd");
    EXPECT_TRUE(std::count(names.begin(), names.end(), std::to_string(fd)));
    long standardOutput = openFile("/dev/stdout", L_O_WRONLY);
    EXPECT_EQ(writeText(standardOutput, "out"), 3);
    monitor().step();
    EXPECT_EQ(monitor().standardOutput, "out");
}

} // namespace
