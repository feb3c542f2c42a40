// Who may be talked to without TLS. Specification: docs/transfer.md, "Nobody gets in".
#pragma once

#include "transfer/endpoint.h"
#include "transfer/tls.h"

namespace dyad {

/// The keys in `folder`; null if none was given and none is needed: for Unix sockets, loopback addresses, and whoever
/// is told to be `insecure`.
Result<std::shared_ptr<Tls>> securityFor(const Endpoint& endpoint, const std::string& folder, bool insecure);

/// What must be said about a connection that others on the network can read and change; empty if none can.
std::string insecurityOf(const Endpoint& endpoint, const Tls* tls);

} // namespace dyad
