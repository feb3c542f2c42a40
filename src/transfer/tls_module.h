// What libdyad-tls.so, the part of the `dyad` command that links OpenSSL, gives to the rest: it is loaded when keys are
// used, so that starting a program does not load OpenSSL, which takes longer than all else before main.
#pragma once

#include "transfer/tls.h"

namespace dyad {

struct TlsModule {
    Result<std::shared_ptr<Tls>> (*load)(const std::string& folder);
    Result<void> (*makeKey)(const std::string& folder);
    Result<void> (*makeCertificates)(const std::string& folder, const std::vector<std::string>& hosts);
};

/// The table that the module exports under this name. Both sides are of one build: there is no version.
inline constexpr const char* kTlsModuleSymbol = "dyad_tls_module";

// In the module.
extern "C" [[gnu::visibility("default")]] const TlsModule dyad_tls_module;
Result<std::shared_ptr<Tls>> loadWithOpenSsl(const std::string& folder);
Result<void> makeKeyWithOpenSsl(const std::string& folder);
Result<void> makeCertificatesWithOpenSsl(const std::string& folder, const std::vector<std::string>& hosts);

} // namespace dyad
