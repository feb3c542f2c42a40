// Stream sockets, IPv4, IPv6 and Unix.
#include "transfer/endpoint.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace dyad {

namespace {

constexpr std::string_view kUnix = "unix:";
constexpr int kBacklog = 16;

/// Answers are short and awaited: no waiting for more to send with them. Means nothing to Unix sockets.
void sendAtOnce(int socket) {
    const int one = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

} // namespace

Result<Endpoint> Endpoint::parse(const std::string& text, Names names) {
    Endpoint endpoint;
    if (text.starts_with(kUnix)) {
        auto& address = reinterpret_cast<sockaddr_un&>(endpoint.address_);
        const std::string path = text.substr(kUnix.size());
        if (path.empty() || path.size() >= sizeof address.sun_path)
            return Error{fmt::format("expected unix: and a path of 1 to {} bytes, found '{}'",
                                     sizeof address.sun_path - 1, text)};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        endpoint.size_ = sizeof address;
        endpoint.text_ = text;
        return endpoint;
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size())
        return Error{fmt::format("expected HOST:PORT or unix:PATH, found '{}'", text)};
    std::string host = text.substr(0, colon);
    const std::string port = text.substr(colon + 1);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | (names == Names::numeric ? AI_NUMERICHOST : 0);
    if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0)
        return Error{fmt::format("cannot find '{}': {}", text, gai_strerror(error))};
    std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, freeaddrinfo);
    std::memcpy(&endpoint.address_, found->ai_addr, found->ai_addrlen);
    endpoint.size_ = found->ai_addrlen;
    endpoint.describe();
    return endpoint;
}

void Endpoint::describe() {
    char text[INET6_ADDRSTRLEN] = "";
    if (address_.ss_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(address_);
        inet_ntop(AF_INET, &four.sin_addr, text, sizeof text);
        text_ = fmt::format("{}:{}", text, ntohs(four.sin_port));
    } else if (address_.ss_family == AF_INET6) {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(address_);
        inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof text);
        text_ = fmt::format("[{}]:{}", text, ntohs(six.sin6_port));
    }
}

bool Endpoint::local() const {
    if (address_.ss_family == AF_INET)
        return ntohl(reinterpret_cast<const sockaddr_in&>(address_).sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    if (address_.ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(address_).sin6_addr);
    return true;
}

Error Endpoint::failed(const char* what) const {
    return Error{fmt::format("cannot {} {}: {}", what, text_, std::strerror(errno))};
}

Result<UniqueFd> Endpoint::connect() const {
    UniqueFd socket(::socket(address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket || (::connect(socket.get(), address(), size_) != 0 && errno != EINPROGRESS))
        return failed("connect to");
    sendAtOnce(socket.get());
    return socket;
}

UniqueFd Endpoint::accept(int listening) {
    UniqueFd socket(accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket) sendAtOnce(socket.get());
    return socket;
}

void Endpoint::remove() const {
    if (address_.ss_family == AF_UNIX) unlink(reinterpret_cast<const sockaddr_un&>(address_).sun_path);
}

Result<UniqueFd> Endpoint::listen() {
    UniqueFd socket(::socket(address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return failed("listen on");
    const int one = 1;
    if (address_.ss_family != AF_UNIX) setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    // Nobody can connect before its mode is right.
    const mode_t mask = umask(0177);
    int bound = bind(socket.get(), address(), size_);
    if (bound != 0 && errno == EADDRINUSE && address_.ss_family == AF_UNIX) {
        if (!connect() && errno == ECONNREFUSED) {
            remove();
            bound = bind(socket.get(), address(), size_);
        } else {
            errno = EADDRINUSE;
        }
    }
    umask(mask);
    if (bound != 0 || ::listen(socket.get(), kBacklog) != 0) return failed("listen on");
    socklen_t size = sizeof address_;
    if (address_.ss_family != AF_UNIX && getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address_), &size) == 0)
        describe();
    return socket;
}

} // namespace dyad
