// A console at the other end of a connection: what is sent, kept and asked for, and what a peer may not say.
#include "../migrate/checkpoint_sample.h"
#include "session/console_server.h"
#include "session/relayed_console.h"
#include "test_console.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

using namespace dyad;
using namespace dyad::test;

namespace {

struct Consoles : testing::Test {
    Consoles() {
        for (SectionWriter* writer : {&toDestination, &toSource})
            EXPECT_TRUE(writer->writeHeader("00112233445566778899aabbccddeeff"));
    }
    /// Gives `side` what was said since the last call; the first error.
    template <class Side> Result<void> hear(Side& side, MemorySink& said, SectionAssembler& assembler) {
        std::span<const std::byte> left = said.bytes;
        Result<void> done;
        while (!left.empty() && done) {
            const auto space = assembler.space();
            const std::size_t n = std::min(space.size(), left.size());
            std::ranges::copy(left.first(n), space.begin());
            left = left.subspan(n);
            const bool wasHeader = !assembler.headerSeen();
            auto complete = assembler.add(n);
            if (!complete) return std::move(complete.error());
            if (*complete && !wasHeader) done = side.take("P", assembler.section());
        }
        said.bytes.clear();
        return done;
    }
    Result<void> heardHere() { return hear(here, destinationSaid, fromDestination); }
    Result<void> heardThere() { return hear(there, sourceSaid, fromSource); }
    Result<void> exchange() {
        for (int turn = 0; turn < 3; ++turn) {
            if (auto heard = heardHere(); !heard) return heard;
            if (auto stepped = here.step(); !stepped) return stepped;
            if (auto heard = heardThere(); !heard) return heard;
        }
        return {};
    }
    MemorySink sourceSaid, destinationSaid;
    SectionWriter toDestination{sourceSaid, kTransferStream}, toSource{destinationSaid, kTransferStream};
    SectionAssembler fromSource{kTransferStream, "S"}, fromDestination{kTransferStream, "D"};
    TestConsole console;
    ConsoleServer here{console, toDestination};
    RelayedConsole there{toSource};
    std::array<std::byte, DYAD_FRAME_MAX> buffer;
};

TEST_F(Consoles, OutputIsWrittenThereAndKeptUntilThen) {
    there.write(1, bytes("one "));
    there.write(2, bytes("two"));
    EXPECT_TRUE(there.idle());
    EXPECT_FALSE(there.written());
    console.blocked = true;
    ASSERT_TRUE(exchange());
    EXPECT_FALSE(there.written());
    console.blocked = false;
    ASSERT_TRUE(exchange());
    EXPECT_TRUE(there.written());
    EXPECT_EQ(console.text, "one two");
}

TEST_F(Consoles, OutputWaitsForTheWindow) {
    console.blocked = true;
    const std::string piece(10000, 'x');
    std::size_t sent = 0;
    for (; there.idle(); sent += piece.size())
        there.write(1, bytes(piece));
    EXPECT_GE(sent, kConsoleWindow);
    EXPECT_LT(sent, kConsoleWindow + piece.size());
    ASSERT_TRUE(exchange());
    EXPECT_FALSE(there.idle());
    console.blocked = false;
    ASSERT_TRUE(exchange());
    EXPECT_TRUE(there.idle());
    EXPECT_EQ(console.text.size(), sent);
}

TEST_F(Consoles, ErrorsOfWritesAreToldBack) {
    console.errors[0] = EPIPE;
    there.write(1, bytes("lost"));
    there.write(2, bytes("written"));
    ASSERT_TRUE(exchange());
    EXPECT_TRUE(there.written());
    EXPECT_EQ(there.error(1), EPIPE);
    EXPECT_EQ(there.error(2), 0);
    EXPECT_EQ(console.text, "written");
}

TEST_F(Consoles, InputIsReadOnceForEachRead) {
    ASSERT_TRUE(exchange());
    console.input = "early";
    ASSERT_TRUE(exchange());
    EXPECT_TRUE(console.input) << "nobody has asked for it";
    EXPECT_FALSE(there.read(buffer, 3, 1));
    EXPECT_FALSE(there.read(buffer, 3, 1)) << "asked once";
    ASSERT_TRUE(exchange());
    const auto read = there.read(buffer, 3, 1);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->bytes, 4u);
    EXPECT_EQ(read->ahead, 1u);
    EXPECT_TRUE(there.taken(1));
    console.input = "";
    EXPECT_FALSE(there.read(buffer, 3, 1));
    ASSERT_TRUE(exchange());
    EXPECT_EQ(console.used, 1u);
    const auto end = there.read(buffer, 3, 1);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->bytes, 0u);
}

