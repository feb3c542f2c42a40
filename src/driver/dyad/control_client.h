// Talks to the control socket of a running program. Specification: docs/running.md, "Control protocol".
#pragma once

#include "session/control_directory.h"

#include <nlohmann/json.hpp>

#include <optional>

#include <sys/types.h>

namespace dyad {

class ControlClient {
  public:
    /// The error names the programs that run.
    static Result<ControlClient> connect(ControlDirectory &directory, const std::string &name);

    /// Sends a request and waits for its answer. A refusal is an error with the program's own words.
    Result<nlohmann::ordered_json> ask(const nlohmann::json &request, int timeoutMs);
    // The same in two steps.
    Result<void> send(const nlohmann::json &request);
    /// Nothing if there is no answer after that time.
    Result<std::optional<nlohmann::ordered_json>> answer(int timeoutMs);
    /// Waits until the program has ended; false if it has not in time.
    bool waitForEnd(int timeoutMs);
    /// The `dyad` process that runs the program.
    pid_t process() const;

  private:
    ControlClient(std::string name, UniqueFd socket) : name_(std::move(name)), socket_(std::move(socket)) {}
    enum class Arrived { something, nothing, end };
    /// Appends what arrives; nothing at the deadline.
    Result<Arrived> receive(std::uint64_t deadlineNs);

    std::string name_, received_;
    UniqueFd socket_;
};

/// One request to the program of that name.
Result<nlohmann::ordered_json> askProgram(const std::string &name, const nlohmann::json &request, int timeoutMs);

/// Answers that cost the program nothing.
inline constexpr int kQuickMs = 5000;

} // namespace dyad
