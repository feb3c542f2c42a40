// TLS 1.3 between two hosts, by a pre-shared key or by certificates of both. Specification: docs/transfer.md, "Nobody
// gets in".
#pragma once

#include "transfer/channel.h"

#include <string>
#include <vector>

struct ssl_ctx_st;

namespace dyad {

class Tls {
  public:
    /// Reads the keys of a folder, for either side. Fails if they are open to others.
    static Result<std::shared_ptr<Tls>> load(const std::string& folder);
    ~Tls();
    Tls(const Tls&) = delete;
    Tls& operator=(const Tls&) = delete;

    std::unique_ptr<Channel> client(UniqueFd socket);
    std::unique_ptr<Channel> server(UniqueFd socket);

  private:
    Tls() = default;
    Result<void> loadKey(const std::string& path);
    Result<void> loadCertificates(const std::string& folder);
    ssl_ctx_st* context_ = nullptr;
    std::string key_; ///< bytes; empty: certificates
};

/// Makes `folder` with a new `psk`.
Result<void> makeKey(const std::string& folder);
/// Makes `folder` with a subfolder for each host: ca.pem, cert.pem, key.pem. The authority's key is forgotten.
Result<void> makeCertificates(const std::string& folder, const std::vector<std::string>& hosts);

} // namespace dyad
