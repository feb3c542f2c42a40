// OpenSSL on non-blocking sockets. Errors of its queue become messages.
#include "transfer/tls_module.h"

#include "support/output_file.h"

#include <fmt/format.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>

namespace dyad {

namespace {

constexpr unsigned char kAes128GcmSha256[] = {0x13, 0x01}; // RFC 8446, B.4
constexpr char kIdentity[] = "dyad";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kReadAhead = 256 << 10;

Error tlsError(const std::string& what) {
    const unsigned long code = ERR_get_error();
    const char* reason = code ? ERR_reason_error_string(code) : nullptr;
    ERR_clear_error();
    return Error{fmt::format("{}: {}", what, reason ? reason : "TLS failed")};
}

/// The key as a session, which is how OpenSSL takes pre-shared keys of TLS 1.3.
SSL_SESSION* sessionOf(SSL* ssl) {
    const auto* key = static_cast<const std::string*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    const SSL_CIPHER* cipher = SSL_CIPHER_find(ssl, kAes128GcmSha256);
    SSL_SESSION* session = SSL_SESSION_new();
    if (session && cipher && key &&
        SSL_SESSION_set1_master_key(session, reinterpret_cast<const unsigned char*>(key->data()), key->size()) &&
        SSL_SESSION_set1_id_context(session, reinterpret_cast<const unsigned char*>(kIdentity), sizeof kIdentity - 1) &&
        SSL_SESSION_set_cipher(session, cipher) && SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION))
        return session;
    SSL_SESSION_free(session);
    return nullptr;
}

int useKey(SSL* ssl, const EVP_MD*, const unsigned char** id, std::size_t* idSize, SSL_SESSION** session) {
    *id = reinterpret_cast<const unsigned char*>(kIdentity);
    *idSize = sizeof kIdentity - 1;
    *session = sessionOf(ssl);
    return *session != nullptr;
}

int findKey(SSL* ssl, const unsigned char* id, std::size_t idSize, SSL_SESSION** session) {
    *session = nullptr;
    if (idSize == sizeof kIdentity - 1 && std::memcmp(id, kIdentity, idSize) == 0) *session = sessionOf(ssl);
    return 1; // without a session the handshake fails: there is no certificate
}

class TlsChannel : public Channel {
  public:
    TlsChannel(SSL_CTX* context, UniqueFd socket, bool server)
        : socket_(std::move(socket)), ssl_(SSL_new(context)), server_(server) {
        SSL_set_fd(ssl_, socket_.get());
        if (server)
            SSL_set_accept_state(ssl_);
        else
            SSL_set_connect_state(ssl_);
    }
    ~TlsChannel() override { SSL_free(ssl_); }

    Result<bool> open() override {
        if (!connected_) {
            auto there = server_ ? true : connected(socket_.get());
            if (!there || !*there) return there;
            connected_ = true;
        }
        const int result = SSL_do_handshake(ssl_);
        if (result == 1) return open_ = true;
        if (auto waits = check(result, "the TLS handshake failed"); !waits) return std::move(waits.error());
        return false;
    }
    Result<std::size_t> read(std::span<std::byte> to) override {
        std::size_t n = 0;
        const int result = SSL_read_ex(ssl_, to.data(), to.size(), &n);
        if (result == 1) return n;
        if (auto waits = check(result, "the connection failed"); !waits) return std::move(waits.error());
        return std::size_t{0};
    }
    Result<std::size_t> write(Parts parts) override {
        std::size_t n = 0;
        const int result = SSL_write_ex(ssl_, parts[0].data(), parts[0].size(), &n);
        if (result == 1) return n;
        if (auto waits = check(result, "the connection failed"); !waits) return std::move(waits.error());
        return std::size_t{0};
    }
    void finish() override {
        if (std::exchange(finished_, true)) return;
        if (open_) SSL_shutdown(ssl_);
        ERR_clear_error();
        shutdown(socket_.get(), SHUT_WR);
    }
    int fd() const override { return socket_.get(); }
    short events(bool wantsToWrite) const override {
        return !connected_ || (!open_ && SSL_want_write(ssl_)) ? POLLOUT : Channel::events(wantsToWrite && open_);
    }

  private:
    /// Success if it only has to wait.
    Result<void> check(int result, const char* what) {
        const int saved = errno;
        switch (SSL_get_error(ssl_, result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return {};
        case SSL_ERROR_ZERO_RETURN:
            return Error{kPeerClosed};
        case SSL_ERROR_SYSCALL:
            ERR_clear_error();
            return Error{fmt::format("{}: {}", what, saved ? std::strerror(saved) : kPeerClosed)};
        default:
            return tlsError(what);
        }
    }
    UniqueFd socket_;
    SSL* ssl_;
    bool server_, connected_ = false, open_ = false, finished_ = false;
};

Result<void> checkPrivate(const std::string& path) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0) return Error{fmt::format("cannot open {}: {}", path, std::strerror(errno))};
    if ((status.st_mode & 077) == 0) return {};
    return Error{
        fmt::format("{} must be closed to others: expected mode 600, found {:o}", path, status.st_mode & 07777)};
}

