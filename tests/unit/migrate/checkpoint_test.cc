// What is written comes back; what was damaged, cut off, or belongs to something else is refused, each with its own
// message.
#include "checkpoint_sample.h"
#include "migrate/checkpoint_chain.h"
#include "support/output_file.h"
#include "support/temporary_folder.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <sys/resource.h>

using namespace dyad;
using namespace dyad::test;

namespace {

struct CheckpointTest : testing::Test {
    Sample sample;
    std::vector<std::byte> good = sample.write();

    std::string errorOf(std::span<const std::byte> bytes) {
        auto read = sample.read(bytes);
        return read ? "it was read" : read.error().message;
    }
};

void expectSame(const Checkpoint& read, const Checkpoint& written) {
    EXPECT_EQ(read.pairId, written.pairId);
    EXPECT_EQ(read.name, written.name);
    EXPECT_EQ(read.imagePath, written.imagePath);
    EXPECT_EQ(read.toolVersion, written.toolVersion);
    EXPECT_EQ(read.isa, written.isa);
    EXPECT_EQ(read.arenaSize, written.arenaSize);
    EXPECT_EQ(read.stackSize, written.stackSize);
    EXPECT_EQ(read.takenNs, written.takenNs);
    EXPECT_EQ(read.program.arguments, written.program.arguments);
    EXPECT_EQ(read.program.environment, written.program.environment);
    EXPECT_EQ(read.program.flags, written.program.flags);
    EXPECT_EQ(read.thread, written.thread);
    EXPECT_TRUE(same(read.frames, written.frames));
    EXPECT_EQ(read.rings, written.rings);
    EXPECT_EQ(read.monitor, written.monitor);
}

TEST_F(CheckpointTest, ComesBackAsItWas) {
    GuestMemory memory = makeMemory();
    const auto arena = [](GuestMemory& of) { return of.ram().subspan(of.plan().arenaOffset, of.plan().arenaSize); };
    std::ranges::fill(arena(memory), std::byte{0xaa}); // must not shine through
    auto read = sample.read(good, &memory);
    ASSERT_TRUE(read) << read.error().message;
    expectSame(read->state, sample.checkpoint);
    EXPECT_TRUE(std::ranges::equal(arena(memory), arena(sample.memory)));
    EXPECT_EQ(memory.ram()[DYAD_COMMON_BASE - DYAD_IMAGE_BASE], std::byte{0x66});
}

TEST_F(CheckpointTest, OfTheSameStateHasTheSameBytes) {
    EXPECT_EQ(sample.write(), good);
}

TEST_F(CheckpointTest, OfADeepStackIsCutIntoSections) {
    Sample deep(2, 60000);
    ASSERT_GT(deep.checkpoint.frames.valueBytes(), 2u << 20);
    auto read = deep.read(deep.write());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(same(read->state.frames, deep.checkpoint.frames));
}

TEST_F(CheckpointTest, StartTellsWhichImageItNeeds) {
    MemorySource source({good.data(), 1024}); // the pages are not waited for
    auto start = readCheckpointStart(source, "F");
    ASSERT_TRUE(start) << start.error().message;
    EXPECT_EQ(start->pairId, sample.manifest.id);
    EXPECT_EQ(start->imagePath, "/opt/programs/program");
    EXPECT_EQ(start->program.arguments.size(), 3u);
}

TEST_F(CheckpointTest, WithAnyBitFlippedIsRefused) {
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        good[bit / 8] ^= std::byte(1u << bit % 8);
        const std::string message = errorOf(good);
        good[bit / 8] ^= std::byte(1u << bit % 8);
        const bool right = bit < 64 ? message.find("is not a checkpoint") != std::string::npos
                                    : message.find("is damaged: the checksum of ") != std::string::npos;
        ASSERT_TRUE(right) << "bit " << bit << ": " << message;
    }
}

TEST_F(CheckpointTest, CutOffAnywhereIsRefused) {
    for (std::size_t size = 0; size < good.size(); size += 1 + size / 64) {
        const std::string message = errorOf(std::span(good).first(size));
        const bool right = message.find(size < 8 ? "'F' is" : "'F' is truncated: expected ") == 0;
        ASSERT_TRUE(right) << size << ": " << message;
    }
    EXPECT_EQ(errorOf({}), "'F' is not a checkpoint: expected it to start with \"DYADCKPT\"");
}

TEST_F(CheckpointTest, OfAnotherPairIsRefused) {
    sample.manifest.id = "ffffffffffffffffffffffffffffffff";
    EXPECT_EQ(errorOf(good), "'F' is a checkpoint of another program: its pair id is 00112233445566778899aabbccddeeff, "
                             "the image has ffffffffffffffffffffffffffffffff");
}

