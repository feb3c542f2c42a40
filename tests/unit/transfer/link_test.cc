// Connections: sections go through whole, silence has an end, limits hold.
#include "support/temporary_folder.h"
#include "transfer/link.h"
#include "transfer/tls.h"

#include "machine/ticks.h"

#include <gtest/gtest.h>

#include <sys/socket.h>

using namespace dyad;

namespace {

constexpr std::uint64_t kMsNs = 1'000'000;

std::pair<UniqueFd, UniqueFd> connectedPair() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Steps both until `done`, for ten seconds at most.
template <class Done> void run(Link& one, Link& other, Done done) {
    const std::uint64_t end = monotonicNs() + 10'000 * kMsNs;
    while (!done() && monotonicNs() < end) {
        ASSERT_TRUE(one.step());
        ASSERT_TRUE(other.step());
        std::vector<pollfd> entries;
        one.addEntry(entries);
        other.addEntry(entries);
        poll(entries.data(), entries.size(), 1);
    }
}

/// A header and `count` sections of `size` bytes go from one to the other.
void exchange(Link& one, Link& other, std::size_t count, std::size_t size) {
    ASSERT_TRUE(one.outgoing().writeHeader("00112233445566778899aabbccddeeff"));
    std::vector<std::byte> payload(size);
    for (std::size_t i = 0; i < size; ++i)
        payload[i] = static_cast<std::byte>(i * 7);
    for (std::size_t i = 0; i < count; ++i)
        ASSERT_TRUE(one.outgoing().write(SectionType::Pages, {payload}));
    std::size_t seen = 0;
    run(one, other, [&] {
        for (;;) {
            auto more = other.receive();
            EXPECT_TRUE(more) << more.error().message;
            if (!more || !*more) break;
            if (++seen > 1) {
                EXPECT_TRUE(std::ranges::equal(other.incoming().section().payload, payload));
            }
        }
        return seen == count + 1;
    });
    EXPECT_EQ(seen, count + 1);
}

TEST(Link, CarriesSections) {
    auto [one, other] = connectedPair();
    Link first(plainChannel(std::move(one)), "A", {}), second(plainChannel(std::move(other)), "B", {});
    exchange(first, second, 10, 1 << 20);
    EXPECT_EQ(first.bytesSent(), second.bytesReceived());
}

TEST(Link, CarriesSectionsOverTls) {
    const TemporaryFolder folder = *TemporaryFolder::create();
    ASSERT_TRUE(makeCertificates(folder.path() + "/c", {"a", "b"}));
    ASSERT_TRUE(makeKey(folder.path() + "/k"));
    for (auto [here, there] : {std::pair{"/c/a", "/c/b"}, {"/k", "/k"}}) {
        auto client = Tls::load(folder.path() + here), server = Tls::load(folder.path() + there);
        ASSERT_TRUE(client && server);
        auto [one, other] = connectedPair();
        Link first((*client)->client(std::move(one)), "A", {}), second((*server)->server(std::move(other)), "B", {});
        exchange(first, second, 10, 1 << 20);
    }
}

TEST(Link, WithAnotherKeyDoesNotOpen) {
    const TemporaryFolder folder = *TemporaryFolder::create();
    for (const char* name : {"/c1", "/c2"})
        ASSERT_TRUE(makeCertificates(folder.path() + name, {"a"}));
    for (const char* name : {"/k1", "/k2"})
        ASSERT_TRUE(makeKey(folder.path() + name));
    for (auto [here, there] : {std::pair{"/c1/a", "/c2/a"}, {"/k1", "/k2"}, {"/k1", "/c1/a"}, {"/c1/a", "/k1"}}) {
        auto client = Tls::load(folder.path() + here), server = Tls::load(folder.path() + there);
        ASSERT_TRUE(client && server);
        auto [one, other] = connectedPair();
        Link first((*client)->client(std::move(one)), "A", {}), second((*server)->server(std::move(other)), "B", {});
        ASSERT_TRUE(first.outgoing().writeHeader("00112233445566778899aabbccddeeff"));
        bool firstFailed = false, secondFailed = false;
        for (const std::uint64_t end = monotonicNs() + 5000 * kMsNs; !secondFailed && monotonicNs() < end;) {
            firstFailed = firstFailed || !first.step();
            secondFailed = secondFailed || !second.step();
            auto got = second.receive();
            EXPECT_FALSE(got && *got) << "something came through";
        }
        EXPECT_TRUE(secondFailed) << here << " " << there;
    }
}

TEST(Link, GivesASilentPeerUp) {
    auto [one, other] = connectedPair();
    Link link(plainChannel(std::move(one)), "A", {.silenceNs = 50 * kMsNs});
    ASSERT_TRUE(link.step());
    usleep(100'000);
    auto stepped = link.step();
    ASSERT_FALSE(stepped);
    EXPECT_EQ(stepped.error().message, "A: nothing was heard for 0.05 s");
}

TEST(Link, SaysThatItIsAlive) {
    auto [one, other] = connectedPair();
    Link first(plainChannel(std::move(one)), "A", {.silenceNs = 3000 * kMsNs}),
        second(plainChannel(std::move(other)), "B", {.silenceNs = 3000 * kMsNs});
    ASSERT_TRUE(first.outgoing().writeHeader("00112233445566778899aabbccddeeff"));
    ASSERT_TRUE(second.outgoing().writeHeader("00112233445566778899aabbccddeeff"));
    int shown = 0;
    const std::uint64_t end = monotonicNs() + 4000 * kMsNs;
    run(first, second, [&] {
        for (Link* link : {&first, &second})
            for (auto more = link->receive(); more && *more; more = link->receive())
                ++shown;
        return monotonicNs() > end;
    });
    EXPECT_EQ(shown, 2) << "the headers and nothing else";
}

TEST(Link, KeepsToItsLimit) {
    auto [one, other] = connectedPair();
    Link first(plainChannel(std::move(one)), "A", {.mostPerSecond = 4 << 20}),
        second(plainChannel(std::move(other)), "B", {});
    const std::uint64_t start = monotonicNs();
    exchange(first, second, 2, 1 << 20);
    const double seconds = static_cast<double>(monotonicNs() - start) / 1e9;
    EXPECT_GT(seconds, 0.45);
    EXPECT_LT(seconds, 2);
}

} // namespace
