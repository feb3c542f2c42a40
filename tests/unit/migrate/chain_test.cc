// Checkpoints that build on others: what they hold, how their files are found, and that no page is ever another than it
// was, whatever happens to the files.
#include "checkpoint_sample.h"
#include "migrate/checkpoint_chain.h"
#include "support/output_file.h"
#include "support/temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

using namespace dyad;
using namespace dyad::test;

namespace {

using Check = CheckpointChain::Check;

struct ChainTest : testing::Test {
    TemporaryFolder folder = *TemporaryFolder::create();
    Sample sample;

    std::string path(const std::string& name) { return folder.file(name.c_str()); }
    std::span<std::byte> page(std::uint64_t number) {
        return sample.memory.ram().subspan(sample.memory.plan().arenaOffset + number * DYAD_PAGE_SIZE, DYAD_PAGE_SIZE);
    }
    static GuestAddress address(std::uint64_t number) {
        return GuestAddress{DYAD_ARENA_BASE + number * DYAD_PAGE_SIZE};
    }
    /// Content that does not shrink.
    void randomise(std::uint64_t number) {
        for (std::byte& byte : page(number))
            byte = std::byte(sample.model.below(256));
    }

    WrittenCheckpoint write(const std::string& name, const std::string& base = {}, int level = 1) {
        CheckpointForm form;
        form.level = level;
        std::optional<CheckpointChain> chain;
        if (!base.empty()) {
            chain = *open(base, Check::Structure);
            form.base = baseFor(path(name), path(base), chain->id());
            form.basePages = &chain->pages();
        }
        ++sample.checkpoint.takenNs;
        auto written = writeCheckpointFile(path(name), sample.checkpoint, sample.memory, sample.common, form);
        EXPECT_TRUE(written) << written.error().message;
        return *written;
    }
    Result<CheckpointChain> open(const std::string& name, Check check, const std::vector<std::string>& bases = {}) {
        return CheckpointChain::open(path(name), sample.reader(), check, bases);
    }
    std::string errorOf(const std::string& name, Check check, const std::vector<std::string>& bases = {}) {
        auto chain = open(name, check, bases);
        return chain ? "it was opened" : chain.error().message;
    }
    /// Loads all; an error, or whether memory is what it was when the sample was written last.
    Result<bool> comesBack(CheckpointChain& chain) {
        GuestMemory memory = makeMemory();
        auto loaded = chain.loadAll([&](GuestAddress at, std::span<const std::byte> pages) {
            return writePages(memory, sample.common, at, pages);
        });
        if (!loaded) return std::move(loaded.error());
        const auto arena = [](GuestMemory& of) { return of.ram().subspan(of.plan().arenaOffset, of.plan().arenaSize); };
        const auto common = [&](GuestMemory& of) {
            return of.ram().subspan(DYAD_COMMON_BASE - DYAD_IMAGE_BASE, sample.common.size);
        };
        return std::ranges::equal(arena(memory), arena(sample.memory)) &&
               std::ranges::equal(common(memory), common(sample.memory));
    }
    void expectComesBack(const std::string& name, const std::vector<std::string>& bases = {}) {
        for (const Check check : {Check::Everything, Check::Structure}) {
            auto chain = open(name, check, bases);
            ASSERT_TRUE(chain) << chain.error().message;
            auto back = comesBack(*chain);
            ASSERT_TRUE(back) << back.error().message;
            EXPECT_TRUE(*back) << name;
        }
    }
    /// Three files, "c" on "b" on "a", with every kind of section.
    void writeThree() {
        randomise(3);
        randomise(4);
        write("a");
        page(1)[5] = std::byte{9};
        std::ranges::fill(page(7), std::byte{0});
        randomise(4);
        write("b", "a");
        page(7)[1] = std::byte{2};
        std::ranges::fill(page(0), std::byte{0});
        randomise(9);
        write("c", "b");
    }
};

TEST_F(ChainTest, HoldsOnlyWhatDiffersFromItsBase) {
    EXPECT_EQ(write("a").memory.pages, 4u);
    EXPECT_EQ(write("b", "a").memory.pages, 0u);
    page(1)[5] = std::byte{9};
    page(20)[0] = std::byte{1};
    std::ranges::fill(page(7), std::byte{0});
    EXPECT_EQ(write("c", "b").memory.pages, 3u) << "changed, new, and zero now";
    expectComesBack("c");
    EXPECT_EQ(open("c", Check::Structure)->files(), 3u);
    EXPECT_EQ(open("c", Check::Structure)->pages().all().size(), 4u);
}

TEST_F(ChainTest, ComesBackWithEveryKindOfSection) {
    writeThree();
    expectComesBack("c");
    // As one file again.
    write("whole");
    expectComesBack("whole");
    EXPECT_EQ(open("whole", Check::Structure)->files(), 1u);
}

TEST_F(ChainTest, ComesBackUncompressed) {
    const std::uint64_t packed = write("packed").bytes, plain = write("plain", {}, 0).bytes;
    EXPECT_LT(packed + 3 * DYAD_PAGE_SIZE, plain);
    expectComesBack("plain");
    expectComesBack("packed");
}

TEST_F(ChainTest, LoadsOfARunWhatCounts) {
    for (std::uint64_t i = 30; i < 36; ++i)
        randomise(i);
    write("a");
    randomise(32);
    std::ranges::fill(page(34), std::byte{0});
    write("b", "a");
    auto chain = open("b", Check::Structure);
    ASSERT_TRUE(chain);
    const auto loadedWith = [&](std::uint64_t number) {
        std::vector<std::pair<GuestAddress, std::size_t>> runs;
        auto loaded =
            chain->load(address(number), [&](GuestAddress at, std::span<const std::byte> pages) -> Result<void> {
                const std::uint64_t first = (static_cast<std::uint64_t>(at) - DYAD_ARENA_BASE) / DYAD_PAGE_SIZE;
                EXPECT_EQ(std::memcmp(pages.data(), page(first).data(), pages.size()), 0);
                runs.emplace_back(at, pages.size() / DYAD_PAGE_SIZE);
                return {};
            });
        EXPECT_TRUE(loaded) << loaded.error().message;
        return runs;
    };
    using Runs = std::vector<std::pair<GuestAddress, std::size_t>>;
    EXPECT_EQ(loadedWith(31), (Runs{{address(30), 2}, {address(33), 1}, {address(35), 1}}));
    EXPECT_EQ(loadedWith(32), (Runs{{address(32), 1}}));
    const auto nothing = [](GuestAddress, std::span<const std::byte>) -> Result<void> { return {}; };
    EXPECT_FALSE(chain->load(address(34), nothing)) << "it is zero";
}

TEST_F(ChainTest, FindsItsFilesWhereTheyAre) {
    std::filesystem::create_directories(path("bases/deep"));
    randomise(3);
    write("bases/deep/a");
    page(1)[5] = std::byte{9};
    write("b", "bases/deep/a");
    expectComesBack("b");
    std::filesystem::create_directories(path("elsewhere"));
    std::filesystem::rename(path("bases"), path("elsewhere/bases"));
    std::filesystem::rename(path("b"), path("elsewhere/b"));
    expectComesBack("elsewhere/b");
    std::filesystem::rename(path("elsewhere/bases/deep/a"), path("elsewhere/a"));
    expectComesBack("elsewhere/b");
    std::filesystem::rename(path("elsewhere/a"), path("other"));
    EXPECT_FALSE(open("elsewhere/b", Check::Structure));
    expectComesBack("elsewhere/b", {path("nothing"), path("other")});
}

TEST_F(ChainTest, WithoutItsBaseIsRefused) {
    writeThree();
    std::filesystem::rename(path("a"), path("x"));
    for (const Check check : {Check::Everything, Check::Structure}) {
        const std::string error = errorOf("c", check);
        EXPECT_NE(error.find("builds on the checkpoint "), std::string::npos) << error;
        EXPECT_NE(error.find("No such file or directory; name it with --base"), std::string::npos) << error;
        EXPECT_EQ(errorOf("c", check, {path("x")}), "it was opened");
    }
}

TEST_F(ChainTest, OnAnotherBaseIsRefused) {
    writeThree();
    write("b", "a"); // another
    for (const Check check : {Check::Everything, Check::Structure}) {
        const std::string error = errorOf("c", check);
        EXPECT_NE(error.find("; name the right one with --base"), std::string::npos) << error;
    }
}

TEST_F(ChainTest, OfAnotherPairOrSizeIsRefused) {
    writeThree();
    sample.manifest.id = "ffffffffffffffffffffffffffffffff";
    EXPECT_NE(errorOf("c", Check::Structure).find("of another program"), std::string::npos);
}

TEST_F(ChainTest, CutOffAnywhereIsRefused) {
    writeThree();
    const auto whole = *readInputFile(path("c"));
    for (std::size_t size = 0; size < whole.size(); size += 1 + size / 100) {
        ASSERT_TRUE(writeOutputFile(path("c"), std::span(whole).first(size)));
        for (const Check check : {Check::Everything, Check::Structure})
            ASSERT_NE(errorOf("c", check), "it was opened") << size;
    }
}

/// Changes a bit of a file for as long as the result lives.
auto flip(const std::string& path, std::size_t bit, std::byte byte) {
    const auto put = [path, at = static_cast<std::streamoff>(bit / 8)](std::byte value) {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(at).put(static_cast<char>(value));
    };
    put(byte ^ std::byte(1u << bit % 8));
    const auto back = [put](const std::byte* old) {
        put(*old);
        delete old;
    };
    return std::unique_ptr<std::byte, decltype(back)>(new std::byte(byte), back);
}

/// Bits of all parts of every file: refused when it is opened, or when the page is wanted, or it
/// makes no difference; never another content.
TEST_F(ChainTest, WithAnyBitFlippedGivesNoWrongPage) {
    writeThree();
    std::size_t opened = 0, refusedLater = 0;
    for (const auto& [name, step] : {std::pair{"c", 7}, std::pair{"b", 13}, std::pair{"a", 31}}) {
        const auto whole = *readInputFile(path(name));
        for (std::size_t bit = 0; bit < whole.size() * 8; bit += static_cast<std::size_t>(step)) {
            // Of content that does not shrink less will do.
            if (bit > 8 * 3000 && bit < 8 * (whole.size() - 2000) && bit % 61) continue;
            const auto undo = flip(path(name), bit, whole[bit / 8]);
            auto chain = open("c", Check::Structure);
            if (!chain) continue;
            ++opened;
            auto back = comesBack(*chain);
            refusedLater += !back;
            if (back) {
                ASSERT_TRUE(*back) << name << ", bit " << bit;
            }
            ASSERT_NE(errorOf("c", Check::Everything), "it was opened") << name << ", bit " << bit;
        }
    }
    EXPECT_GT(opened, 100u);
    EXPECT_GT(refusedLater, 100u);
    expectComesBack("c");
}

TEST_F(ChainTest, ThatBecomesShorterWhileItIsReadIsAnError) {
    randomise(3);
    write("a");
    auto chain = open("a", Check::Structure);
    ASSERT_TRUE(chain);
    std::filesystem::resize_file(path("a"), 1000);
    auto back = comesBack(*chain);
    ASSERT_FALSE(back);
    EXPECT_NE(back.error().message.find("is truncated"), std::string::npos) << back.error().message;
}

TEST_F(ChainTest, ThatIsRemovedWhileItIsReadGoesOn) {
    writeThree();
    auto chain = open("c", Check::Structure);
    ASSERT_TRUE(chain);
    for (const char* name : {"a", "b", "c"})
        std::filesystem::remove(path(name));
    auto back = comesBack(*chain);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_TRUE(*back);
}

} // namespace