TEST_F(CheckpointTest, OfAFileOfAnotherKindIsRefused) {
    const std::string text = "#!/bin/sh\necho this is a shell script and no checkpoint at all\n";
    EXPECT_EQ(errorOf(std::as_bytes(std::span(text))),
              "'F' is not a checkpoint: expected it to start with \"DYADCKPT\"");
}

TEST_F(CheckpointTest, ForAMachineOfAnotherSizeIsRefused) {
    MemoryPlan plan = sample.memory.plan();
    plan.arenaSize += 2 << 20;
    plan.ramSize += 2 << 20;
    auto memory = GuestMemory::create(plan);
    ASSERT_TRUE(memory);
    auto read = sample.read(good, &*memory);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message.find("'F' cannot be used: section 0 (program): an arena of 4194304 bytes"), 0u)
        << read.error().message;
}

TEST_F(CheckpointTest, ThatMakesNoSenseIsRefused) {
    struct {
        std::function<void(Checkpoint&)> spoil;
        const char* message;
    } const kCases[] = {
        {[](Checkpoint& checkpoint) { checkpoint.arenaSize = 4096; }, "section 0 (program): an arena of 4096 bytes"},
        {[](Checkpoint& checkpoint) { checkpoint.stackSize = 5; }, "section 0 (program): a native stack of 5 bytes"},
        {[](Checkpoint& checkpoint) { checkpoint.thread.blockAddress = 64; }, "section 1 (thread): the block of"},
        {[](Checkpoint& checkpoint) { checkpoint.thread.atCall = false; }, "the innermost does not stand where"},
        {[](Checkpoint& checkpoint) { checkpoint.frames.clear(); }, "expected a section of type 3 (frames)"},
        {[](Checkpoint& checkpoint) { checkpoint.frames.append(0, 0); }, "in '__dyad_start', which is an outermost"},
        {[](Checkpoint& checkpoint) { checkpoint.frames.append(1'000'000, 8); }, "site 1000000 in a program of"},
        {[](Checkpoint& checkpoint) { checkpoint.frames.append(1, 4096); }, "bytes follow its values"},
        {[](Checkpoint& checkpoint) { checkpoint.frames.reverse(); }, "which is no outermost function"},
        {[](Checkpoint& checkpoint) { checkpoint.rings[0].head += 8; }, "section 3 (ring): "},
        {[](Checkpoint& checkpoint) { checkpoint.program.arguments[0] = std::string("a\0b", 3); },
         "section 0 (program): expected 7 strings, found 8"},
    };
    for (const auto& one : kCases) {
        Sample other;
        one.spoil(other.checkpoint);
        auto read = other.read(other.write());
        ASSERT_FALSE(read) << one.message;
        EXPECT_NE(read.error().message.find(one.message), std::string::npos) << read.error().message;
    }
}

TEST_F(CheckpointTest, SpreadOverAFullSinkFails) {
    for (std::size_t room : {std::size_t{0}, std::size_t{39}, std::size_t{400}, good.size() - 1}) {
        MemorySink sink;
        sink.room = room;
        auto written = writeCheckpoint(sink, sample.checkpoint, sample.memory, sample.common, {});
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().message, "no space left");
    }
}

/// Sections made by hand, for what the writer would never write.
struct Sections : CheckpointTest {
    MemorySink sink;
    std::optional<SectionWriter> writer;
    CheckpointIndex index;

    std::vector<std::byte> words(std::initializer_list<std::uint64_t> values) {
        std::vector<std::byte> bytes(values.size() * 8);
        std::memcpy(bytes.data(), values.begin(), bytes.size());
        return bytes;
    }
    /// The good checkpoint up to its pages.
    void startGood() {
        MemorySource source(good);
        SectionReader reader(source, "F");
        ASSERT_TRUE(reader.readHeader());
        sink.bytes.clear();
        index = {};
        writer.emplace(sink);
        ASSERT_TRUE(writer->writeHeader(sample.manifest.id));
        for (;;) {
            auto section = reader.read();
            ASSERT_TRUE(section) << section.error().message;
            if (section->type == SectionType::Packed) break;
            ASSERT_TRUE(writer->write(section->type, {section->payload}));
        }
    }
    void pages(std::uint64_t address, std::size_t size) {
        const std::vector<std::byte> content(size, std::byte{1});
        index.add({address, size, writer->position(), static_cast<std::uint32_t>(SectionType::Pages), writer->number()},
                  content);
        ASSERT_TRUE(writer->write(SectionType::Pages, {words({address}), content}));
    }
    void zeros(std::uint64_t address, std::uint64_t size) {
        index.add({address, size, writer->position(), static_cast<std::uint32_t>(SectionType::Zero), writer->number()},
                  std::span<const std::uint64_t>());
        ASSERT_TRUE(writer->write(SectionType::Zero, {words({address, size})}));
    }
    void end(std::uint64_t pages, const std::optional<CheckpointBase>& base = {}) {
        ASSERT_TRUE(writer->write(SectionType::End, {words({sample.checkpoint.frames.size(), pages})}));
        ASSERT_TRUE(writeTrailer(*writer, index, base));
    }
};

