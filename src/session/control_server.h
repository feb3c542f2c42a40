// The control socket of a running program: requests and answers, one JSON object a line. Specification:
// docs/running.md, "Control protocol".
#pragma once

#include "machine/loop_part.h"
#include "session/control_directory.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>

namespace dyad {

/// Sends the answer to one request; may be called later, or never if the run ends before. The client may be gone by
/// then.
using Answer = std::function<void(const nlohmann::ordered_json&)>;
/// Carries out a request, or refuses it, through its answer.
using HandleRequest = std::function<void(const nlohmann::json& request, Answer answer)>;

/// {"ok": false, "error": message}
nlohmann::ordered_json refusal(const std::string& message);

class ControlServer : public LoopPart {
  public:
    /// Listens under `name` until it is destroyed.
    static Result<std::unique_ptr<ControlServer>> open(const std::string& name, HandleRequest handle);
    ~ControlServer() override;

    Result<void> step() override;
    void addEntries(std::vector<pollfd>& entries) const override;

  private:
    struct Client {
        UniqueFd socket;
        std::string received;
        bool waits = false; ///< for an answer; it is not read from meanwhile
    };
    ControlServer(ControlDirectory directory, std::string name, UniqueFd socket, HandleRequest handle)
        : directory_(std::move(directory)), name_(std::move(name)), socket_(std::move(socket)),
          handle_(std::move(handle)) {}
    void accept();
    void serve(const std::shared_ptr<Client>& client);
    void take(const std::shared_ptr<Client>& client, const std::string& line);
    static void send(Client& client, const nlohmann::ordered_json& answer);

    ControlDirectory directory_;
    std::string name_;
    UniqueFd socket_;
    HandleRequest handle_;
    std::list<std::shared_ptr<Client>> clients_;
};

} // namespace dyad
