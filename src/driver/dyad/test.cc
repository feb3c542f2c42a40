// `dyad test`: runs a program where it stays, on both ISAs, and while it moves between them, and compares (docs/ci.md).
#include "commands.h"
#include "run_session.h"
#include "test_report.h"
#include "test_runs.h"

#include "support/output_file.h"

#include <fmt/format.h>

#include <array>
#include <sys/signalfd.h>

namespace dyad {

namespace {

struct TestOptions {
    std::string machine = "process", memory, filesIn, input, junit;
    std::vector<std::string> environment;
    unsigned moves = 10, points = 0, timeout = 300;
};

/// Spacings of moves in migration points reached, tried in this order until there are as many moves as wanted: primes,
/// so that moves do not always meet the same site of a loop.
constexpr std::array<unsigned, 5> kSpacings{10007, 1009, 101, 11, 1};
/// Moves by time closer than this would all fall into starting the destination.
constexpr double kLeastIntervalMs = 20;

std::string movesAtPoints(std::uint64_t moves, unsigned spacing) {
    return fmt::format("{} {}, one at every {}", moves, moves == 1 ? "move" : "moves",
                       spacing == 1 ? "point" : fmt::format("{} points", spacing));
}

class Test {
  public:
    Test(const TestOptions& options, const ProgramWords& program, TestRuns runs)
        : options_(options), runs_(std::move(runs)) {
        report_.suite = program.image.substr(program.image.rfind('/') + 1);
    }

    const TestReport& perform() {
        auto reference = runs_.run("x86_64");
        if (!reference) {
            add({"x86_64", TestCase::Verdict::failed, reference.error().message});
            return report_;
        }
        add({"x86_64", TestCase::Verdict::passed, fmt::format("exit status {}", reference->status),
             reference->seconds});
        auto other = runs_.run("aarch64");
        addCompared("aarch64", *reference, other, "same as x86_64");
        for (const char* isa : {"x86_64", "aarch64"}) {
            moveAtPoints(isa, *reference);
            moveAtTimes(isa, *reference, other && std::string_view(isa) == "aarch64" ? *other : *reference);
        }
        return report_;
    }

  private:
    void add(TestCase test) {
        fmt::print("{}\n", describe(test));
        std::fflush(stdout);
        report_.cases.push_back(std::move(test));
    }

    void addCompared(const std::string& name, const TestRun& reference, const Result<TestRun>& run,
                     const std::string& success) {
        if (!run) return add({name, TestCase::Verdict::failed, run.error().message});
        auto difference = runs_.difference(reference, *run);
        add({name, difference ? TestCase::Verdict::failed : TestCase::Verdict::passed,
             difference ? *difference : success, run->seconds});
    }

    /// The widest spacing that gives enough moves: those are the farthest apart.
    void moveAtPoints(const std::string& isa, const TestRun& reference) {
        std::string name = isa + ", moved at points";
        std::vector<unsigned> spacings(kSpacings.begin(), kSpacings.end());
        if (options_.points) spacings = {options_.points};
        for (unsigned spacing : spacings) {
            auto run = runs_.run(isa, {"--hop", fmt::format("points={},count={}", spacing, options_.moves)});
            bool enough = !run || run->moves >= options_.moves || spacing == spacings.back();
            if (!enough && !runs_.difference(reference, *run)) continue;
            if (run && run->moves == 0 && enough)
                return add({name, TestCase::Verdict::failed,
                            options_.points
                                ? fmt::format("it was never moved: it passes less than {} migration points", spacing)
                                : "it was never moved: it passes no migration point",
                            run->seconds});
            return addCompared(name, reference, run, run ? movesAtPoints(run->moves, spacing) : "");
        }
    }

