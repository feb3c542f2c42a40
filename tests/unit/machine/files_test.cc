// --fs and --fs-out: a tree goes in and comes back the same; a hostile stream writes nowhere else.
#include "fake_guest.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace dyad;
using namespace dyad::test;
namespace fs = std::filesystem;

namespace {

struct Files : testing::Test {
    fs::path root;
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "dyad-files-XXXXXX").string();
        root = mkdtemp(pattern.data());
    }
    void TearDown() override { fs::remove_all(root); }
    static void write(const fs::path &path, const std::string &text) { std::ofstream(path, std::ios::binary) << text; }
    static std::string read(const fs::path &path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static std::string info(std::uint32_t mode, std::size_t pathSize, std::uint64_t size) {
        dyad_file_info info{mode, static_cast<std::uint32_t>(pathSize), size, 1'500'000'000'000'000'000};
        return {reinterpret_cast<char *>(&info), sizeof info};
    }
    static std::string entry(std::uint32_t mode, const std::string &path, std::uint64_t size,
                             const std::string &target = {}) {
        return info(mode, path.size(), size) + path + target;
    }
    /// What the receiver says to one guest stream.
    std::string receive(std::vector<std::pair<std::uint32_t, std::string>> frames) {
        auto receiver = FileReceiver::open((root / "out").string());
        if (!receiver) return receiver.error().message;
        for (auto &[type, payload] : frames) {
            auto taken = receiver->take({type, std::as_bytes(std::span(payload))});
            if (!taken) return taken.error().message;
        }
        return receiver->done() ? "" : "not done";
    }
    const std::pair<std::uint32_t, std::string> end{DYAD_FRAME_FILES_END, FakeGuest::words({0, 0})};
};

