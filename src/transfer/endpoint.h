// Where a destination listens: HOST:PORT, or unix:PATH. Specification: docs/transfer.md, "Connection".
#pragma once

#include "machine/unique_fd.h"
#include "support/result.h"

#include <string>
#include <sys/socket.h>

namespace dyad {

class Endpoint {
  public:
    enum class Names {
        resolve, ///< may take as long as the resolver takes
        numeric, ///< for a monitor's loop: no name is looked up
    };
    /// "host:4711", "192.0.2.1:4711", "[2001:db8::1]:4711", "unix:/path".
    static Result<Endpoint> parse(const std::string& text, Names names);

    /// The same without names.
    const std::string& text() const { return text_; }
    /// A Unix socket or a loopback address: nobody else's host is in between.
    bool local() const;

    /// A listening, non-blocking socket; text() then names the port that was chosen for port 0. A Unix socket is open
    /// to this user only, and replaces one on which nobody listens.
    Result<UniqueFd> listen();
    /// A connection to a listening socket, non-blocking, or none.
    static UniqueFd accept(int listening);
    /// A non-blocking socket that is being connected: writable when it is, or is not.
    Result<UniqueFd> connect() const;
    /// Removes the socket of a Unix address.
    void remove() const;

  private:
    const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
    Error failed(const char* what) const;
    void describe();

    std::string text_;
    sockaddr_storage address_{};
    socklen_t size_ = 0;
};

} // namespace dyad