    void moveAtTimes(const std::string& isa, const TestRun& reference, const TestRun& unmoved) {
        std::string name = isa + ", moved at times";
        double intervalMs = unmoved.programMs / (options_.moves + 1);
        if (intervalMs < kLeastIntervalMs)
            return add(
                {name, TestCase::Verdict::skipped,
                 fmt::format("it runs for {:.0f} ms, too short for {} moves", unmoved.programMs, options_.moves)});
        auto run = runs_.run(isa, {"--hop", fmt::format("every={:.0f}ms,count={}", intervalMs, options_.moves)});
        if (run && run->moves == 0 && !runs_.difference(reference, *run))
            return add({name, TestCase::Verdict::failed, "it was never moved", run->seconds});
        addCompared(name, reference, run, run ? fmt::format("{} moves, every {:.0f} ms", run->moves, intervalMs) : "");
    }

    const TestOptions& options_;
    TestRuns runs_;
    TestReport report_;
};

int runTest(const TestOptions& options, const ProgramWords& words, const CLI::App& app) {
    auto fail = [](const std::string& message) {
        fmt::print(stderr, "dyad test: error: {}\n", message);
        return kCouldNotStart;
    };
    if (words.image.empty()) return fail("no image given; see dyad test --help");
    if (options.moves == 0) return fail("--moves takes a number from 1, found '0'");
    SessionOptions session;
    session.machine = options.machine;
    if (auto machine = machineSetup(session, app); !machine) return fail(machine.error().message);
    auto image = openImage(words.image);
    if (!image) return fail(image.error().message);
    auto folder = TemporaryFolder::create();
    if (!folder) return fail(folder.error().message);
    TestedProgram program{words.image,   words.arguments, {"--machine", options.machine},
                          options.input, options.filesIn, options.timeout};
    if (!options.memory.empty()) program.options.insert(program.options.end(), {"--mem", options.memory});
    for (const std::string& variable : options.environment)
        program.options.insert(program.options.end(), {"--env", variable});
    std::optional<int> signal;
    SignalGuard signals;
    struct Interrupted {};
    auto interrupted = [&] {
        signalfd_siginfo info;
        if (read(signals.fd(), &info, sizeof info) == sizeof info) {
            signal = static_cast<int>(info.ssi_signo);
            throw Interrupted{};
        }
    };
    TestReport report;
    try {
        report = Test(options, words, TestRuns(std::move(program), std::move(*folder), interrupted)).perform();
    } catch (Interrupted) {
        signals.dieOf(*signal); // the child and the folder are gone by now
    }
    std::size_t failed = report.count(TestCase::Verdict::failed);
    fmt::print("{}: {} passed, {} failed\n", report.suite, report.count(TestCase::Verdict::passed), failed);
    if (!options.junit.empty()) {
        std::string xml = report.junit();
        if (auto written = writeOutputFile(options.junit, std::as_bytes(std::span(xml))); !written)
            return fail(written.error().message);
    }
    return failed ? kFailed : 0;
}

} // namespace

Action setupTest(CLI::App& app, const ProgramWords& program) {
    auto options = std::make_shared<TestOptions>();
    app.add_option("--moves", options->moves, "moves in each run that moves (default: 10)")->type_name("NUMBER");
    app.add_option("--points", options->points,
                   "migration points from move to move (default: the most that leaves enough moves)")
        ->type_name("NUMBER");
    app.add_option("--machine", options->machine, "process (default) or qemu")->type_name("KIND");
    app.add_option("--mem", options->memory, "memory of the machine (default: as dyad run)")->type_name("SIZE");
    app.add_option("--fs", options->filesIn, "the program's root directory; the files it leaves are compared, too")
        ->type_name("DIR");
    app.add_option("--env", options->environment, "NAME=VALUE for the program's environment; may be repeated")
        ->expected(1)
        ->take_all()
        ->type_name("NAME=VALUE");
    app.add_option("--stdin", options->input, "file that is standard input (default: nothing to read)")
        ->type_name("FILE");
    app.add_option("--timeout", options->timeout, "seconds for each run (default: 300; 0: no limit)")
        ->type_name("SECONDS");
    app.add_option("--junit", options->junit, "file that gets the results in JUnit's XML")->type_name("FILE");
    return [options, &program, &app] { return runTest(*options, program, app); };
}

} // namespace dyad
