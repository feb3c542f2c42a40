// Write tracking and missing pages of the native part, on a machine that can describe a few pieces of memory only. The
// test is program and monitor: random work, and a copy that must follow it. Specification: docs/abi.md, section 9.
#include "libos/arch/common/bits.h"
#include "libos/arch/common/native.h"
#include "libos/arch/common/pages.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <random>
#include <sys/mman.h>
#include <vector>

namespace dyad::native {

namespace {

constexpr uint64_t kPage = DYAD_PAGE_SIZE, kAreaOffset = 0x400000, kAreaSize = 0x100000;
// The linker's symbols: CMakeLists.txt.
constexpr uint64_t kCommon = 0x40200000, kCommonPages = 5, kArenaPages = 1024, kPages = kCommonPages + kArenaPages;
constexpr uint32_t kReadWrite = 3;
constexpr int32_t kNoMemory = -12;

/// What the host knows of the machine's memory.
struct Host {
    std::vector<uint8_t> protection = std::vector<uint8_t>(kPages, kReadWrite);
    uint64_t mostPieces = UINT64_MAX;
    unsigned refused = 0;
    std::function<void()> onWait = [] {};

    uint64_t pieces() const {
        uint64_t count = 2;
        for (uint64_t page = 1; page < kPages; ++page)
            count += page != kCommonPages && protection[page] != protection[page - 1];
        return count;
    }
    /// As Linux does it: pieces are split before they are merged with their neighbours.
    int32_t change(uint64_t first, uint64_t end, uint32_t wanted) {
        auto splits = [&](uint64_t at, uint8_t inside) {
            return at != 0 && at != kPages && at != kCommonPages && protection[at - 1] == protection[at] &&
                   inside != wanted;
        };
        if (pieces() + splits(first, protection[first]) + splits(end, protection[end - 1]) > mostPieces) {
            ++refused;
            return kNoMemory;
        }
        std::fill(protection.begin() + first, protection.begin() + end, wanted);
        return 0;
    }
};
Host* host;

uint64_t addressOf(uint64_t page) {
    return page < kCommonPages ? kCommon + page * kPage : DYAD_ARENA_BASE + (page - kCommonPages) * kPage;
}
uint64_t pageOf(uint64_t address) {
    return address < DYAD_ARENA_BASE ? (address - kCommon) / kPage : kCommonPages + (address - DYAD_ARENA_BASE) / kPage;
}

const Machine kFake = {
    .notify = [] {},
    .settle = [] { return host->onWait(), true; },
    .wait = [](uint64_t) { host->onWait(); },
    .clock = []() -> uint64_t { return 0; },
    .ticks = nullptr,
    .cpuTime = nullptr,
    .clockRate = nullptr,
    .protect =
        [](uintptr_t address, uint64_t size, uint32_t protection) {
            return host->change(pageOf(address), pageOf(address) + size / kPage, protection);
        },
    .openText = nullptr,
    .discard = [](uintptr_t, uint64_t) {},
    .setThreadPointer = nullptr,
    .halt = nullptr,
};

/// A program that knows what it wrote where, and what it may do.
class PagesTest : public testing::TestWithParam<uint64_t> {
  protected:
    PagesTest() {
        host = &host_;
        machine = &kFake;
        for (auto [address, size] : {std::pair<uint64_t, uint64_t>{DYAD_CONTROL_ADDRESS, DYAD_CONTROL_SIZE},
                                     {DYAD_IMAGE_BASE + kAreaOffset, kAreaSize}})
            EXPECT_EQ(mmap(reinterpret_cast<void*>(address), size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
                      reinterpret_cast<void*>(address));
        control().arena_size = kArenaPages * kPage;
        dyad_pages& p = control().pages;
        p.area_offset = kAreaOffset;
        p.area_size = kAreaSize;
        uint64_t at = kAreaOffset;
        for (uint64_t* part :
             {&p.dirty_offset[0], &p.dirty_offset[1], &p.state_offset, &p.open_offset, &p.protection_offset})
            *part = at, at += kAreaSize / 8;
        p.common_address = kCommon;
        p.common_size = kCommonPages * kPage;
        p.block_size = static_cast<uint32_t>(GetParam());
        preparePages();
    }
    ~PagesTest() override { ask(DYAD_PAGES_OFF); }

    static dyad_pages& pages() { return control().pages; }
    static uint64_t* words(uint64_t offset) { return reinterpret_cast<uint64_t*>(DYAD_IMAGE_BASE + offset); }
    int32_t ask(uint32_t mode) {
        pages().mode = mode;
        pages().request = pages().request + 1;
        servePages();
        EXPECT_EQ(pages().answered, pages().request);
        return pages().error;
    }
    uint64_t random(uint64_t below) { return std::uniform_int_distribution<uint64_t>(0, below - 1)(random_); }
    uint64_t blockOf(uint64_t page) const {
        uint64_t each = GetParam() / kPage;
        return page < kCommonPages ? page / each : (kCommonPages + each - 1) / each + (page - kCommonPages) / each;
    }
    bool may(uint64_t page, uint32_t access) const { return (wanted_[page] & access) == access; }

    /// True if the access goes through; at most one fault opens a block.
    bool access(uint64_t page, uint32_t kind) {
        for (int tries = 0; tries < 2; ++tries) {
            if ((host_.protection[page] & kind) == kind) return true;
            if (!resolveFault(addressOf(page) + 8, true)) return false;
        }
        return (host_.protection[page] & kind) == kind;
    }
    void write(uint64_t page) {
        bool done = access(page, kReadWrite);
        ASSERT_EQ(done, may(page, kReadWrite)) << "page " << page;
        if (done) content_[page] = ++time_;
    }
    std::pair<uint64_t, uint64_t> someOfArena() {
        uint64_t first = kCommonPages + random(kArenaPages), size = 1 + random(random(4) ? 8 : 200);
        return {first, std::min(first + size, kPages)};
    }
    void protect() {
        auto [first, end] = someOfArena();
        uint32_t protection = random(3) ? kReadWrite : static_cast<uint32_t>(random(2));
        if (protectForProgram(addressOf(first), (end - first) * kPage, protection) == 0)
            std::fill(wanted_.begin() + first, wanted_.begin() + end, protection);
    }
    void discard() {
        auto [first, end] = someOfArena();
        discardForProgram(addressOf(first), (end - first) * kPage);
        std::fill(content_.begin() + first, content_.begin() + end, 0);
    }
    void expectProgramsProtection() {
        for (uint64_t page = 0; page < kPages; ++page)
            ASSERT_EQ(host_.protection[page], wanted_[page]) << page;
    }

    Host host_;
    std::mt19937_64 random_{GetParam()};
    std::vector<uint64_t> content_ = std::vector<uint64_t>(kPages);
    std::vector<uint32_t> wanted_ = std::vector<uint32_t>(kPages, kReadWrite);
    uint64_t time_ = 0;
};

TEST_P(PagesTest, ACopyFollowsWhatIsTold) {
    for (uint64_t mostPieces : {UINT64_MAX, uint64_t{400}, uint64_t{120}}) {
        host_.mostPieces = mostPieces;
        std::memset(words(pages().dirty_offset[0]), 0, kAreaSize / 4);
        ASSERT_EQ(ask(DYAD_PAGES_TRACK), 0);
        std::vector<uint64_t> copy = content_;
        auto take = [&](const uint64_t* bits) {
            for (uint64_t page = 0; page < kPages; ++page)
                if (testBit(bits, blockOf(page))) copy[page] = content_[page];
        };
        for (int round = 0; round < 60; ++round) {
            for (uint64_t i = random(300); i > 0; --i) {
                uint64_t what = random(40);
                if (what == 0)
                    protect();
                else if (what == 1)
                    discard();
                else if (what < 20)
                    write(random(kPages));
                else
                    write((time_ + kCommonPages) % kPages); // one after another
                ASSERT_FALSE(HasFatalFailure());
            }
            uint32_t active = pages().active;
            std::vector<uint64_t> stopped = copy;
            std::swap(stopped, copy);
            take(words(pages().dirty_offset[active]));
            ASSERT_EQ(copy, content_) << "round " << round; // as if stopped here
            std::swap(stopped, copy);
            ASSERT_EQ(ask(DYAD_PAGES_TRACK), 0);
            ASSERT_NE(pages().active, active);
            take(words(pages().dirty_offset[active]));
            clearBits(words(pages().dirty_offset[active]), kPages);
            ASSERT_EQ(copy, content_) << "round " << round;
        }
        ASSERT_EQ(ask(DYAD_PAGES_OFF), 0);
        host_.mostPieces = UINT64_MAX;
        expectProgramsProtection();
    }
    EXPECT_TRUE(host_.refused > 0 || GetParam() > kPage) << "larger blocks make few pieces";
}

TEST_P(PagesTest, NothingIsReadBeforeItIsThere) {
    control().migration.state = DYAD_MIGRATION_WAITING;
    for (uint64_t mostPieces : {UINT64_MAX, uint64_t{60}}) {
        for (uint64_t page = 0; page < kPages; ++page)
            if (content_[page] == 0 && random(2)) content_[page] = ++time_;
        // What the machine holds: nothing of what is missing.
        std::vector<bool> missing(blockOf(kPages - 1) + 1);
        uint64_t* states = words(pages().state_offset);
        for (uint64_t block = 0; block < missing.size(); ++block)
            if ((missing[block] = random(4) != 0)) states[block / 32] |= uint64_t{DYAD_BLOCK_MISSING} << block % 32 * 2;
        auto arrive = [&](uint64_t block) {
            states[block / 32] &= ~(uint64_t{3} << block % 32 * 2);
            missing[block] = false;
        };
        auto state = [&](uint64_t block) { return states[block / 32] >> block % 32 * 2 & 3; };
        unsigned waits = 0;
        host_.onWait = [&] {
            ++waits;
            ASSERT_NE(pages().wanted, 0u);
            uint64_t block = pages().wanted - 1;
            ASSERT_TRUE(missing[block]) << "waits for what is there";
            arrive(block);
        };
        host_.mostPieces = UINT64_MAX;
        ASSERT_EQ(ask(DYAD_PAGES_MISSING), 0);
        host_.mostPieces = mostPieces;
        ASSERT_EQ(ask(DYAD_PAGES_TRACK), -16);
        for (int i = 0; i < 3000; ++i) {
            uint64_t what = random(40), page = random(kPages);
            if (what == 0) {
                protect();
            } else if (what == 1) {
                discard();
                for (uint64_t block = 0; block < missing.size(); ++block)
                    if (missing[block] && state(block) == DYAD_BLOCK_PRESENT) missing[block] = false; // given up
            } else if (what < 10) {
                if (uint64_t block = random(missing.size()); missing[block]) arrive(block); // in the background
            } else {
                uint32_t kind = what < 25 ? 1 : kReadWrite;
                bool done = access(page, kind);
                ASSERT_EQ(done, may(page, kind)) << page;
                ASSERT_FALSE(done && missing[blockOf(page)]);
            }
            for (uint64_t p = 0; i % 100 == 0 && p < kPages; ++p)
                ASSERT_TRUE(!host_.protection[p] || !missing[blockOf(p)]) << "open and missing: " << p;
            ASSERT_FALSE(HasFatalFailure());
        }
        EXPECT_EQ(pages().wanted, 0u);
        EXPECT_GT(waits, 0u);
        for (uint64_t block = 0; block < missing.size(); ++block)
            if (missing[block]) arrive(block);
        ASSERT_EQ(ask(DYAD_PAGES_OFF), 0);
        host_.mostPieces = UINT64_MAX;
        expectProgramsProtection();
    }
    control().migration.state = DYAD_MIGRATION_RUNNING;
}

TEST_P(PagesTest, RefusesWhatMakesNoSense) {
    EXPECT_EQ(ask(DYAD_PAGES_MISSING), -16) << "the program runs";
    EXPECT_EQ(ask(17), -22);
    pages().common_size += kPage;
    EXPECT_EQ(ask(DYAD_PAGES_TRACK), -22);
    pages().common_size -= kPage;
    pages().block_size = 12288;
    EXPECT_EQ(ask(DYAD_PAGES_TRACK), -22);
    pages().block_size = 4096;
    pages().open_offset = kAreaOffset + kAreaSize - 8;
    EXPECT_EQ(ask(DYAD_PAGES_TRACK), -22);
    EXPECT_FALSE(resolveFault(DYAD_ARENA_BASE, true));
}

INSTANTIATE_TEST_SUITE_P(BlockSizes, PagesTest, testing::Values(4096, 16384, 65536));

} // namespace

const Machine* machine;

void panic(const char* message) {
    ADD_FAILURE() << "panic: " << message;
    std::abort();
}

} // namespace dyad::native