TEST_F(Consoles, ReadinessIsAskedForInBothWays) {
    EXPECT_FALSE(there.ready());
    EXPECT_FALSE(there.awaitReady());
    ASSERT_TRUE(exchange());
    EXPECT_EQ(there.ready(), std::optional(false));
    EXPECT_FALSE(there.awaitReady());
    console.input = "x";
    ASSERT_TRUE(exchange());
    EXPECT_TRUE(there.awaitReady());
    EXPECT_FALSE(there.awaitReady()) << "each answer counts once";
}

TEST_F(Consoles, TheEndComesBehindTheOutput) {
    console.blocked = true;
    there.write(1, bytes("last words"));
    ASSERT_TRUE(there.end({ConsoleEnd::How::Status, 7, "why"}));
    ASSERT_TRUE(exchange());
    EXPECT_TRUE(here.ending());
    EXPECT_EQ(here.end(), nullptr) << "not all is written";
    console.blocked = false;
    ASSERT_TRUE(exchange());
    ASSERT_TRUE(here.end());
    EXPECT_EQ(here.end()->value, 7u);
    EXPECT_EQ(here.end()->message, "why");
}

TEST_F(Consoles, SignalsComeOnce) {
    ASSERT_TRUE(here.signal(SIGINT));
    ASSERT_TRUE(exchange());
    EXPECT_EQ(there.takeSignal(), std::optional(SIGINT));
    EXPECT_EQ(there.takeSignal(), std::nullopt);
}

// What a source may not say.

TEST_F(Consoles, AnswersThatNobodyAskedForAreRefused) {
    ASSERT_TRUE(writeConsoleInput(toDestination, {ConsoleAsk::Ready, 1, 0, {}}));
    EXPECT_FALSE(heardThere());
    EXPECT_FALSE(there.read(buffer, 3, 0));
    ASSERT_TRUE(writeConsoleInput(toDestination, {ConsoleAsk::Read, 0, 0, bytes("four")}));
    EXPECT_FALSE(heardThere()) << "more than the read can take";
    ASSERT_TRUE(writeConsoleInput(toDestination, {ConsoleAsk::Read, 0, 1, bytes("four")}));
    EXPECT_FALSE(heardThere()) << "ahead without being allowed to";
}

TEST_F(Consoles, MoreCannotBeWrittenThanWasSent) {
    there.write(1, bytes("four"));
    ASSERT_TRUE(writeConsoleWritten(toDestination, {5, {}}));
    EXPECT_FALSE(heardThere());
    ASSERT_TRUE(writeConsoleWritten(toDestination, {3, {}}));
    ASSERT_TRUE(heardThere());
    ASSERT_TRUE(writeConsoleWritten(toDestination, {2, {}}));
    EXPECT_FALSE(heardThere()) << "less than before";
}

// What a destination may not say.

TEST_F(Consoles, OutputWithoutEndIsRefused) {
    console.blocked = true;
    const std::string piece(DYAD_FRAME_MAX, 'x');
    std::size_t count = 0;
    for (Result<void> heard; heard && count < 100; ++count) {
        ASSERT_TRUE(writeConsoleOutput(toSource, {1, bytes(piece)}));
        heard = heardHere();
    }
    EXPECT_LE(count * piece.size(), kConsoleWindow + 3 * DYAD_FRAME_MAX);
}

TEST_F(Consoles, TheSameIsNotAskedTwiceAtOnce) {
    for (int time = 0; time < 2; ++time)
        ASSERT_TRUE(writeConsoleNeed(toSource, {ConsoleAsk::Read, 8, 0}));
    EXPECT_FALSE(heardHere());
}

TEST_F(Consoles, NothingComesBehindTheEnd) {
    ASSERT_TRUE(there.end({ConsoleEnd::How::Signal, SIGTERM, ""}));
    there.write(1, bytes("x"));
    EXPECT_FALSE(heardHere());
}

} // namespace
