#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "base/check.h"
#include "pgwire/socket_calls.h"
#include "pgwire/transport.h"

namespace leat::pgwire {

namespace {

std::string openssl_reason() {
  char text[256] = "unknown reason";
  if (const unsigned long code = ERR_get_error(); code != 0)
    ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(SSL_CTX* context, int fd) : ssl_(SSL_new(context)), fd_(fd) {
    CHECK(ssl_ != nullptr && SSL_set_fd(ssl_, fd) == 1);
    SSL_set_accept_state(ssl_);
  }
  ~TlsTransport() override {
    if (!broken_) SSL_shutdown(ssl_);
    SSL_free(ssl_);
    close(fd_);
  }

  IoResult read(char* to, size_t size) override {
    ERR_clear_error();
    size_t got = 0;
    const int code = SSL_read_ex(ssl_, to, size, &got);
    return code == 1 ? IoResult{IoStatus::kDone, got} : IoResult{status_of(code)};
  }

  IoResult write(std::string_view bytes) override {
    ERR_clear_error();
    size_t put = 0;
    const int code = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &put);
    return code == 1 ? IoResult{IoStatus::kDone, put} : IoResult{status_of(code)};
  }

  bool has_buffered_input() const override { return SSL_pending(ssl_) > 0; }
  bool wait(IoStatus for_what, int timeout_ms) override {
    return wait_socket(fd_, for_what, timeout_ms);
  }
  std::unique_ptr<Transport> to_tls(TlsContext&) override { return nullptr; }

 private:
  IoStatus status_of(int code) {
    switch (SSL_get_error(ssl_, code)) {
      case SSL_ERROR_WANT_READ:
        return IoStatus::kWaitRead;
      case SSL_ERROR_WANT_WRITE:
        return IoStatus::kWaitWrite;
      default:
        broken_ = true;  // SSL_shutdown must not follow a fatal error
        ERR_clear_error();
        return IoStatus::kClosed;
    }
  }

  SSL* const ssl_;
  const int fd_;
  bool broken_ = false;
};

class OpensslContext final : public TlsContext {
 public:
  explicit OpensslContext(SSL_CTX* context) : context_(context) {}
  ~OpensslContext() override { SSL_CTX_free(context_); }
  std::unique_ptr<Transport> accept(int fd) override {
    return std::make_unique<TlsTransport>(context_, fd);
  }

 private:
  SSL_CTX* const context_;
};

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::load(const std::string& certificate_file,
                                                     const std::string& key_file) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  CHECK(context != nullptr, "no TLS: {}", openssl_reason());
  auto owned = std::make_shared<OpensslContext>(context);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Output is kept in a buffer that may move between two attempts to write it.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    return fail(SqlState::kInvalidParameterValue, "could not load the TLS certificate \"{}\": {}",
                certificate_file, openssl_reason());
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail(SqlState::kInvalidParameterValue, "could not load the TLS key \"{}\": {}", key_file,
                openssl_reason());
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return fail(SqlState::kInvalidParameterValue,
                "the TLS key \"{}\" does not belong to the certificate \"{}\"", key_file,
                certificate_file);
  }
  return owned;
}

}  // namespace leat::pgwire
