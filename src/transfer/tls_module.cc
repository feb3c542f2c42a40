// Loads libdyad-tls.so (tls_module.h) and passes calls on to it.
#include "transfer/tls_module.h"

#include <fmt/format.h>

#include <dlfcn.h>

namespace dyad {

namespace {

/// The module stays loaded: OpenSSL does not come to an end before the process does.
Result<const TlsModule*> tlsModule() {
    constexpr const char* kFile = "libdyad-tls.so"; // found by the run path of the executable
    void* module = dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
    const void* table = module ? dlsym(module, kTlsModuleSymbol) : nullptr;
    if (table) return static_cast<const TlsModule*>(table);
    const char* reason = dlerror();
    return Error{fmt::format("cannot load the part that knows TLS: {}", reason ? reason : kFile)};
}

} // namespace

Result<std::shared_ptr<Tls>> Tls::load(const std::string& folder) {
    auto module = tlsModule();
    if (!module) return std::move(module.error());
    return (*module)->load(folder);
}

Result<void> makeKey(const std::string& folder) {
    auto module = tlsModule();
    if (!module) return std::move(module.error());
    return (*module)->makeKey(folder);
}

Result<void> makeCertificates(const std::string& folder, const std::vector<std::string>& hosts) {
    auto module = tlsModule();
    if (!module) return std::move(module.error());
    return (*module)->makeCertificates(folder, hosts);
}

} // namespace dyad
