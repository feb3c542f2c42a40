// The subcommands of `dyad`: each is a function that declares its options and returns what to do once they are parsed.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace dyad {

/// Exit status of `dyad` when a command could not start what it was asked to.
inline constexpr int kCouldNotStart = 125;
/// Exit status for wrong usage of any other command, and for a check that found something.
inline constexpr int kFailed = 1;

/// Runs a subcommand whose options were parsed; returns the exit status of `dyad`.
using Action = std::function<int()>;

/// What follows a subcommand's own options when it starts a program: IMAGE and the program's arguments.
struct ProgramWords {
    std::string image;                  ///< empty if none was given
    std::vector<std::string> arguments; ///< without argv[0]
};

Action setupRun(CLI::App &app, const ProgramWords &program);
Action setupTest(CLI::App &app, const ProgramWords &program);
Action setupPs(CLI::App &app);
Action setupStop(CLI::App &app);
Action setupMigrate(CLI::App &app);
Action setupCheckpoint(CLI::App &app);
Action setupRestore(CLI::App &app);
Action setupReceive(CLI::App &app);
Action setupKeygen(CLI::App &app);
Action setupStats(CLI::App &app);
Action setupDoctor(CLI::App &app);
Action setupCheck(CLI::App &app);
Action setupInspect(CLI::App &app);
/// `dyad image extract`, `dyad image strip`: adds subcommands of its own to `app`.
Action setupImage(CLI::App &app);

/// Replaces this process by a tool of ours: `path` is relative to the folder of the `dyad` executable. Returns only on
/// failure, after saying why, with the exit status.
int forward(const std::string &path, const std::vector<std::string> &arguments);

/// Moves IMAGE and the program's arguments out of `words`, which keeps the options that `app` declares. Everything
/// after
/// "--" is the program's; without "--", the program's arguments start at the first word after IMAGE that is no option
/// of `app`. "--" before IMAGE ends our options, so that `dyad run -- IMAGE -v` passes -v on.
ProgramWords takeProgramWords(const CLI::App &app, std::vector<std::string> &words);

/// The candidate closest to `word`, or an empty string if none is close enough to be what was meant.
std::string closest(const std::string &word, const std::vector<std::string> &candidates);

} // namespace dyad
