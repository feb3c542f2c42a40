// What two hosts need to know each other: a key, or an authority and a certificate for each.
#include "transfer/tls_module.h"

#include "support/output_file.h"

#include <fmt/format.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <sys/stat.h>

namespace dyad {

namespace {

constexpr long kValidSeconds = 10L * 365 * 24 * 3600;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Error failed(const char* what) {
    const char* reason = ERR_reason_error_string(ERR_get_error());
    return Error{fmt::format("cannot make {}: {}", what, reason ? reason : "OpenSSL failed")};
}

Result<void> makeFolder(const std::string& path) {
    if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return Error{fmt::format("cannot make {}: {}", path, std::strerror(errno))};
}

/// Keys are never replaced: whoever uses the old ones would be locked out.
Result<void> writeNew(const std::string& path, std::string_view text) {
    struct stat status;
    if (stat(path.c_str(), &status) == 0) return Error{fmt::format("'{}' exists already", path)};
    return writeOutputFile(path, std::as_bytes(std::span(text)), 0600);
}

/// Writes what `print` prints as PEM.
template <class Print> Result<void> writePem(const std::string& path, Print print) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
    if (!memory || print(memory.get()) != 1) return failed(path.c_str());
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return writeNew(path, std::string_view(text, static_cast<std::size_t>(size)));
}

/// A certificate for `name`, signed by `issuer` with `signer`; without an issuer by itself, as an authority.
Certificate certify(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* signer) {
    Certificate certificate(X509_new(), X509_free);
    unsigned char number[16];
    if (!certificate || RAND_bytes(number, sizeof number) != 1) return Certificate(nullptr, X509_free);
    number[0] &= 0x7f; // positive
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> serial(BN_bin2bn(number, sizeof number, nullptr), BN_free);
    X509* x = certificate.get();
    X509_NAME* subject = X509_get_subject_name(x);
    bool good = X509_set_version(x, X509_VERSION_3) && BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(x)) &&
                X509_gmtime_adj(X509_getm_notBefore(x), -3600) &&
                X509_gmtime_adj(X509_getm_notAfter(x), kValidSeconds) && X509_set_pubkey(x, key) &&
                X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                           reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) &&
                X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer) : subject);
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer ? issuer : x, x, nullptr, nullptr, 0);
    const std::pair<int, const char*> extensions[] = {
        {NID_basic_constraints, issuer ? "critical,CA:FALSE" : "critical,CA:TRUE"},
        {NID_key_usage, issuer ? "critical,digitalSignature" : "critical,keyCertSign"},
        {NID_subject_key_identifier, "hash"},
    };
    for (const auto& [nid, value] : extensions) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
        good = good && extension && X509_add_ext(x, extension, -1);
        X509_EXTENSION_free(extension);
    }
    if (!good || !X509_sign(x, signer, EVP_sha256())) certificate.reset();
    return certificate;
}

} // namespace

Result<void> makeKeyWithOpenSsl(const std::string& folder) {
    if (auto made = makeFolder(folder); !made) return made;
    unsigned char key[32];
    if (RAND_bytes(key, sizeof key) != 1) return failed("a key");
    std::string digits;
    for (unsigned char byte : key)
        digits += fmt::format("{:02x}", byte);
    return writeNew(folder + "/psk", digits + "\n");
}

Result<void> makeCertificatesWithOpenSsl(const std::string& folder, const std::vector<std::string>& hosts) {
    if (auto made = makeFolder(folder); !made) return made;
    const Key authorityKey(EVP_EC_gen("P-256"), EVP_PKEY_free);
    if (!authorityKey) return failed("a key");
    const Certificate authority = certify("dyad authority", authorityKey.get(), nullptr, authorityKey.get());
    if (!authority) return failed("an authority");
    for (const std::string& host : hosts) {
        const std::string path = folder + "/" + host;
        const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
        if (!key) return failed("a key");
        const Certificate certificate = certify(host, key.get(), authority.get(), authorityKey.get());
        if (!certificate) return failed("a certificate");
        if (auto made = makeFolder(path); !made) return made;
        const auto write = [&](X509* one) { return [one](BIO* to) { return PEM_write_bio_X509(to, one); }; };
        if (auto written = writePem(path + "/ca.pem", write(authority.get())); !written) return written;
        if (auto written = writePem(path + "/cert.pem", write(certificate.get())); !written) return written;
        auto written = writePem(path + "/key.pem", [&](BIO* to) {
            return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
        if (!written) return written;
    }
    return {};
}

} // namespace dyad
