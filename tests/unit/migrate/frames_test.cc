// Walking stacks, placing frames and comparing them, on stacks that a model of compiled programs left.
#include "migrate/capture.h"
#include "migrate/placement.h"
#include "model.h"

#include <gtest/gtest.h>

#include <cstring>
#include <ctime>

using namespace dyad;
using namespace dyad::test;

namespace {

FrameList capture(const SiteTable& table, Isa isa, GuestMemory& memory) {
    auto captured = captureFrames(table, isa, memory);
    if (!captured) {
        ADD_FAILURE() << captured.error().message;
        return {};
    }
    if (auto* unknown = std::get_if<UnknownCode>(&*captured)) {
        ADD_FAILURE() << "unknown pc " << std::hex << unknown->pc << " at frame " << unknown->frame;
        return {};
    }
    return std::get<FrameList>(*std::move(captured));
}

std::string captureError(const SiteTable& table, Isa isa, GuestMemory& memory) {
    auto captured = captureFrames(table, isa, memory);
    return captured ? "it was captured" : captured.error().message;
}

/// Frames as the destination's resume functions would see them.
struct Record {
    std::uint64_t next = 0;
    std::uint32_t site = 0, size = 0;
    std::vector<std::byte> values;
};
std::vector<Record> readRecords(GuestMemory& memory) {
    const dyad_migration& migration = controlOf(memory).migration;
    auto bytes = memory.translate(GuestAddress{migration.frames_address}, migration.frames_size);
    std::vector<Record> records;
    while (bytes && bytes->size() >= 16) {
        Record& record = records.emplace_back();
        std::memcpy(&record.next, bytes->data(), 8);
        std::memcpy(&record.site, bytes->data() + 8, 4);
        std::memcpy(&record.size, bytes->data() + 12, 4);
        if (record.size < 16 || record.size > bytes->size()) {
            ADD_FAILURE() << "a record of " << record.size << " bytes";
            return records;
        }
        record.values.assign(bytes->begin() + 16, bytes->begin() + record.size);
        bytes = bytes->subspan(record.size);
    }
    EXPECT_TRUE(bytes && bytes->empty());
    return records;
}

struct Frames : testing::TestWithParam<Isa> {
    Isa isa = GetParam();
    Isa other = isa == Isa::x86_64 ? Isa::aarch64 : Isa::x86_64;
    GuestMemory memory = makeMemory();
};

TEST_P(Frames, AreCapturedWhereverTheirValuesAre) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Model model(seed);
        const FrameList frames = model.randomFrames(2 + model.below(30), model.coin());
        model.layOut(isa, frames, memory, model.coin());
        ASSERT_TRUE(same(capture(model.table(), isa, memory), frames)) << "seed " << seed;
    }
}

TEST_P(Frames, ArriveOnTheOtherIsaAsTheyWere) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Model model(seed);
        const FrameList frames = model.randomFrames(2 + model.below(30), model.coin());
        model.layOut(other, model.arrive(frames), memory, /*resumed=*/true);
        auto compared = compareFrames(model.table(), frames, capture(model.table(), other, memory));
        ASSERT_TRUE(compared) << "seed " << seed << ": " << compared.error().message;
    }
}

TEST_P(Frames, ArePlacedAsRecordsThatCallOneAnother) {
    Model model(7);
    const SiteTable& table = model.table();
    const FrameList frames = model.randomFrames(20, true);
    dyad_control& control = controlOf(memory);
    control.migration.points_offset = control.migration_offset;
    control.migration.point_count = 3;
    std::memset(memory.ram().data() + control.migration_offset, 0x55, 24);
    auto placement = FramePlacement::make(table, isa);
    ASSERT_TRUE(placement) << placement.error().message;
    auto placed = placement->place(frames, memory);
    ASSERT_TRUE(placed) << placed.error().message;

    EXPECT_EQ(control.migration.frames_address, DYAD_IMAGE_BASE + control.migration_offset + 24);
    EXPECT_EQ(control.migration.frames_size, FramePlacement::recordsSize(frames));
    EXPECT_EQ(memory.ram()[control.migration_offset + 23], std::byte{0x55}) << "the points were overwritten";
    EXPECT_EQ(control.migration.entry, table.resumeAddress(isa, 0));
    const auto records = readRecords(memory);
    ASSERT_EQ(records.size(), frames.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        const SiteTable::Site site = table.site(frames.site(i));
        EXPECT_EQ(records[i].site, site.index);
        EXPECT_TRUE(std::ranges::equal(records[i].values, frames.values(i)));
        const std::uint64_t next = i + 1 < frames.size()
                                       ? table.resumeAddress(isa, table.site(frames.site(i + 1)).function)
                                       : table.functionAddress(isa, 1);
        EXPECT_EQ(records[i].next, next);
    }
}

