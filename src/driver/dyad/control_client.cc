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

Result<bool> ControlClient::receive(std::uint64_t deadlineNs) {
    std::uint64_t now = monotonicNs();
    pollfd entry{socket_.get(), POLLIN, 0};
    if (now >= deadlineNs || poll(&entry, 1, static_cast<int>((deadlineNs - now) / 1'000'000 + 1)) == 0)
        return Error{fmt::format("'{}' does not answer", name_)};
    char bytes[4096];
    ssize_t size = recv(socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (size > 0) received_.append(bytes, static_cast<std::size_t>(size));
    if (received_.size() > kLongestAnswer) return Error{fmt::format("'{}' gives an answer without end", name_)};
    return size > 0;
}

Result<nlohmann::ordered_json> ControlClient::ask(const nlohmann::json &request, int timeoutMs) {
    std::string text = request.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
    if (send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
        return Error{fmt::format("cannot reach '{}': {}", name_, std::strerror(errno))};
    std::uint64_t deadline = deadlineIn(timeoutMs);
    std::size_t end;
    while ((end = received_.find('\n')) == std::string::npos) {
        auto more = receive(deadline);
        if (!more) return std::move(more.error());
        if (!*more) return Error{fmt::format("'{}' ended without an answer", name_)};
    }
    auto answer = nlohmann::ordered_json::parse(received_.substr(0, end), nullptr, false);
    received_.erase(0, end + 1);
    if (!answer.is_object()) return Error{fmt::format("'{}' gives an answer that is no JSON object", name_)};
    if (answer.value("ok", false)) return answer;
    return Error{answer.value("error", std::string("refused without a reason"))};
}

bool ControlClient::waitForEnd(int timeoutMs) {
    for (std::uint64_t deadline = deadlineIn(timeoutMs);;) {
        auto more = receive(deadline);
        if (!more) return false;
        if (!*more) return true;
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
