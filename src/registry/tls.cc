#include "registry/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <unistd.h>

#include "registry/limits.h"

namespace wherry::registry {

namespace {

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// The oldest of OpenSSL's own reasons, which is the cause of the others.
std::string take_reason() {
  const unsigned long number = ERR_get_error();
  const char* reason = number ? ERR_reason_error_string(number) : nullptr;
  ERR_clear_error();
  return reason ? reason : "the connection broke off";
}

class TlsStream final : public Stream {
 public:
  TlsStream(Fd socket, std::unique_ptr<SSL, Free> ssl)
      : Stream(std::move(socket)), ssl_(std::move(ssl)) {}

  Result<> shake_hands() {
    const auto deadline = Clock::now() + limits::kHandshakeTimeout;
    for (;;) {
      ERR_clear_error();
      const int done = SSL_accept(ssl_.get());
      if (done == 1) return {};
      TRY(wait_for_more(done, deadline));
    }
  }

  Result<size_t> read(std::span<std::byte> buffer, Clock::time_point deadline) override {
    for (;;) {
      ERR_clear_error();
      size_t count = 0;
      const int done = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count);
      if (done == 1) return count;
      if (SSL_get_error(ssl_.get(), done) == SSL_ERROR_ZERO_RETURN) return 0;
      TRY(wait_for_more(done, deadline));
    }
  }

  Result<> write(ByteSpan bytes, Pace& pace) override {
    while (!bytes.empty()) {
      ERR_clear_error();
      size_t count = 0;
      const int done = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
      if (done != 1) {
        TRY(wait_for_more(done, pace.deadline()));
        continue;
      }
      pace.count(count);
      bytes = bytes.subspan(count);
    }
    return {};
  }

  Result<> send_file(int file, uint64_t offset, uint64_t size_bytes) override {
    Pace pace;
    Bytes buffer(limits::kTransferBufferBytes);
    while (size_bytes > 0) {
      const size_t piece = std::min<uint64_t>(size_bytes, buffer.size());
      const ssize_t count = ::pread(file, buffer.data(), piece, static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return fail(ErrorCode::Io, "the file is shorter than it was");
      TRY(write(ByteSpan(buffer).first(static_cast<size_t>(count)), pace));
      offset += static_cast<uint64_t>(count);
      size_bytes -= static_cast<uint64_t>(count);
    }
    return {};
  }

  void finish_writing() override {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());  // says so; the answer is not waited for
    Stream::finish_writing();
  }

 private:
  Result<> wait_for_more(int done, Clock::time_point deadline) {
    switch (SSL_get_error(ssl_.get(), done)) {
      case SSL_ERROR_WANT_READ:
        return wait(POLLIN, deadline);
      case SSL_ERROR_WANT_WRITE:
        return wait(POLLOUT, deadline);
      default:
        return fail(ErrorCode::Io, "TLS: {}", take_reason());
    }
  }

  std::unique_ptr<SSL, Free> ssl_;
};

// HTTP/1.1, where the client offers several (RFC 7301); one that offers only others is let go.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* in, unsigned in_length, void*) {
  static constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, out_length, kHttp11, sizeof kHttp11, in, in_length) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

struct TlsContext::Impl {
  std::unique_ptr<SSL_CTX, Free> context;
};

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::create(const fs::path& certificate,
                                                       const fs::path& key) {
  TRY(open_file(certificate));  // OpenSSL says "no start line" of a file that is not there
  TRY(open_file(key));
  auto impl = std::make_unique<Impl>();
  impl->context.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = impl->context.get();
  if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
    return fail(ErrorCode::Io, "TLS: {}", take_reason());
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Between transfers a connection then holds no buffers.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(context, &select_protocol, nullptr);
  // A key with a passphrase is an error, not a question on the terminal.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    return fail(ErrorCode::Malformed, "{}: no certificate in PEM: {}", certificate.string(),
                take_reason());
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return fail(ErrorCode::Malformed,
                "{}: no private key in PEM, without a passphrase, of the certificate {}: {}",
                key.string(), certificate.string(), take_reason());
  if (SSL_CTX_check_private_key(context) != 1)
    return fail(ErrorCode::Invalid, "{} is not the key of {}: {}", key.string(),
                certificate.string(), take_reason());
  return std::unique_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

Result<std::unique_ptr<Stream>> TlsContext::accept(Fd socket) const {
  std::unique_ptr<SSL, Free> ssl(SSL_new(impl_->context.get()));
  if (!ssl || SSL_set_fd(ssl.get(), socket.get()) != 1)
    return fail(ErrorCode::Io, "TLS: {}", take_reason());
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(ssl));
  TRY(stream->shake_hands());
  return stream;
}

}  // namespace wherry::registry