TEST_F(Sections, WithPagesInOrderAreRead) {
    startGood();
    pages(DYAD_ARENA_BASE, 8192);
    pages(DYAD_ARENA_BASE + 8192, 4096);
    end(3);
    EXPECT_EQ(errorOf(sink.bytes), "it was read");
}

TEST_F(Sections, WithoutPagesAreRead) {
    startGood();
    end(0);
    EXPECT_EQ(errorOf(sink.bytes), "it was read");
}

TEST_F(Sections, WithZeroPagesAndNoBaseAreRefused) {
    startGood();
    zeros(DYAD_ARENA_BASE, 8192);
    end(2);
    EXPECT_NE(errorOf(sink.bytes).find("have become zero, and no base"), std::string::npos) << errorOf(sink.bytes);
    startGood();
    zeros(DYAD_ARENA_BASE, 8192);
    end(2, CheckpointBase{1, "base"});
    EXPECT_EQ(errorOf(sink.bytes), "it was read");
}

TEST_F(Sections, WithAnIndexOfOtherPagesAreRefused) {
    const auto refused = [&](const std::function<void(CheckpointIndex::Run&)>& spoil, const char* message) {
        startGood();
        pages(DYAD_ARENA_BASE, 8192);
        CheckpointIndex other;
        CheckpointIndex::Run run = index.runs()[0];
        spoil(run);
        other.add(run, std::span(index.checksums()).first(run.zero() ? 0 : std::min<std::size_t>(2, run.pages())));
        index = other;
        end(2);
        EXPECT_NE(errorOf(sink.bytes).find(message), std::string::npos) << message << ": " << errorOf(sink.bytes);
        EXPECT_EQ(errorOf(sink.bytes).find("'F' "), 0u);
    };
    using Run = CheckpointIndex::Run;
    refused([](Run& run) { run.address += 4096; }, "its index tells of other pages");
    refused([](Run& run) { ++run.place; }, "its index tells of other pages");
    refused([](Run& run) { run.number = 0; }, "its index tells of other pages");
    refused([](Run& run) { run.type = 42; }, "its index tells of other pages");
    refused([](Run& run) { run.type = 7; }, "a run in a section of type 7");
    refused([](Run& run) { run.number = 100; }, "behind the end");
    refused([](Run& run) { run.place = ~std::uint64_t{0}; }, "behind the end");
    refused([](Run& run) { run.address = 4096; }, "neither in common data nor in the arena");
    refused([](Run& run) { run.size = 100; }, "no run of pages");
    refused([](Run& run) { run.size = 0; }, "no run of pages");
    refused([](Run& run) { run.size = 4096; }, "its index tells of other pages");
}

TEST_F(Sections, WithPagesTwiceAreRefused) {
    startGood();
    pages(DYAD_ARENA_BASE, 8192);
    pages(DYAD_ARENA_BASE + 4096, 4096);
    EXPECT_NE(errorOf(sink.bytes).find("come after those before"), std::string::npos) << errorOf(sink.bytes);
}

TEST_F(Sections, WithPagesOutsideAreRefused) {
    for (std::uint64_t address :
         std::initializer_list<std::uint64_t>{DYAD_CONTROL_ADDRESS, DYAD_COMMON_BASE + sample.common.size,
                                              DYAD_ARENA_BASE + sample.checkpoint.arenaSize, ~std::uint64_t{4095}}) {
        startGood();
        pages(address, 4096);
        EXPECT_NE(errorOf(sink.bytes).find("neither in common data nor in the arena"), std::string::npos)
            << errorOf(sink.bytes);
    }
}

TEST_F(Sections, WithHalfPagesAreRefused) {
    startGood();
    const std::vector<std::byte> half(2048);
    ASSERT_TRUE(writer->write(SectionType::Pages, {words({DYAD_ARENA_BASE}), half}));
    EXPECT_NE(errorOf(sink.bytes).find("are no pages"), std::string::npos) << errorOf(sink.bytes);
}

TEST_F(Sections, WithPagesMissingAreRefused) {
    startGood();
    pages(DYAD_ARENA_BASE, 4096);
    end(2);
    EXPECT_NE(errorOf(sink.bytes).find("and 2 pages were written"), std::string::npos) << errorOf(sink.bytes);
}

