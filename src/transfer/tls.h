// TLS 1.3 between two hosts, by a pre-shared key or by certificates of both. Specification: docs/transfer.md, "Nobody
// gets in".
#pragma once

#include "transfer/channel.h"

#include <string>
#include <vector>

namespace dyad {

class Tls {
  public:
    /// Reads the keys of a folder, for either side. Fails if they are open to others.
    static Result<std::shared_ptr<Tls>> load(const std::string& folder);
    virtual ~Tls() = default;
    Tls(const Tls&) = delete;
    Tls& operator=(const Tls&) = delete;

    virtual std::unique_ptr<Channel> client(UniqueFd socket) = 0;
    virtual std::unique_ptr<Channel> server(UniqueFd socket) = 0;

  protected:
    Tls() = default;
};

/// Makes `folder` with a new `psk`.
Result<void> makeKey(const std::string& folder);
/// Makes `folder` with a subfolder for each host: ca.pem, cert.pem, key.pem. The authority's key is forgotten.
Result<void> makeCertificates(const std::string& folder, const std::vector<std::string>& hosts);

} // namespace dyad
