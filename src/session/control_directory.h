// The private directory in which each running program has a socket under its name. Specification: docs/running.md,
// "Running programs".
#pragma once

#include "machine/unique_fd.h"
#include "support/result.h"

#include <string>
#include <vector>

namespace dyad {

class ControlDirectory {
  public:
    /// $XDG_RUNTIME_DIR/dyad, or /tmp/dyad-UID; made if needed. Refused unless it is ours and closed to others.
    static Result<ControlDirectory> open();

    /// A listening, non-blocking socket under `name`. Fails if a program of that name runs.
    Result<UniqueFd> listen(const std::string& name);
    /// A connection to the program of that name. The error names the programs that run.
    Result<UniqueFd> connect(const std::string& name);
    /// Names with somebody behind them, sorted. Sockets that were left behind are removed.
    std::vector<std::string> names();
    void remove(const std::string& name);

    const std::string& path() const { return path_; }

  private:
    ControlDirectory(std::string path, UniqueFd directory) : path_(std::move(path)), directory_(std::move(directory)) {}
    /// Connected, or nothing with errno set.
    UniqueFd tryConnect(const std::string& name);
    UniqueFd connectOrClean(const std::string& name);

    std::string path_;
    UniqueFd directory_;
};

/// Names are 1 to 64 of A-Z a-z 0-9 . _ -, and do not start with a dot or a dash.
Result<void> checkProgramName(const std::string& name);
/// A valid name made of any text: what is not allowed becomes '_'.
std::string asProgramName(const std::string& text);

} // namespace dyad
