// Fuzz targets: what a source sends to a program that has arrived, and both ends of its console; damaged, with right
// checksums. Deterministic; DYAD_FUZZ_ROUNDS=N runs longer, DYAD_FUZZ_SEED=N elsewhere.
#include "../image/damage.h"
#include "../migrate/checkpoint_sample.h"
#include "../migrate/seal.h"
#include "migrate/packed_pages.h"
#include "session/console_server.h"
#include "session/missing_pages.h"
#include "session/relayed_console.h"
#include "test_console.h"
#include "transfer/destination_side.h"

#include <gtest/gtest.h>

#include <csignal>

using namespace dyad;
using namespace dyad::test;

namespace {

constexpr std::uint64_t kPage = DYAD_PAGE_SIZE;
constexpr PageRun kRun{GuestAddress{DYAD_ARENA_BASE + 3 * kPage}, 20 * kPage};

void must(const Result<void>& done) {
    if (!done) throw std::runtime_error(done.error().message);
}

std::unique_ptr<Machine> makeMachine(const CommonData& common) {
    auto plan = MemoryPlan::make(16 << 20, static_cast<std::uint64_t>(common.address) + common.size, 0);
    auto memory = GuestMemory::create(*plan);
    auto area = fillControlArea(*memory, DYAD_MACHINE_PROCESS, {});
    return std::make_unique<Machine>(
        Machine{{Isa::x86_64, DYAD_MACHINE_PROCESS, {}, {}, false}, std::move(*memory), *area, {}, {}, {}, {}, {}});
}

/// A source that has come back, and brings what was missing.
std::vector<std::byte> recordPages(const std::string& pairId) {
    MemorySink sink;
    SectionWriter writer(sink, kTransferStream);
    must(writer.writeHeader(pairId));
    must(writeOffer(writer, {.kind = OfferKind::Recover, .features = kFeaturePacked | kFeatureFollow}));
    CheckpointWriter checkpoint(writer);
    PagePacker packer;
    const std::vector<std::byte> pages(4 * kPage, std::byte{0x55});
    const auto at = [](std::uint64_t page) {
        return GuestAddress{static_cast<std::uint64_t>(kRun.address) + page * kPage};
    };
    must(checkpoint.pages(at(8), std::span(pages).first(kPage)));
    must(checkpoint.packedPages(at(4), pages.size(), packer.pack(pages, 1)));
    must(checkpoint.zeroPages(at(9), 11 * kPage));
    must(checkpoint.pages(at(8), std::span(pages).first(kPage)));
    must(checkpoint.packedPages(at(0), pages.size(), packer.pack(pages, 1)));
    must(writer.write(SectionType::All, {}));
    return std::move(sink.bytes);
}

TEST(SessionFuzz, PagesThatFollowAreStoredOrRefused) {
    const std::uint64_t seed = fuzzNumber("DYAD_FUZZ_SEED", 1), rounds = fuzzNumber("DYAD_FUZZ_ROUNDS", 2000);
    Sample sample;
    const auto machine = makeMachine(sample.common);
    const std::vector<std::byte> good = recordPages(sample.manifest.id);
    PageSet expected(sample.common, machine->memory.plan().arenaSize);
    ASSERT_TRUE(expected.add(kRun));
    const auto before =
        machine->memory.translate(GuestAddress{static_cast<std::uint64_t>(kRun.address) - kPage}, kPage);
    const auto behind =
        machine->memory.translate(GuestAddress{static_cast<std::uint64_t>(kRun.address) + kRun.size}, kPage);
    ASSERT_TRUE(before && behind);
    Damage damage(seed);
    std::mt19937_64 random(seed);
    std::uint64_t complete = 0, refused = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        std::vector<std::byte> bytes = good;
        damage.apply(bytes);
        seal(bytes);
        auto missing = MissingPages::begin(*machine, sample.common, expected, /*stale=*/round % 2);
        ASSERT_TRUE(missing) << missing.error().message;
        MemorySink said;
        SectionWriter writer(said, kTransferStream);
        CheckpointReader reader = sample.reader();
        reader.transfer = true;
        DestinationSide side(writer, reader);
        MemorySource source(bytes);
        SectionReader sections(source, "F", kTransferStream);
        const auto pairId = sections.readHeader();
        bool taken = pairId && side.takeHeader(*pairId), all = false;
        while (taken && !all) {
            // The guest says what it likes.
            machine->area.control->pages.wanted = random() % 4 ? 0 : static_cast<std::uint32_t>(random());
            if (const auto want = (*missing)->want()) {
                ASSERT_TRUE(expected.covers(*want));
            }
            auto section = sections.read();
            if (!(taken = bool(section))) break;
            if (!side.follows(*section))
                taken = bool(side.take(*section));
            else if (section->type == SectionType::All)
                all = (*missing)->left() == 0, taken = all;
            else
                taken = bool((*missing)->take("F", *section));
            if (taken && side.state() == DestinationSide::State::Asked) {
                taken = bool(side.answerFollowing((*missing)->missing()));
            }
        }
        ASSERT_LE((*missing)->left(), kRun.size);
        complete += all;
        refused += !taken;
        // Whatever comes, nothing is stored where nothing is missing.
        ASSERT_TRUE(isZero(*before) && isZero(*behind));
    }
    EXPECT_GT(complete, rounds / 50);
    EXPECT_GT(refused, rounds / 50);
}