TEST_P(Frames, TakeNoMoreStackThanWasAskedFor) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Model model(seed);
        const FrameList frames = model.randomFrames(40, true);
        auto placement = FramePlacement::make(model.table(), isa);
        ASSERT_TRUE(placement) << placement.error().message;
        model.layOut(isa, frames, memory, /*resumed=*/true);
        const std::uint64_t end = DYAD_IMAGE_BASE + memory.plan().privateOffset + memory.plan().privateSize;
        const std::uint64_t sp = controlOf(memory).migration.registers.general[isa == Isa::x86_64 ? 7 : 31];
        EXPECT_GE(placement->stackNeeded(frames), end - 128 - sp) << "seed " << seed;
    }
}

TEST_P(Frames, DoNotOverrunTheMigrationArea) {
    Model model(1);
    const FrameList frames = model.randomFrames(100, true);
    auto placement = FramePlacement::make(model.table(), isa);
    ASSERT_TRUE(placement);
    dyad_control& control = controlOf(memory);
    control.migration_size = FramePlacement::recordsSize(frames) - 8;
    auto placed = placement->place(frames, memory);
    ASSERT_FALSE(placed);
    EXPECT_NE(placed.error().message.find("the destination has room for"), std::string::npos) << placed.error().message;
    EXPECT_EQ(control.migration.entry, 0u);

    // An area that the guest made up.
    for (std::uint64_t offset : {std::uint64_t{0}, memory.plan().arenaOffset, ~std::uint64_t{7}}) {
        control.migration_offset = offset;
        control.migration_size = 1 << 20;
        placed = placement->place(frames, memory);
        ASSERT_FALSE(placed) << offset;
        EXPECT_NE(placed.error().message.find("outside private RAM"), std::string::npos) << placed.error().message;
    }
    control.migration_offset = memory.plan().privateOffset;
    control.migration_size = 4096;
    control.migration.point_count = 0xffffffff;
    control.migration.points_offset = control.migration_offset + 8;
    placed = placement->place(frames, memory);
    ASSERT_FALSE(placed);
    EXPECT_NE(placed.error().message.find("outside the migration area"), std::string::npos) << placed.error().message;
}

TEST_P(Frames, AreAskedForAgainWhereCodeIsUnknown) {
    Model model(3);
    const FrameList frames = model.randomFrames(6, true);
    model.layOut(isa, frames, memory);
    // The thread stands in native code.
    controlOf(memory).migration.registers.pc += 1;
    auto captured = captureFrames(model.table(), isa, memory);
    ASSERT_TRUE(captured) << captured.error().message;
    auto* unknown = std::get_if<UnknownCode>(&*captured);
    ASSERT_TRUE(unknown);
    EXPECT_EQ(unknown->frame, 0u);
    EXPECT_EQ(unknown->pc, controlOf(memory).migration.registers.pc);
}

TEST_P(Frames, NameTheNativeCallerInBetween) {
    Model model(4);
    const FrameList frames = model.randomFrames(6, true);
    const auto addresses = model.layOut(isa, frames, memory);
    // The return address into frame 3, counted from the outermost, becomes one into native code.
    auto stack = memory.ram().subspan(memory.plan().privateOffset, memory.plan().privateSize);
    std::size_t replaced = 0;
    for (std::size_t at = 0; at < stack.size(); at += 8) {
        std::uint64_t word;
        std::memcpy(&word, &stack[at], sizeof word);
        if (word != addresses[3]) continue;
        constexpr std::uint64_t kNative = 0x4a001234;
        std::memcpy(&stack[at], &kNative, sizeof kNative);
        ++replaced;
    }
    ASSERT_EQ(replaced, 1u);
    auto captured = captureFrames(model.table(), isa, memory);
    ASSERT_TRUE(captured) << captured.error().message;
    auto* unknown = std::get_if<UnknownCode>(&*captured);
    ASSERT_TRUE(unknown);
    EXPECT_EQ(unknown->frame, 2u);
    EXPECT_EQ(unknown->pc, 0x4a001234u);
}

TEST_P(Frames, AreRefusedWithACorruptStackPointer) {
    Model model(5);
    model.layOut(isa, model.randomFrames(6, true), memory);
    std::uint64_t& sp = controlOf(memory).migration.registers.general[isa == Isa::x86_64 ? 7 : 31];
    const std::uint64_t good = sp;
    sp = good + 1;
    EXPECT_NE(captureError(model.table(), isa, memory).find("is not aligned"), std::string::npos);
    for (std::uint64_t bad : {std::uint64_t{0}, std::uint64_t{DYAD_ARENA_BASE}, ~std::uint64_t{15},
                              std::uint64_t{DYAD_IMAGE_BASE + memory.plan().privateOffset}}) {
        sp = bad;
        EXPECT_NE(captureError(model.table(), isa, memory).find("outside the native stack"), std::string::npos) << bad;
    }
}

