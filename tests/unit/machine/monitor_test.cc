// The monitor against fake guests: streams, order, back-pressure, ends, and rule breakers.
#include "fake_guest.h"

#include <csignal>
#include <sys/mman.h>
#include <sys/signalfd.h>

using namespace dyad;
using namespace dyad::test;

namespace {

std::string contentsOf(int fd) {
    std::string text(1 << 22, 0);
    ssize_t size = pread(fd, text.data(), text.size(), 0);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
}

struct Pipe {
    UniqueFd read, write;
    Pipe() {
        int ends[2];
        EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
        read = UniqueFd(ends[0]);
        write = UniqueFd(ends[1]);
    }
};

TEST(Monitor, WelcomesAndReportsTheExitStatus) {
    auto report = runGuest([](FakeGuest &guest) {
        guest.hello();
        auto [type, payload] = guest.receive();
        EXPECT_EQ(type, std::uint32_t(DYAD_FRAME_WELCOME));
        EXPECT_EQ(payload.size(), 24u);
        guest.send(DYAD_FRAME_MAIN, guest.words64({2000}));
        guest.exit(42);
    });
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->end, RunReport::End::exited);
    EXPECT_EQ(report->value, 42);
    EXPECT_GE(report->helloMs, 0);
    EXPECT_GE(report->mainMs, report->helloMs);
    EXPECT_GE(report->exitMs, report->mainMs);
}

TEST(Monitor, OutputIsCompleteAndInOrder) {
    UniqueFd file(memfd_create("out", 0));
    std::string expected;
    {
        Redirect out(1, file.get());
        auto report = runGuest([&](FakeGuest &guest) {
            guest.hello();
            for (int i = 0; i < 2000; ++i) {
                std::string text = std::to_string(i) + std::string(static_cast<std::size_t>(i * 7 % 1500), '.') + "\n";
                expected += text;
                guest.output(1, text);
            }
            guest.exit(0);
        });
        ASSERT_TRUE(report) << report.error().message;
        EXPECT_EQ(report->bytesOut, expected.size());
    }
    EXPECT_EQ(contentsOf(file.get()), expected);
}