TEST_F(Files, TreeGoesInAndComesBackTheSame) {
    fs::path in = root / "in", out = root / "out";
    fs::create_directories(in / "a/b");
    std::string big(1'000'003, 0);
    for (std::size_t i = 0; i < big.size(); ++i)
        big[i] = static_cast<char>(i * 31 >> 3);
    write(in / "a/big", big);
    write(in / "empty", "");
    write(in / "a/b/script", "#!/bin/sh\n");
    chmod((in / "a/b/script").c_str(), 0750);
    fs::create_symlink("../nowhere", in / "a/link");
    fs::create_hard_link(in / "a/big", in / "z-big");
    timespec times[2] = {{1'000'000'000, 0}, {1'234'567'890, 987'654'321}};
    utimensat(AT_FDCWD, (in / "a/big").c_str(), times, 0);
    utimensat(AT_FDCWD, (in / "a/b").c_str(), times, 0);
    chmod((in / "a/b").c_str(), 0555);

    MonitorSetup setup;
    auto sender = FileSender::open(in.string());
    ASSERT_TRUE(sender) << sender.error().message;
    setup.filesIn = std::move(*sender);
    auto receiver = FileReceiver::open(out.string());
    ASSERT_TRUE(receiver);
    setup.filesOut.emplace(std::move(*receiver));
    auto report = runGuest(
        [](FakeGuest &guest) {
            guest.hello();
            guest.receive();
            // What comes in goes out again, frame by frame.
            std::vector<std::pair<std::uint32_t, std::string>> frames;
            do
                frames.push_back(guest.receive());
            while (frames.back().first != DYAD_FRAME_FILES_END);
            for (auto &[type, payload] : frames)
                guest.send(type, payload);
            guest.exit(0);
        },
        std::move(setup));
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->fileBytesIn, big.size() + 10);
    EXPECT_EQ(read(out / "a/big"), big);
    EXPECT_EQ(read(out / "a/b/script"), "#!/bin/sh\n");
    EXPECT_TRUE(fs::exists(out / "empty"));
    EXPECT_EQ(fs::read_symlink(out / "a/link"), "../nowhere");
    struct stat a, b;
    ASSERT_EQ(stat((out / "a/big").c_str(), &a), 0);
    ASSERT_EQ(stat((out / "z-big").c_str(), &b), 0);
    EXPECT_EQ(a.st_ino, b.st_ino);
    EXPECT_EQ(a.st_mtim.tv_sec, 1'234'567'890);
    EXPECT_EQ(a.st_mtim.tv_nsec, 987'654'321);
    ASSERT_EQ(stat((out / "a/b/script").c_str(), &a), 0);
    EXPECT_EQ(a.st_mode & 07777, 0750u);
    ASSERT_EQ(stat((out / "a/b").c_str(), &a), 0);
    EXPECT_EQ(a.st_mode & 07777, 0555u);
    EXPECT_EQ(a.st_mtim.tv_sec, 1'234'567'890);
    chmod((in / "a/b").c_str(), 0755);
    chmod((out / "a/b").c_str(), 0755);
}

TEST_F(Files, PathsThatLeadOutAreRefused) {
    for (std::string path : {"../evil", "a/../../evil", "/evil", "a//b", "./evil", "..", ".", "a/"}) {
        std::string message = receive({{DYAD_FRAME_FILE_REGULAR, entry(S_IFREG | 0644, path, 0)}, end});
        EXPECT_EQ(message, "--fs-out: refused the path '" + path + "': components must be names");
    }
    EXPECT_NE(receive({{DYAD_FRAME_FILE_REGULAR, entry(S_IFREG | 0644, std::string("a\0b", 3), 0)}, end}), "");
    EXPECT_FALSE(fs::exists(root / "evil"));
}

TEST_F(Files, SymbolicLinksAreNotFollowed) {
    fs::create_directory(root / "victim");
    write(root / "victim/file", "precious");
    std::string target = (root / "victim").string();
    EXPECT_NE(receive({{DYAD_FRAME_FILE_SYMLINK, entry(S_IFLNK | 0777, "door", target.size(), target)},
                       {DYAD_FRAME_FILE_REGULAR, entry(S_IFREG | 0644, "door/file", 0)},
                       end}),
              "");
    EXPECT_EQ(read(root / "victim/file"), "precious");
    // A link in place of a file is replaced, not written through.
    std::string file = (root / "victim/file").string();
    EXPECT_EQ(receive({{DYAD_FRAME_FILE_SYMLINK, entry(S_IFLNK | 0777, "file", file.size(), file)},
                       {DYAD_FRAME_FILE_REGULAR, entry(S_IFREG | 0644, "file", 3)},
                       {DYAD_FRAME_FILE_DATA, "new"},
                       end}),
              "");
    EXPECT_EQ(read(root / "victim/file"), "precious");
    EXPECT_EQ(read(root / "out/file"), "new");
    // A directory cannot be made where a link stands.
    EXPECT_EQ(receive({{DYAD_FRAME_FILE_DIRECTORY, entry(S_IFDIR | 0755, "door", 0)}, end}),
              "--fs-out: " + (root / "out").string() + "/door: exists and is not a directory");
    // A hard link to a file outside is impossible.
    EXPECT_NE(receive({{DYAD_FRAME_FILE_LINK, entry(S_IFREG | 0644, "stolen", 9, "door/file")}, end}), "");
}

TEST_F(Files, SetUserIdBitsAreDropped) {
    EXPECT_EQ(receive({{DYAD_FRAME_FILE_REGULAR, entry(S_IFREG | 06755, "tool", 0)}, end}), "");
    struct stat status;
    ASSERT_EQ(stat((root / "out/tool").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0755u);
}

TEST_F(Files, MalformedStreamsAreRefused) {
    auto says = [&](std::vector<std::pair<std::uint32_t, std::string>> frames, const std::string &what) {
        EXPECT_EQ(receive(std::move(frames)), "--fs-out: the guest's file stream is malformed: " + what);
    };
    says({{DYAD_FRAME_FILE_DATA, "x"}}, "more data than announced");
    says({{DYAD_FRAME_FILE_REGULAR, entry(S_IFREG, "f", 2)}, {DYAD_FRAME_FILE_DATA, "xyz"}},
         "more data than announced");
    says({{DYAD_FRAME_FILE_REGULAR, entry(S_IFREG, "f", 2)}, end}, "less data than announced");
    says({{DYAD_FRAME_FILE_REGULAR, "short"}}, "a short frame");
    says({{DYAD_FRAME_FILE_REGULAR, info(S_IFREG, 100, 0) + "f"}}, "sizes of names do not add up");
    says({{DYAD_FRAME_FILE_SYMLINK, entry(S_IFLNK, "f", ~std::uint64_t(0), "t")}}, "sizes of names do not add up");
    says({end, end}, "frames after its end");
    EXPECT_TRUE(fs::is_empty(root / "out")) << "a file that was not finished leaves nothing";
}

TEST_F(Files, FullDiskNamesTheFileAndLeavesNothing) {
    // A limit on the size of files makes write fail as a full disk does.
    rlimit old, limit;
    getrlimit(RLIMIT_FSIZE, &old);
    limit = old;
    limit.rlim_cur = 1000;
    std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    std::string message = receive({{DYAD_FRAME_FILE_REGULAR, entry(S_IFREG | 0644, "large", 5000)},
                                   {DYAD_FRAME_FILE_DATA, std::string(5000, 'x')},
                                   end});
    setrlimit(RLIMIT_FSIZE, &old);
    EXPECT_EQ(message, "--fs-out: " + (root / "out").string() + "/large: cannot write: File too large");
    EXPECT_TRUE(fs::is_empty(root / "out"));
}

TEST_F(Files, ErrorOfTheGuestIsPassedOn) {
    EXPECT_EQ(receive({{DYAD_FRAME_FILES_END, FakeGuest::words({ENOSPC, 0})}}),
              "--fs-out: the guest could not read its own files: No space left on device");
}

TEST_F(Files, MissingDirectoryIsNamed) {
    auto sender = FileSender::open((root / "missing").string());
    ASSERT_FALSE(sender);
    EXPECT_EQ(sender.error().message,
              "--fs: " + (root / "missing").string() + ": cannot open the directory: No such file or directory");
}

} // namespace
