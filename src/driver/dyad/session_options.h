// Options of the subcommands that run a program: `dyad run`, `dyad restore` and `dyad receive`.
#pragma once

#include "commands.h"

#include "session/session.h"

#include <memory>

namespace dyad {

struct SessionOptions {
    std::string command; ///< "run": for messages
    std::string isa{name(hostIsa())};
    std::string machine = "qemu";
    std::string accelerator = "auto";
    std::string filesOut, stats, programName, gdb, hop;
    unsigned timeout = 0;
    bool strace = false, verbose = false, selfTest = false;

    /// Prints the error as this command's; returns the exit status for it.
    int couldNotStart(const std::string &message) const;
};

void addSessionOptions(CLI::App &app, SessionOptions &options);
Result<MachineSetup> machineSetup(const SessionOptions &options, const CLI::App &app);
/// Opens --fs-out. `startNs`: CLOCK_MONOTONIC, zero of the timeline.
Result<MonitorSetup> monitorSetup(const SessionOptions &options, std::uint64_t startNs);
/// dyad_control.flags that follow from the options.
std::uint64_t programFlags(const SessionOptions &options);
Result<SessionSetup> sessionSetup(const SessionOptions &options, const std::string &imagePath);

/// The value of `option`: "512M", "1G", "65536K", or bytes.
Result<std::uint64_t> parseSize(const std::string &text, const char *option);

/// Tries the file first, so that a mistyped name is reported as that.
Result<PairImage> openImage(const std::string &path);

} // namespace dyad
