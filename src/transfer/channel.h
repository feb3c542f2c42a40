// A connected stream on which nothing blocks: a socket, or TLS on one.
#pragma once

#include "machine/unique_fd.h"
#include "support/result.h"

#include <cstddef>
#include <memory>
#include <poll.h>
#include <span>

namespace dyad {

class Channel {
  public:
    virtual ~Channel() = default;
    /// Connects, and greets where there is a handshake; false while that takes.
    virtual Result<bool> open() = 0;
    /// Bytes that were read; 0: none now. The peer's end is an error.
    virtual Result<std::size_t> read(std::span<std::byte> to) = 0;
    /// Takes bytes from the beginning of `parts`, of which there are at most kMostParts and none is empty. How many; 0:
    /// none now.
    static constexpr std::size_t kMostParts = 16;
    using Parts = std::span<const std::span<const std::byte>>;
    virtual Result<std::size_t> write(Parts parts) = 0;
    /// Nothing more is written; what the peer sends may still be read.
    virtual void finish() = 0;
    virtual int fd() const = 0;
    /// What to poll for.
    virtual short events(bool wantsToWrite) const {
        return static_cast<short>(wantsToWrite ? POLLIN | POLLOUT : POLLIN);
    }
};

/// The message of a Channel whose peer has ended the stream.
inline constexpr const char* kPeerClosed = "the connection was closed by the other side";

/// Bytes as they are.
std::unique_ptr<Channel> plainChannel(UniqueFd socket);

/// The error of a connect(2) that was under way, if the socket is ready to tell; false while it is not.
Result<bool> connected(int socket);

} // namespace dyad
