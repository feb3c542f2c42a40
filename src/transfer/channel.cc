// Sockets without TLS.
#include "transfer/channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>

namespace dyad {

Result<bool> connected(int socket) {
    pollfd entry{socket, POLLOUT, 0};
    if (poll(&entry, 1, 0) <= 0) return false;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) return Error{fmt::format("cannot connect: {}", std::strerror(error))};
    return true;
}

namespace {

class PlainChannel : public Channel {
  public:
    explicit PlainChannel(UniqueFd socket) : socket_(std::move(socket)) {}

    Result<bool> open() override {
        if (open_) return true;
        auto there = connected(socket_.get());
        if (there && *there) open_ = true;
        return there;
    }
    Result<std::size_t> read(std::span<std::byte> to) override {
        const ssize_t n = recv(socket_.get(), to.data(), to.size(), MSG_DONTWAIT);
        if (n > 0) return static_cast<std::size_t>(n);
        if (n == 0) return Error{kPeerClosed};
        return nothing();
    }
    Result<std::size_t> write(Parts parts) override {
        std::array<iovec, kMostParts> vector;
        std::ranges::transform(parts, vector.begin(), [](std::span<const std::byte> part) {
            return iovec{const_cast<std::byte*>(part.data()), part.size()};
        });
        msghdr message{};
        message.msg_iov = vector.data();
        message.msg_iovlen = parts.size();
        const ssize_t n = sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0) return static_cast<std::size_t>(n);
        return nothing();
    }
    void finish() override { shutdown(socket_.get(), SHUT_WR); }
    int fd() const override { return socket_.get(); }
    short events(bool wantsToWrite) const override { return open_ ? Channel::events(wantsToWrite) : POLLOUT; }

  private:
    static Result<std::size_t> nothing() {
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return std::size_t{0};
        return Error{fmt::format("the connection failed: {}", std::strerror(errno))};
    }
    UniqueFd socket_;
    bool open_ = false;
};

} // namespace

std::unique_ptr<Channel> plainChannel(UniqueFd socket) {
    return std::make_unique<PlainChannel>(std::move(socket));
}

} // namespace dyad
