// A child process that a machine consists of: dies with the monitor, and is killed and reaped by its owner.
#pragma once

#include "machine/unique_fd.h"
#include "support/result.h"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dyad {

struct ChildSetup {
    std::vector<std::string> command;  ///< command[0] is the path
    std::vector<int> inherited;        ///< descriptors the child keeps, under the same numbers
    std::optional<int> standardOutput; ///< default: as standard error
    std::optional<int> standardError;  ///< default: a memory file that errors() reads
    bool stopped = false;              ///< stop before the program starts, so that a debugger can attach
    std::optional<int> standardInput = {}; ///< default: /dev/null
};

class Child {
  public:
    Child() = default; ///< no process
    /// The child gets SIGKILL when the thread that called this ends.
    static Result<Child> start(const ChildSetup &setup);
    Child(Child &&other) noexcept;
    Child &operator=(Child &&other) noexcept;
    ~Child() { kill(); }

    pid_t pid() const { return pid_; }
    /// Sends it a signal, if it was not reaped yet.
    void signal(int number) const;
    /// Kills and reaps it, if it still runs.
    void kill();
    /// Waits at most `milliseconds` for its end; the wait status, or nothing if it still runs.
    std::optional<int> wait(int milliseconds);
    /// What it wrote to standard error so far (at most 64 KiB), without trailing newlines.
    std::string errors() const;

  private:
    Child(pid_t pid, UniqueFd errors) : pid_(pid), errors_(std::move(errors)) {}
    pid_t pid_ = -1;
    std::optional<int> status_;
    UniqueFd errors_;
};

/// "exit status 1", "signal 9 (Killed)".
std::string describeWaitStatus(int status);

} // namespace dyad
