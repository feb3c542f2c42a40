// One request at a time; every wait has an end.
#include "control_client.h"

#include "machine/ticks.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>

namespace dyad {

namespace {

/// Programs are trusted with no more memory than this.
constexpr std::size_t kLongestAnswer = 1 << 20;

std::uint64_t deadlineIn(int timeoutMs) {
    return monotonicNs() + static_cast<std::uint64_t>(timeoutMs) * 1'000'000;
}

} // namespace

Result<ControlClient> ControlClient::connect(ControlDirectory &directory, const std::string &name) {
    auto socket = directory.connect(name);
    if (!socket) return std::move(socket.error());
    return ControlClient(name, std::move(*socket));
}

Result<ControlClient::Arrived> ControlClient::receive(std::uint64_t deadlineNs) {
    std::uint64_t now = monotonicNs();
    pollfd entry{socket_.get(), POLLIN, 0};
    if (now >= deadlineNs || poll(&entry, 1, static_cast<int>((deadlineNs - now) / 1'000'000 + 1)) == 0)
        return Arrived::nothing;
    char bytes[4096];
    ssize_t size = recv(socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return Arrived::something;
    if (size > 0) received_.append(bytes, static_cast<std::size_t>(size));
    if (received_.size() > kLongestAnswer) return Error{fmt::format("'{}' gives an answer without end", name_)};
    return size > 0 ? Arrived::something : Arrived::end;
}

Result<void> ControlClient::send(const nlohmann::json &request) {
    std::string text = request.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
    if (::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size())) return {};
    return Error{fmt::format("cannot reach '{}': {}", name_, std::strerror(errno))};
}

Result<std::optional<nlohmann::ordered_json>> ControlClient::answer(int timeoutMs) {
    std::uint64_t deadline = deadlineIn(timeoutMs);
    std::size_t end;
    while ((end = received_.find('\n')) == std::string::npos) {
        auto arrived = receive(deadline);
        if (!arrived) return std::move(arrived.error());
        if (*arrived == Arrived::nothing) return std::optional<nlohmann::ordered_json>();
        if (*arrived == Arrived::end) return Error{fmt::format("'{}' ended without an answer", name_)};
    }
    auto answer = nlohmann::ordered_json::parse(received_.substr(0, end), nullptr, false);
    received_.erase(0, end + 1);
    if (!answer.is_object()) return Error{fmt::format("'{}' gives an answer that is no JSON object", name_)};
    if (answer.value("ok", false)) return std::optional(std::move(answer));
    return Error{answer.value("error", std::string("refused without a reason"))};
}

Result<nlohmann::ordered_json> ControlClient::ask(const nlohmann::json &request, int timeoutMs) {
    if (auto sent = send(request); !sent) return std::move(sent.error());
    auto answered = answer(timeoutMs);
    if (!answered) return std::move(answered.error());
    if (!*answered) return Error{fmt::format("'{}' does not answer", name_)};
    return std::move(**answered);
}

bool ControlClient::waitForEnd(int timeoutMs) {
    for (std::uint64_t deadline = deadlineIn(timeoutMs);;) {
        auto arrived = receive(deadline);
        if (!arrived || *arrived == Arrived::nothing) return false;
        if (*arrived == Arrived::end) return true;
    }
}

pid_t ControlClient::process() const {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    return getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 ? credentials.pid : -1;
}

Result<nlohmann::ordered_json> askProgram(const std::string &name, const nlohmann::json &request, int timeoutMs) {
    auto directory = ControlDirectory::open();
    if (!directory) return std::move(directory.error());
    auto client = ControlClient::connect(*directory, name);
    if (!client) return std::move(client.error());
    return client->ask(request, timeoutMs);
}

} // namespace dyad
