// Serves clients that may be slow, wrong or gone: none of them makes the program wait.
#include "session/control_server.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace dyad {

namespace {

constexpr std::size_t kLongestRequest = 16 * 1024;
/// More than these at once wait in the socket's backlog.
constexpr std::size_t kMostClients = 32;

bool isUs(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 &&
           (credentials.uid == geteuid() || credentials.uid == 0);
}

} // namespace

nlohmann::ordered_json refusal(const std::string& message) {
    return {{"ok", false}, {"error", message}};
}

Result<std::unique_ptr<ControlServer>> ControlServer::open(const std::string& name, HandleRequest handle) {
    auto directory = ControlDirectory::open();
    if (!directory) return std::move(directory.error());
    auto socket = directory->listen(name);
    if (!socket) return std::move(socket.error());
    return std::unique_ptr<ControlServer>(
        new ControlServer(std::move(*directory), name, std::move(*socket), std::move(handle)));
}

ControlServer::~ControlServer() {
    directory_.remove(name_);
}

void ControlServer::accept() {
    while (clients_.size() < kMostClients) {
        UniqueFd socket(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!socket) return;
        if (isUs(socket.get())) clients_.push_back(std::make_shared<Client>(Client{std::move(socket), {}, false}));
    }
}

Result<void> ControlServer::step() {
    accept();
    for (auto& client : clients_)
        serve(client);
    clients_.remove_if([](const auto& client) { return !client->socket; });
    return {};
}

void ControlServer::serve(const std::shared_ptr<Client>& client) {
    if (client->waits) {
        // A client that hangs up does not want its answer any more; what it asked for is carried out.
        pollfd entry{client->socket.get(), 0, 0};
        if (poll(&entry, 1, 0) > 0) client->socket.reset();
        return;
    }
    char bytes[4096];
    ssize_t size = recv(client->socket.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        client->socket.reset();
        return;
    }
    if (size > 0) client->received.append(bytes, static_cast<std::size_t>(size));
    std::size_t end = client->received.find('\n');
    if (end == std::string::npos) {
        if (client->received.size() <= kLongestRequest) return;
        send(*client, refusal(fmt::format("a request has at most {} bytes", kLongestRequest)));
        client->socket.reset();
        return;
    }
    std::string line = client->received.substr(0, end);
    client->received.erase(0, end + 1);
    take(client, line);
}

void ControlServer::take(const std::shared_ptr<Client>& client, const std::string& line) {
    auto request = nlohmann::json::parse(line, nullptr, false);
    if (!request.is_object()) return send(*client, refusal("a request is one JSON object a line"));
    client->waits = true;
    handle_(request, [weak = std::weak_ptr<Client>(client)](const nlohmann::ordered_json& answer) {
        auto waiting = weak.lock();
        if (!waiting || !waiting->socket) return;
        waiting->waits = false;
        send(*waiting, answer);
    });
}

/// Answers are short: one that does not fit into the socket's buffer has a reader that does not read.
void ControlServer::send(Client& client, const nlohmann::ordered_json& answer) {
    std::string text = answer.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
    ssize_t sent = ::send(client.socket.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(text.size())) client.socket.reset();
}

void ControlServer::addEntries(std::vector<pollfd>& entries) const {
    if (clients_.size() < kMostClients) entries.push_back({socket_.get(), POLLIN, 0});
    for (const auto& client : clients_)
        // A waiting client's further requests are left where they are; poll still tells if it hangs up.
        entries.push_back({client->socket.get(), static_cast<short>(client->waits ? 0 : POLLIN), 0});
}

} // namespace dyad