TEST_P(Frames, AreRefusedIfTheStopIsOfTheOtherKind) {
    Model model(6);
    model.layOut(isa, model.randomFrames(4, true), memory);
    controlOf(memory).migration.at_call = 0;
    EXPECT_NE(captureError(model.table(), isa, memory).find("stopped at a migration point, but there is none"),
              std::string::npos);
    model.layOut(isa, model.randomFrames(4, false), memory);
    controlOf(memory).migration.at_call = 1;
    EXPECT_NE(captureError(model.table(), isa, memory).find("stands at a migration point"), std::string::npos);
}

TEST_P(Frames, AreNotTakenFromARunningGuest) {
    Model model(6);
    model.layOut(isa, model.randomFrames(4, true), memory);
    controlOf(memory).migration.state = DYAD_MIGRATION_RUNNING;
    EXPECT_NE(captureError(model.table(), isa, memory).find("is not stopped"), std::string::npos);
}

TEST_P(Frames, CostAtMostTwoMicrosecondsEach) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "sanitizers change what things cost";
#endif
    constexpr std::size_t kDepth = 100'000;
    Model model(9, Sense::sensible, 2000); // a table of the size that real programs have
    const FrameList frames = model.randomFrames(kDepth, true);
    GuestMemory big = makeMemory(128 << 20, 64 << 20);
    model.layOut(isa, frames, big);
    auto placement = FramePlacement::make(model.table(), isa);
    ASSERT_TRUE(placement);
    const auto cpuTime = [] {
        timespec now; // of this thread: others use the host, too
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
    };
    double best = 1e9;
    for (int i = 0; i < 7; ++i) {
        const double start = cpuTime();
        const FrameList captured = capture(model.table(), isa, big);
        ASSERT_EQ(captured.size(), kDepth);
        ASSERT_TRUE(placement->place(captured, big));
        best = std::min(best, (cpuTime() - start) / kDepth);
    }
    RecordProperty("ns_per_frame", static_cast<int>(best * 1000));
    EXPECT_LT(best, 2.0) << "microseconds a frame";
}

INSTANTIATE_TEST_SUITE_P(Isas, Frames, testing::ValuesIn(kIsas),
                         [](const auto& info) { return std::string(name(info.param)); });

struct Comparison : testing::Test {
    Model model{11};
    FrameList before = model.randomFrames(8, true);

    std::string compare(const FrameList& after) {
        auto compared = compareFrames(model.table(), before, after);
        return compared ? "equal" : compared.error().message;
    }
    FrameList changed(std::size_t frame, std::size_t byte) {
        FrameList after;
        const FrameList arrived = model.arrive(before);
        for (std::size_t i = 0; i < arrived.size(); ++i) {
            auto to = after.append(arrived.site(i), arrived.values(i).size());
            std::ranges::copy(arrived.values(i), to.begin());
            if (i == frame) to[byte] ^= std::byte{0x10};
        }
        return after;
    }
};

TEST_F(Comparison, AcceptsTheArrivalOnly) {
    EXPECT_EQ(compare(model.arrive(before)), "equal");
    EXPECT_NE(compare(before).find("expected one more"), std::string::npos);
    EXPECT_NE(compare(model.arrive(model.arrive(before))).find("expected one more"), std::string::npos);
    FrameList other = before;
    other.append(before.site(1), before.values(1).size());
    EXPECT_NE(compare(other).find("expected '__dyad_arrived'"), std::string::npos);
}

TEST_F(Comparison, NamesTheValueThatChanged) {
    for (std::size_t frame = 0; frame < before.size(); ++frame) {
        if (before.values(frame).empty()) continue;
        const SiteTable::Site site = model.table().site(before.site(frame));
        const std::string function(model.table().function(site.function).name);
        const std::size_t last = before.values(frame).size() - 1;
        const std::string message = compare(changed(frame, last));
        EXPECT_EQ(message.find("frame " + std::to_string(frame) + " of 8 ('" + function + "', site " +
                               std::to_string(site.index) + "): value " + std::to_string(site.valueSizes.size() - 1) +
                               " was "),
                  0u)
            << message;
    }
}

TEST(FrameList, KeepsFramesInOrder) {
    FrameList list;
    for (unsigned i = 0; i < 100; ++i) {
        auto values = list.append(i, 8 * (i % 3));
        std::ranges::fill(values, static_cast<std::byte>(i));
    }
    list.reverse();
    ASSERT_EQ(list.size(), 100u);
    for (unsigned i = 0; i < 100; ++i) {
        EXPECT_EQ(list.site(i), 99 - i);
        ASSERT_EQ(list.values(i).size(), 8 * ((99 - i) % 3));
        for (std::byte byte : list.values(i))
            EXPECT_EQ(byte, static_cast<std::byte>(99 - i));
    }
}

} // namespace