TEST(Monitor, SlowReaderOfANonBlockingPipeLosesNothing) {
    Pipe pipe;
    fcntl(pipe.write.get(), F_SETFL, O_NONBLOCK);
    std::string got, expected;
    std::thread reader([&] {
        char bytes[1000];
        for (ssize_t size; (size = read(pipe.read.get(), bytes, sizeof bytes)) > 0;) {
            got.append(bytes, static_cast<std::size_t>(size));
            if (got.size() % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
    {
        Redirect out(1, pipe.write.get());
        pipe.write.reset();
        auto report = runGuest([&](FakeGuest &guest) {
            guest.hello();
            for (int i = 0; i < 100; ++i) {
                std::string text(9973, static_cast<char>('a' + i % 26));
                expected += text;
                guest.output(1, text);
            }
            guest.exit(0);
        });
        ASSERT_TRUE(report) << report.error().message;
    }
    reader.join();
    EXPECT_EQ(got.size(), expected.size());
    EXPECT_EQ(got, expected);
}

TEST(Monitor, ClosedPipeIsToldToTheGuest) {
    std::signal(SIGPIPE, SIG_IGN);
    Pipe pipe;
    pipe.read.reset();
    Redirect out(1, pipe.write.get());
    auto report = runGuest([&](FakeGuest &guest) {
        guest.hello();
        guest.receive();
        guest.output(1, "nobody reads this");
        auto [type, payload] = guest.receive();
        EXPECT_EQ(type, std::uint32_t(DYAD_FRAME_OUTPUT_ERROR));
        EXPECT_EQ(payload, guest.words({1, EPIPE}));
        guest.send(DYAD_FRAME_SYNC);
        EXPECT_EQ(guest.receive(), std::make_pair(std::uint32_t(DYAD_FRAME_SYNCED), guest.words({EPIPE, 0})));
        guest.send(DYAD_FRAME_SYNC);
        EXPECT_EQ(guest.receive(), std::make_pair(std::uint32_t(DYAD_FRAME_SYNCED), guest.words({0, 0})));
        guest.exit(3);
    });
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->value, 3);
}

TEST(Monitor, ReadsNoMoreInputThanWasAskedFor) {
    UniqueFd file(memfd_create("in", 0));
    ASSERT_EQ(write(file.get(), "abcdefgh", 8), 8);
    lseek(file.get(), 0, SEEK_SET);
    Redirect in(0, file.get());
    auto report = runGuest([&](FakeGuest &guest) {
        guest.hello();
        guest.receive();
        guest.send(DYAD_FRAME_INPUT_POLL);
        EXPECT_EQ(guest.receive().second, guest.words({1, 0}));
        guest.send(DYAD_FRAME_INPUT_WANTED, guest.words({3, 0}));
        EXPECT_EQ(guest.receive(), std::make_pair(std::uint32_t(DYAD_FRAME_INPUT), guest.words({0, 0}) + "abc"));
        guest.exit(0);
    });
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(lseek(file.get(), 0, SEEK_CUR), 3);
}

TEST(Monitor, ReadsFilesAheadAndMovesTheirOffsetWhenBytesAreTaken) {
    UniqueFd file(memfd_create("in", 0));
    ASSERT_EQ(write(file.get(), "abcdefgh", 8), 8);
    lseek(file.get(), 0, SEEK_SET);
    Redirect in(0, file.get());
    auto report = runGuest([&](FakeGuest &guest) {
        guest.hello();
        guest.receive();
        guest.send(DYAD_FRAME_INPUT_WANTED, guest.words({3, 4}));
        EXPECT_EQ(guest.receive(), std::make_pair(std::uint32_t(DYAD_FRAME_INPUT), guest.words({0, 4}) + "abcdefg"));
        EXPECT_EQ(lseek(file.get(), 0, SEEK_CUR), 3);
        guest.send(DYAD_FRAME_INPUT_TAKEN, guest.words({2, 0}));
        guest.send(DYAD_FRAME_INPUT_WANTED, guest.words({2, 0}));
        EXPECT_EQ(guest.receive(), std::make_pair(std::uint32_t(DYAD_FRAME_INPUT), guest.words({0, 0}) + "fg"));
        guest.send(DYAD_FRAME_INPUT_WANTED, guest.words({2, 100})); // the end is not beyond what was asked for
        EXPECT_EQ(guest.receive(), std::make_pair(std::uint32_t(DYAD_FRAME_INPUT), guest.words({0, 0}) + "h"));
        guest.exit(0);
    });
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(lseek(file.get(), 0, SEEK_CUR), 8);
    EXPECT_EQ(report->bytesIn, 8u);
}

TEST(Monitor, PipesAreNotReadAhead) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    UniqueFd from(ends[0]), to(ends[1]);
    ASSERT_EQ(write(to.get(), "abcdefgh", 8), 8);
    Redirect in(0, from.get());
    auto report = runGuest([&](FakeGuest &guest) {
        guest.hello();
        guest.receive();
        guest.send(DYAD_FRAME_INPUT_WANTED, guest.words({3, 100}));
        EXPECT_EQ(guest.receive(), std::make_pair(std::uint32_t(DYAD_FRAME_INPUT), guest.words({0, 0}) + "abc"));
        guest.exit(0);
    });
    ASSERT_TRUE(report) << report.error().message;
    char rest[8];
    EXPECT_EQ(read(from.get(), rest, sizeof rest), 5);
}

TEST(Monitor, EndOfInputAndErrorsArePassedOn) {
    UniqueFd file(memfd_create("in", 0));
    Redirect in(0, file.get());
    auto report = runGuest([&](FakeGuest &guest) {
        guest.hello();
        guest.receive();
        guest.send(DYAD_FRAME_INPUT_WANTED, guest.words({100, 0}));
        EXPECT_EQ(guest.receive(), std::make_pair(std::uint32_t(DYAD_FRAME_INPUT), guest.words({0, 0})));
        close(0);
        guest.send(DYAD_FRAME_INPUT_WANTED, guest.words({100, 0}));
        EXPECT_EQ(guest.receive(), std::make_pair(std::uint32_t(DYAD_FRAME_INPUT), guest.words({EBADF, 0})));
        guest.exit(0);
    });
    ASSERT_TRUE(report) << report.error().message;
}

TEST(Monitor, WaitForInputAnswersWhenThereIsSome) {
    Pipe pipe;
    Redirect in(0, pipe.read.get());
    auto report = runGuest([&](FakeGuest &guest) {
        guest.hello();
        guest.receive();
        guest.send(DYAD_FRAME_INPUT_WAIT);
        guest.send(DYAD_FRAME_INPUT_POLL);
        EXPECT_EQ(guest.receive(), std::make_pair(std::uint32_t(DYAD_FRAME_INPUT_READY), guest.words({0, 0})));
        EXPECT_EQ(write(pipe.write.get(), "x", 1), 1);
        EXPECT_EQ(guest.receive(), std::make_pair(std::uint32_t(DYAD_FRAME_INPUT_READY), guest.words({1, 0})));
        guest.exit(0);
    });
    ASSERT_TRUE(report) << report.error().message;
}

TEST(Monitor, LogIsCleanedAndGoesToStandardError) {
    UniqueFd file(memfd_create("err", 0));
    {
        Redirect err(2, file.get());
        auto report = runGuest([&](FakeGuest &guest) {
            guest.hello();
            guest.send(DYAD_FRAME_LOG, "system call 999 \x1b[31m");
            guest.exit(0);
        });
        ASSERT_TRUE(report);
    }
    EXPECT_EQ(contentsOf(file.get()), "dyad: system call 999 ?[31m\n");
}

TEST(Monitor, OutputBeforeACrashIsKept) {
    UniqueFd file(memfd_create("out", 0));
    Redirect out(1, file.get());
    auto report = runGuest([&](FakeGuest &guest) {
        guest.hello();
        guest.output(1, "last words");
        guest.control->crash.signal = 11;
        __atomic_store_n(&guest.control->crash.valid, 1, __ATOMIC_RELEASE);
        guest.ringNow();
    });
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->end, RunReport::End::crashed);
    EXPECT_EQ(contentsOf(file.get()), "last words");
}

TEST(Monitor, MachineThatVanishesIsAnError) {
    auto report = runGuest([](FakeGuest &guest) { guest.control->boot_stage = 2; });
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().message,
              "the machine ended before the program started (boot stage 2: its page tables were set up): it is a test");
    report = runGuest([](FakeGuest &guest) {
        guest.hello();
        guest.send(DYAD_FRAME_MAIN, guest.words64({1}));
    });
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().message, "the machine ended while the program ran: it is a test");
}