class OpenSslTls : public Tls {
  public:
    OpenSslTls() : context_(SSL_CTX_new(TLS_method())) {}
    ~OpenSslTls() override { SSL_CTX_free(context_); }

    Result<void> load(const std::string& folder);
    std::unique_ptr<Channel> client(UniqueFd socket) override {
        return std::make_unique<TlsChannel>(context_, std::move(socket), false);
    }
    std::unique_ptr<Channel> server(UniqueFd socket) override {
        return std::make_unique<TlsChannel>(context_, std::move(socket), true);
    }

  private:
    Result<void> loadKey(const std::string& path);
    Result<void> loadCertificates(const std::string& folder);
    SSL_CTX* context_;
    std::string key_; ///< bytes; empty: certificates
};

Result<void> OpenSslTls::loadKey(const std::string& path) {
    auto bytes = readInputFile(path);
    if (!bytes) return std::move(bytes.error());
    std::string digits(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    while (!digits.empty() && std::isspace(static_cast<unsigned char>(digits.back())))
        digits.pop_back();
    for (std::size_t i = 0; digits.size() == 2 * kKeyBytes && i < kKeyBytes; ++i) {
        char* end = nullptr;
        const std::string two = digits.substr(2 * i, 2);
        const long value = std::strtol(two.c_str(), &end, 16);
        if (*end || !std::isxdigit(static_cast<unsigned char>(two[0]))) break;
        key_ += static_cast<char>(value);
    }
    if (key_.size() != kKeyBytes)
        return Error{fmt::format("{}: expected a key of {} hexadecimal digits", path, 2 * kKeyBytes)};
    SSL_CTX_set_app_data(context_, &key_);
    SSL_CTX_set_psk_use_session_callback(context_, useKey);
    SSL_CTX_set_psk_find_session_callback(context_, findKey);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr); // a server with a certificate is none that has the key
    return {};
}

Result<void> OpenSslTls::loadCertificates(const std::string& folder) {
    const std::string authority = folder + "/ca.pem", certificate = folder + "/cert.pem", key = folder + "/key.pem";
    if (auto closed = checkPrivate(key); !closed) return closed;
    if (SSL_CTX_load_verify_file(context_, authority.c_str()) != 1) return tlsError(authority);
    if (SSL_CTX_use_certificate_file(context_, certificate.c_str(), SSL_FILETYPE_PEM) != 1)
        return tlsError(certificate);
    if (SSL_CTX_use_PrivateKey_file(context_, key.c_str(), SSL_FILETYPE_PEM) != 1) return tlsError(key);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return {};
}

Result<void> OpenSslTls::load(const std::string& folder) {
    if (!context_) return tlsError("cannot set up TLS");
    SSL_CTX_set_min_proto_version(context_, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context_, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_num_tickets(context_, 0);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
    // Wanted of whoever verifies peers, though no session is ever resumed.
    SSL_CTX_set_session_id_context(context_, reinterpret_cast<const unsigned char*>(kIdentity), sizeof kIdentity - 1);
    // Records are read many at once, not each in two calls.
    SSL_CTX_set_read_ahead(context_, 1);
    SSL_CTX_set_default_read_buffer_len(context_, kReadAhead);
    // A buffer may have grown, and moved, before it is offered again.
    SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    const std::string key = folder + "/psk";
    struct stat status;
    if (stat(key.c_str(), &status) == 0) {
        if (auto closed = checkPrivate(key); !closed) return closed;
        if (auto loaded = loadKey(key); !loaded) return loaded;
    } else if (stat((folder + "/key.pem").c_str(), &status) == 0) {
        if (auto loaded = loadCertificates(folder); !loaded) return loaded;
    } else {
        return Error{
            fmt::format("expected psk, or ca.pem, cert.pem and key.pem, in '{}': dyad keygen makes them", folder)};
    }
    return {};
}

} // namespace

Result<std::shared_ptr<Tls>> loadWithOpenSsl(const std::string& folder) {
    auto tls = std::make_shared<OpenSslTls>();
    if (auto loaded = tls->load(folder); !loaded) return std::move(loaded.error());
    return std::shared_ptr<Tls>(std::move(tls));
}

const TlsModule dyad_tls_module = {loadWithOpenSsl, makeKeyWithOpenSsl, makeCertificatesWithOpenSsl};

} // namespace dyad
