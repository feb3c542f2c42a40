// Declares the options.
#include "transfer_options.h"

#include <filesystem>

namespace dyad {

std::string TransferOptions::tlsPath() const {
    std::error_code error;
    return tls.empty() ? tls : std::filesystem::absolute(tls, error).string();
}

void addTransferOptions(CLI::App& app, TransferOptions& options) {
    constexpr unsigned kLongest = 3600;
    app.add_option("--tls", options.tls, "folder with keys that dyad keygen made: TLS 1.3, and nobody without them")
        ->type_name("DIR");
    app.add_flag("--insecure", options.insecure, "no TLS on a network: whoever is in between can take programs");
    app.add_option("--link-timeout", options.linkTimeout,
                   "seconds without a word from the other side after which it is given up (default: 10)")
        ->check(CLI::Range(1u, kLongest))
        ->type_name("SECONDS");
}

} // namespace dyad