TEST_F(Sections, LeftOutOrSwappedAreRefused) {
    // Each section by itself is whole.
    MemorySource source(good);
    SectionReader reader(source, "F");
    ASSERT_TRUE(reader.readHeader());
    std::vector<std::pair<SectionType, std::vector<std::byte>>> all;
    do {
        auto section = reader.read();
        ASSERT_TRUE(section);
        all.emplace_back(section->type, std::vector(section->payload.begin(), section->payload.end()));
    } while (all.back().first != SectionType::Tail);
    const auto write = [&](const auto& sections) {
        MemorySink to;
        SectionWriter fresh(to);
        EXPECT_TRUE(fresh.writeHeader(sample.manifest.id));
        for (const auto& [type, payload] : sections)
            EXPECT_TRUE(fresh.write(type, {payload}));
        return errorOf(to.bytes);
    };
    EXPECT_EQ(write(all), "it was read");
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto fewer = all;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_NE(write(fewer), "it was read") << i;
        if (i + 1 == all.size()) break;
        auto swapped = all;
        std::swap(swapped[i], swapped[i + 1]);
        EXPECT_NE(write(swapped), "it was read") << i;
    }
}

TEST_F(Sections, CutOutOfTheStreamAreMissed) {
    // The second ring section with everything behind it moved up: its number tells.
    startGood();
    std::size_t at = 40;
    for (int i = 0; i < 3; ++i) {
        std::uint64_t size;
        std::memcpy(&size, &good[at + 8], sizeof size);
        at += 32 + size;
    }
    std::uint64_t size;
    std::memcpy(&size, &good[at + 8], sizeof size);
    good.erase(good.begin() + static_cast<std::ptrdiff_t>(at),
               good.begin() + static_cast<std::ptrdiff_t>(at + 32 + size));
    EXPECT_NE(errorOf(good).find("it says that it is section 4"), std::string::npos) << errorOf(good);
}

struct CheckpointFile : CheckpointTest {
    TemporaryFolder folder = *TemporaryFolder::create();
    std::string path = folder.file("state");

    Result<WrittenCheckpoint> write(const std::string& to) {
        return writeCheckpointFile(to, sample.checkpoint, sample.memory, sample.common, {});
    }
    Result<CheckpointChain> open(CheckpointChain::Check check = CheckpointChain::Check::Everything) {
        return CheckpointChain::open(path, sample.reader(), check);
    }
    std::size_t filesThere() {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder.path()), {}));
    }
};

TEST_F(CheckpointFile, ComesBack) {
    auto written = write(path);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(written->memory.pages, 4u);
    EXPECT_EQ(written->bytes, std::filesystem::file_size(path));
    for (const auto check : {CheckpointChain::Check::Everything, CheckpointChain::Check::Structure}) {
        auto read = open(check);
        ASSERT_TRUE(read) << read.error().message;
        expectSame(read->checkpoint(), sample.checkpoint);
        EXPECT_EQ(read->id(), written->id);
    }
    auto start = readCheckpointFileStart(path);
    ASSERT_TRUE(start) << start.error().message;
    EXPECT_EQ(start->name, "brave-otter");
    EXPECT_EQ(filesThere(), 1u);
}

TEST_F(CheckpointFile, WithSomethingBehindItIsRefused) {
    good.push_back(std::byte{0});
    ASSERT_TRUE(writeOutputFile(path, good));
    auto read = open();
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message, "'" + path + "' cannot be used: bytes follow its end");
    EXPECT_FALSE(open(CheckpointChain::Check::Structure));
}

TEST_F(CheckpointFile, ThatIsNotThereIsNamed) {
    EXPECT_NE(open().error().message.find("No such file"), std::string::npos);
    EXPECT_NE(readCheckpointFileStart(path).error().message.find("No such file"), std::string::npos);
}

TEST_F(CheckpointFile, OnAFullDeviceFails) {
    auto written = write("/dev/full");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message, "cannot write '/dev/full': No space left on device");
}

TEST_F(CheckpointFile, ThatCouldNotBeWrittenLeavesNothing) {
    // A limit on the size of files stands for a disk that fills up in the middle.
    ASSERT_TRUE(writeOutputFile(path, std::as_bytes(std::span("old", 3))));
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before;
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit small{1000, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    auto written = write(path);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_DFL);
    ASSERT_FALSE(written);
    EXPECT_NE(written.error().message.find("File too large"), std::string::npos) << written.error().message;
    EXPECT_EQ(filesThere(), 1u);
    EXPECT_EQ(readInputFile(path)->size(), 3u) << "the old file is gone";
}

} // namespace