TEST(Monitor, SilentMachineIsGivenUp) {
    MonitorSetup setup;
    setup.bootTimeout = 1;
    auto report =
        runGuest([](FakeGuest &) { std::this_thread::sleep_for(std::chrono::milliseconds(2500)); }, std::move(setup));
    ASSERT_FALSE(report);
    EXPECT_EQ(
        report.error().message.find("the program did not start within 1 s (boot stage 0: no code of the image ran)"),
        0u);
}

TEST(Monitor, RunningTooLongIsReported) {
    MonitorSetup setup;
    setup.timeout = 1;
    auto report = runGuest(
        [](FakeGuest &guest) {
            guest.hello();
            guest.send(DYAD_FRAME_MAIN, guest.words64({1}));
            while (guest.receive().first != 0) {
            }
        },
        std::move(setup));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->end, RunReport::End::timedOut);
}

TEST(Monitor, OutputBeforeASignalIsKept) {
    UniqueFd file(memfd_create("out", 0));
    Redirect out(1, file.get());
    Pipe signals; // stands for a signalfd
    auto report = runGuest(
        [&](FakeGuest &guest) {
            guest.hello();
            guest.send(DYAD_FRAME_MAIN, guest.words64({1}));
            while (__atomic_load_n(&guest.control->tx.consumer_waiting, __ATOMIC_ACQUIRE) == 0) {
            }
            guest.put(DYAD_FRAME_OUTPUT, guest.words({1, 0}) + "last words");
            signalfd_siginfo info{};
            info.ssi_signo = SIGTERM;
            EXPECT_EQ(write(signals.write.get(), &info, sizeof info), static_cast<ssize_t>(sizeof info));
            while (guest.receive().first != 0) {
            }
        },
        {}, {{"test"}, {}, 0}, signals.read.get());
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->end, RunReport::End::interrupted);
    EXPECT_EQ(report->value, SIGTERM);
    EXPECT_EQ(contentsOf(file.get()), "last words");
}

TEST(Monitor, RuleBreakersAreStopped) {
    std::pair<std::function<void(FakeGuest &)>, const char *> cases[] = {
        {[](FakeGuest &g) { g.send(999); }, "the guest sent a frame of unknown type 999"},
        {[](FakeGuest &g) { g.send(DYAD_FRAME_HELLO, "1"); }, "the guest sent a frame of type 1 that is too short"},
        {[](FakeGuest &g) { g.hello(), g.hello(); }, "the guest sent HELLO and MAIN out of order"},
        {[](FakeGuest &g) { g.output(7, "x"); }, "the guest sent output to descriptor 7"},
        {[](FakeGuest &g) { g.send(DYAD_FRAME_OUTPUT, "abc"); }, "the guest sent output without saying where to"},
        {[](FakeGuest &g) {
             g.send(DYAD_FRAME_FILES_END, g.words({0, 0}));
         },
         "the guest sent files that nobody asked for"},
        {[](FakeGuest &g) {
             g.send(DYAD_FRAME_EXIT, g.words({2, 0}));
         },
         "the guest ended in an unknown way: kind 2, value 0"},
        {[](FakeGuest &g) { g.control->tx.head = 1u << 30, g.ringNow(); },
         "the guest's ring counter is wrong: 1073741824 bytes announced in a ring of 262144"},
        {[](FakeGuest &g) { g.control->rx.tail = 64, g.hello(); },
         "the guest's ring counter is wrong: 18446744073709551552 bytes outstanding in a ring of 262144"},
    };
    for (auto &[guest, message] : cases) {
        auto report = runGuest(guest);
        ASSERT_FALSE(report) << message;
        EXPECT_EQ(report.error().message, message);
    }
}

TEST(Monitor, AnswersThatNobodyTakesAreNotHoardedForEver) {
    auto report = runGuest([](FakeGuest &guest) {
        guest.hello();
        for (int i = 0; i < 40000; ++i)
            guest.send(DYAD_FRAME_INPUT_POLL);
    });
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().message, "the guest asks without taking the answers");
}

} // namespace
