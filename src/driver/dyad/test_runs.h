// Runs of one program under `dyad run`, each in a process of its own, and what differs between two of them.
#pragma once

#include "support/result.h"
#include "support/temporary_folder.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dyad {

/// What all runs have in common.
struct TestedProgram {
    std::string image;
    std::vector<std::string> arguments; ///< without argv[0]
    std::vector<std::string> options;   ///< of `dyad run`: --machine, --mem, --env, ...
    std::string input;                  ///< file that is standard input; empty: nothing to read
    std::string filesIn;                ///< root directory; empty: none, and files are not compared
    unsigned timeout = 0;               ///< seconds for one run; 0: no limit
};

/// A run that came to an end. Output, messages and files lie in `prefix` + ".out", ".err", ".files".
struct TestRun {
    std::string prefix;
    int status = 0;       ///< exit status of `dyad run`
    double seconds = 0;   ///< of all of it
    double programMs = 0; ///< from the call of `main` to the exit
    std::uint64_t moves = 0;
    std::string lastMessage; ///< last line on standard error
};

class TestRuns {
  public:
    /// `interrupted` is asked now and then while a program runs; it does not return if the command must end.
    TestRuns(TestedProgram program, TemporaryFolder folder, std::function<void()> interrupted)
        : program_(std::move(program)), folder_(std::move(folder)), interrupted_(std::move(interrupted)) {}

    /// Fails if the program could not be started, or did not end in time.
    Result<TestRun> run(const std::string& isa, const std::vector<std::string>& more = {});

    /// The first thing in which `found` differs from `expected`: exit status, output, files. Nothing if nothing does.
    std::optional<std::string> difference(const TestRun& expected, const TestRun& found) const;

  private:
    std::vector<std::string> command(const std::string& isa, const std::vector<std::string>& more,
                                     const std::string& prefix) const;
    TestedProgram program_;
    TemporaryFolder folder_;
    std::function<void()> interrupted_;
    unsigned count_ = 0;
};

} // namespace dyad
