// Pair images: what is written can be read, stripped and taken apart, and every damage is found.
#include "image/checksum.h"
#include "image/elf_tables.h"
#include "image/pair_writer.h"
#include "image/segments.h"
#include "objects.h"
#include "support/output_file.h"
#include "support/temporary_folder.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <dyad/abi.h>
#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace dyad;
using namespace dyad::test;

namespace {

class Image : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        LayoutInput input;
        add(input, "int data = 3; char zero[9000]; const int ro[2] = {1, 2};"
                   "int start(int i) { return data++ + ro[i & 1] + zero[i]; }");
        addBoot(input);
        pair = new Pair(linkPair(std::move(input)));
        image = new std::vector<std::byte>(make());
    }
    static void TearDownTestSuite() {
        delete pair;
        delete image;
    }
    static std::vector<std::byte> make() {
        Manifest manifest;
        manifest.padding = pair->layout.padding;
        manifest.stackSize = 65536;
        auto bytes = makePairImage(pair->linked[0], pair->linked[1], manifest);
        if (!bytes) throw std::runtime_error(bytes.error().message);
        return *std::move(bytes);
    }

    std::string path(const std::string &name = "image") { return folder->file(name); }
    /// Opens the bytes as a file; the error's message without the file's name.
    std::string openError(std::span<const std::byte> bytes) {
        EXPECT_TRUE(writeOutputFile(path(), bytes));
        auto opened = PairImage::open(path());
        if (opened) return "";
        const std::string &message = opened.error().message;
        const std::string quoted = "'" + path() + "' ";
        return message.starts_with(quoted) ? message.substr(quoted.size()) : message;
    }
    /// Stores the checksum that fits the bytes.
    static void seal(std::vector<std::byte> &bytes) {
        const auto hole = findSectionBytes(bytes, kChecksumSection);
        const auto offset = static_cast<std::size_t>(hole->data() - bytes.data());
        const Checksum checksum = checksumWithHole(bytes, offset);
        std::memcpy(bytes.data() + offset, checksum.data(), checksum.size());
    }

    static inline Pair *pair = nullptr;
    static inline std::vector<std::byte> *image = nullptr;
    Result<TemporaryFolder> folder = TemporaryFolder::create();
};

TEST_F(Image, ReadsWhatWasWritten) {
    ASSERT_EQ(openError(*image), "");
    auto opened = PairImage::open(path());
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->manifest().id.size(), 32u);
    EXPECT_EQ(opened->manifest().stackSize, 65536u);
    EXPECT_EQ(opened->manifest().padding.size(), pair->layout.padding.size());
    EXPECT_TRUE(std::ranges::equal(opened->elf(Isa::aarch64), pair->linked[1]));
    for (Isa isa : kIsas) {
        EXPECT_FALSE(opened->segments(isa).empty());
        EXPECT_EQ(opened->segments(isa)[0].address, DYAD_COMMON_BASE);
        EXPECT_GE(opened->segments(isa)[0].memorySize, 9000u);
        EXPECT_EQ(opened->manifest().regions[static_cast<std::size_t>(isa)].size(), opened->segments(isa).size());
    }
}

TEST_F(Image, IsDeterministic) {
    EXPECT_EQ(make(), *image);
}

TEST_F(Image, IsExecutable) {
    ASSERT_TRUE(writePairImage(pair->linked[0], pair->linked[1], {}, path()));
    EXPECT_EQ(access(path().c_str(), X_OK), 0);
}

TEST_F(Image, StripKeepsTheId) {
    ASSERT_EQ(openError(*image), "");
    auto opened = PairImage::open(path());
    auto stripped = stripPairImage(*opened);
    ASSERT_TRUE(stripped) << stripped.error().message;
    EXPECT_LT(stripped->size(), image->size());
    ASSERT_TRUE(writeOutputFile(path("stripped"), *stripped));
    auto again = PairImage::open(path("stripped"));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->manifest().id, opened->manifest().id);
    for (Isa isa : kIsas)
        EXPECT_FALSE(readElfTables(again->elf(isa))->hasSymbolTable);
}