/// Feeds damaged streams to one end of a console; how many were refused.
template <class Take>
std::uint64_t feed(const std::vector<std::byte>& good, std::uint64_t seed, std::uint64_t rounds, const Take& makeTake) {
    Damage damage(seed);
    std::uint64_t refused = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        std::vector<std::byte> bytes = good;
        damage.apply(bytes);
        seal(bytes);
        MemorySource source(bytes);
        SectionReader sections(source, "P", kTransferStream);
        bool taken = bool(sections.readHeader());
        makeTake([&](auto& side, auto&& between) {
            while (taken) {
                auto section = sections.read();
                if (!section) break;
                taken = bool(side.take("P", *section));
                between();
            }
        });
        refused += !taken;
    }
    return refused;
}

TEST(SessionFuzz, ConsolesTakeOrRefuse) {
    const std::uint64_t seed = fuzzNumber("DYAD_FUZZ_SEED", 1), rounds = fuzzNumber("DYAD_FUZZ_ROUNDS", 2000);
    const std::string pairId = "00112233445566778899aabbccddeeff";
    std::array<std::byte, DYAD_FRAME_MAX> buffer;
    MemorySink fromProgram, fromConsole;
    SectionWriter program(fromProgram, kTransferStream), console(fromConsole, kTransferStream);
    must(program.writeHeader(pairId));
    must(console.writeHeader(pairId));
    for (int turn = 0; turn < 3; ++turn) {
        must(writeConsoleOutput(program, {1 + turn % 2, bytes("words")}));
        must(
            writeConsoleNeed(program, {ConsoleAsk{static_cast<std::uint32_t>(turn)}, turn ? 0u : 10u, turn ? 0u : 5u}));
        must(writeConsoleTook(program, 3));
        must(writeConsoleWritten(console, {static_cast<std::uint64_t>(5 * turn), {0, turn}}));
        must(writeConsoleInput(console, {ConsoleAsk{static_cast<std::uint32_t>(turn)}, turn ? 1 : 0, 0,
                                         turn ? bytes("") : bytes("input")}));
    }
    must(writeConsoleSignal(console, SIGTERM));
    must(writeConsoleEnd(program, {ConsoleEnd::How::Status, 7, "why"}));

    std::uint64_t ends = 0, signals = 0;
    const std::uint64_t refusedHere = feed(fromProgram.bytes, seed, rounds, [&](auto&& run) {
        MemorySink said;
        SectionWriter writer(said, kTransferStream);
        TestConsole local;
        local.input = "some input";
        ConsoleServer side(local, writer);
        run(side, [&] { ASSERT_TRUE(side.step()); });
        ends += side.end() != nullptr;
        ASSERT_LE(local.text.size(), fromProgram.bytes.size()) << "more was written than came";
    });
    const std::uint64_t refusedThere = feed(fromConsole.bytes, seed, rounds, [&](auto&& run) {
        MemorySink said;
        SectionWriter writer(said, kTransferStream);
        RelayedConsole side(writer);
        const auto ask = [&] {
            if (const auto read = side.read(buffer, 10, 5)) {
                ASSERT_LE(read->bytes, 15u);
                ASSERT_LE(read->ahead, 5u);
            }
            (void)side.ready();
            (void)side.awaitReady();
        };
        for (int turn = 0; turn < 3; ++turn)
            side.write(1, bytes("words"));
        ask();
        run(side, ask);
        signals += side.takeSignal().has_value();
    });
    EXPECT_GT(ends, rounds / 50);
    EXPECT_GT(signals, rounds / 50);
    EXPECT_GT(refusedHere, rounds / 50);
    EXPECT_GT(refusedThere, rounds / 50);
}

} // namespace
