// The rule, in one place for both sides.
#include "transfer/security.h"

#include <fmt/format.h>

namespace dyad {

Result<std::shared_ptr<Tls>> securityFor(const Endpoint& endpoint, const std::string& folder, bool insecure) {
    if (!folder.empty()) return Tls::load(folder);
    if (insecure || endpoint.local()) return std::shared_ptr<Tls>();
    return Error{fmt::format("{} is reached over a network: expected --tls DIR (dyad keygen makes it), or --insecure",
                             endpoint.text())};
}

std::string insecurityOf(const Endpoint& endpoint, const Tls* tls) {
    if (tls || endpoint.local()) return {};
    return fmt::format("--insecure: whoever is between here and {} can read, change and take programs",
                       endpoint.text());
}

} // namespace dyad
