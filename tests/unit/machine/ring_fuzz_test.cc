// A fuzz target for the monitor against a guest gone mad: random counters, headers, frames and flags in the rings.
// Deterministic; DYAD_FUZZ_ROUNDS=N runs longer, DYAD_FUZZ_SEED=N elsewhere.
#include "fake_guest.h"
#include "machine/ring.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

using namespace dyad;

namespace {

std::uint64_t number(const char *variable, std::uint64_t otherwise) {
    const char *text = std::getenv(variable);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct RingFuzz : testing::Test {
    std::mt19937_64 random{number("DYAD_FUZZ_SEED", 1)};
    std::uint64_t rounds = number("DYAD_FUZZ_ROUNDS", 20000);

    /// Mostly small steps of whole words, as a guest would make; sometimes anything.
    std::uint64_t counter(std::uint64_t from) {
        switch (random() % 8) {
        case 0:
            return random();
        case 1:
            return from + random() % 64;
        case 2:
            return from - random() % 4096;
        default:
            return from + random() % 4096 / 8 * 8;
        }
    }
    std::uint32_t word() {
        constexpr std::uint32_t kNasty[] = {0,     1,      7,      8,         DYAD_FRAME_MAX - 1, DYAD_FRAME_MAX,
                                            32769, 0xffff, 0x7fff, 0x7fffffff, 0x80000000,        0xffffffff};
        return random() % 2 ? kNasty[random() % std::size(kNasty)] : static_cast<std::uint32_t>(random() % 80);
    }
};

TEST_F(RingFuzz, ReaderAndWriterStayInside) {
    // Of every size a ring may have; the heap's guards on both sides show a step outside.
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const std::size_t size = std::size_t{8} << random() % 14;
        std::vector<std::byte> storage(size);
        for (std::size_t at = 0; at + 4 <= size; at += 4) {
            const std::uint32_t value = word();
            std::memcpy(storage.data() + at, &value, sizeof value);
        }
        dyad_ring toMonitor{}, toGuest{};
        FrameReader reader(toMonitor, storage);
        std::vector<std::byte> other(size);
        FrameWriter writer(toGuest, other);
        for (int step = 0; step < 12; ++step) {
            toMonitor.head = counter(toMonitor.head);
            toMonitor.tail = counter(toMonitor.tail);
            toMonitor.producer_waiting = word();
            auto frame = reader.next();
            if (frame && *frame) {
                ASSERT_LE((*frame)->payload.size(), std::size_t{DYAD_FRAME_MAX});
            }
            reader.prepareToSleep();
            reader.takeDoorbell();
            if (random() % 2) toGuest.tail = counter(toGuest.tail);
            toGuest.consumer_waiting = word();
            std::vector<std::byte> payload(random() % 300);
            std::ignore = writer.put(word(), {payload});
            std::ignore = writer.prepareToSleep(payload.size());
            writer.takeDoorbell();
        }
    }
}

/// Frames that are well formed, of every type, with payloads of any kind: the monitor serves or refuses each.
TEST_F(RingFuzz, MonitorServesOrRefusesAnything) {
    constexpr std::uint64_t kMiB = 1 << 20;
    auto plan = MemoryPlan::make(32 * kMiB, DYAD_COMMON_BASE + kMiB, 0);
    ASSERT_TRUE(plan);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    // The monitor serves guests with our own streams.
    const int kept[3] = {dup(0), dup(1), dup(2)};
    fflush(nullptr);
    for (int fd = 0; fd < 3; ++fd)
        dup2(null, fd);
    std::uint64_t ended = 0, refused = 0;
    for (std::uint64_t round = 0; round < rounds / 20; ++round) {
        auto memory = GuestMemory::create(*plan);
        auto area = fillControlArea(*memory, DYAD_MACHINE_PROCESS, {{"fuzz"}, {}, 0});
        int sockets[2];
        if (!memory || !area || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) break;
        dyad_ring &ring = area->control->tx;
        std::uint64_t at = 0;
        auto append = [&](std::uint32_t type, std::size_t size) {
            std::vector<std::byte> frame(8 + (size + 7) / 8 * 8);
            for (std::size_t i = 8; i + 4 <= frame.size(); i += 4) {
                const std::uint32_t value = word();
                std::memcpy(frame.data() + i, &value, sizeof value);
            }
            const std::uint32_t header[2] = {type, static_cast<std::uint32_t>(size)};
            std::memcpy(frame.data(), header, sizeof header);
            if (at + frame.size() > area->tx.size()) return;
            std::memcpy(area->tx.data() + at, frame.data(), frame.size());
            at += frame.size();
        };
        if (random() % 4) append(DYAD_FRAME_HELLO, 8);
        for (int frames = static_cast<int>(random() % 12); frames > 0; --frames)
            append(random() % 8 ? static_cast<std::uint32_t>(1 + random() % 12) : word(), random() % 64);
        ring.head = at;
        if (random() % 8 == 0) area->control->crash.valid = word();
        close(sockets[1]); // the machine is gone: what is in the ring is served, then it ends
        Monitor monitor(*area, {sockets[0], [] { return std::string("gone"); }}, {}, -1);
        (monitor.run() ? ended : refused) += 1;
        close(sockets[0]);
    }
    fflush(nullptr);
    for (int fd = 0; fd < 3; ++fd) {
        dup2(kept[fd], fd);
        close(kept[fd]);
    }
    close(null);
    EXPECT_EQ(ended + refused, rounds / 20);
    EXPECT_GT(ended, 0u);
    EXPECT_GT(refused, 0u);
}

} // namespace