TEST_F(Image, ExtractGivesBothHalves) {
    ASSERT_EQ(openError(*image), "");
    auto opened = PairImage::open(path());
    EXPECT_EQ(*extractHalf(*opened, Isa::aarch64), pair->linked[1]);
    auto x86 = extractHalf(*opened, Isa::x86_64);
    ASSERT_TRUE(x86);
    EXPECT_FALSE(findSectionBytes(*x86, kManifestSection));
    auto half = readHalfElf(*x86, Isa::x86_64);
    ASSERT_TRUE(half);
    EXPECT_EQ(half->segments.size(), opened->segments(Isa::x86_64).size());
}

TEST_F(Image, FindsTruncation) {
    for (std::size_t size = 64; size < image->size(); size += 997)
        EXPECT_EQ(openError(std::span(*image).first(size)),
                  fmt::format("is truncated: expected at least {} bytes, found {}", image->size(), size));
    EXPECT_EQ(openError({}), "is not a pair image: the file is empty");
}

TEST_F(Image, FindsEveryFlippedByte) {
    std::vector<std::byte> damaged = *image;
    // Every byte of the headers, a prime step elsewhere.
    for (std::size_t at = 0; at < damaged.size(); at += at < 1024 || at + 2048 > damaged.size() ? 1 : 13) {
        damaged[at] ^= std::byte{0x10};
        EXPECT_NE(openError(damaged), "") << "byte " << at;
        damaged[at] ^= std::byte{0x10};
    }
}

TEST_F(Image, SaysThatItIsDamaged) {
    std::vector<std::byte> damaged = *image;
    damaged[0x1000] ^= std::byte{1};
    EXPECT_EQ(openError(damaged), "is damaged: its checksum does not match its content");
    seal(damaged);
    EXPECT_EQ(openError(damaged).substr(0, 33), "is damaged: expected the pair id ");
}

TEST_F(Image, RefusesOtherFormats) {
    std::vector<std::byte> other = *image;
    const auto manifest = findSectionBytes(other, kManifestSection);
    const std::string_view text(reinterpret_cast<const char *>(manifest->data()), manifest->size());
    const std::string_view field = "\"format\": 1";
    const std::size_t at = text.find(field);
    ASSERT_NE(at, text.npos);
    other[static_cast<std::size_t>(manifest->data() - other.data()) + at + field.size() - 1] = std::byte{'2'};
    seal(other);
    EXPECT_EQ(openError(other),
              "cannot be used: it has image format 2, this dyad reads format 1; link the program again "
              "with the toolchain that belongs to this dyad");
}

TEST_F(Image, RefusesOtherFiles) {
    EXPECT_EQ(openError(pair->linked[0]), "is not a pair image: it has no section '.dyad.checksum'");
    EXPECT_EQ(openError(pair->linked[1]),
              "is not a pair image: expected an executable for x86_64, found ELF type 2 for machine 183");
    EXPECT_EQ(openError(std::as_bytes(std::span("#!/bin/sh"))), "is not a pair image: expected an ELF file");
    auto missing = PairImage::open(path("nothing"));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message, "cannot open '" + path("nothing") + "': No such file or directory");
}

TEST_F(Image, LeavesNothingBehindWhenTheDiskIsFull) {
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    auto *handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 5000;
    setrlimit(RLIMIT_FSIZE, &small);
    Result<void> written = writePairImage(pair->linked[0], pair->linked[1], {}, path());
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_FALSE(written);
    EXPECT_TRUE(std::filesystem::is_empty(folder->path()));
}

TEST_F(Image, KeepsTheOldFileWhenTheDiskIsFull) {
    ASSERT_TRUE(writeOutputFile(path(), *image));
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    auto *handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 5000;
    setrlimit(RLIMIT_FSIZE, &small);
    Result<void> written = writeOutputFile(path(), pair->linked[0]);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message, "cannot write '" + path() + "': File too large");
    EXPECT_EQ(*readInputFile(path()), *image);
}

} // namespace
