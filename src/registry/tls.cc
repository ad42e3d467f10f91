#include "registry/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <unistd.h>

#include "registry/limits.h"

namespace wherry::registry {

namespace {

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(BIO* text) const { BIO_free(text); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

// A key with a passphrase is an error, not a question on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

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
  std::mutex mutex;
  std::unique_ptr<SSL_CTX, Free> context;  // connections keep the one that they began with
};

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

// What SSL_CTX_use_certificate_chain_file does, of text.
static bool use_chain(SSL_CTX* context, const std::string& pem) {
  const std::unique_ptr<BIO, Free> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<X509, Free> own(
      PEM_read_bio_X509_AUX(text.get(), nullptr, &no_passphrase, nullptr));
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  while (X509* authority = PEM_read_bio_X509(text.get(), nullptr, &no_passphrase, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, authority) == 1) continue;  // it has it now
    X509_free(authority);
    return false;
  }
  // The end of the text is told as an error, too.
  const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (is_end) ERR_clear_error();
  return is_end;
}

static bool use_key(SSL_CTX* context, const std::string& pem) {
  const std::unique_ptr<BIO, Free> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<EVP_PKEY, Free> key(
      PEM_read_bio_PrivateKey(text.get(), nullptr, &no_passphrase, nullptr));
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

static Result<std::unique_ptr<SSL_CTX, Free>> make_context(const KeyPair& pair) {
  ERR_clear_error();
  std::unique_ptr<SSL_CTX, Free> owned(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = owned.get();
  if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
    return fail(ErrorCode::Io, "TLS: {}", take_reason());
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Between transfers a connection then holds no buffers.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(context, &select_protocol, nullptr);
  if (!use_chain(context, pair.certificate))
    return fail(ErrorCode::Malformed, "{}: no certificate in PEM: {}", pair.certificate_file,
                take_reason());
  if (!use_key(context, pair.key))
    return fail(ErrorCode::Malformed,
                "{}: no private key in PEM, without a passphrase, of the certificate {}: {}",
                pair.key_file, pair.certificate_file, take_reason());
  if (SSL_CTX_check_private_key(context) != 1)
    return fail(ErrorCode::Invalid, "{} is not the key of {}: {}", pair.key_file,
                pair.certificate_file, take_reason());
  return owned;
}

Result<std::unique_ptr<TlsContext>> TlsContext::create(const KeyPair& pair) {
  auto impl = std::make_unique<Impl>();
  impl->context = TRY(make_context(pair));
  return std::unique_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

Result<> TlsContext::replace(const KeyPair& pair) {
  auto context = TRY(make_context(pair));
  const std::lock_guard lock(impl_->mutex);
  impl_->context = std::move(context);
  return {};
}

Result<std::unique_ptr<Stream>> TlsContext::accept(Fd socket) const {
  std::unique_ptr<SSL, Free> ssl;
  {
    const std::lock_guard lock(impl_->mutex);
    ssl.reset(SSL_new(impl_->context.get()));
  }
  if (!ssl || SSL_set_fd(ssl.get(), socket.get()) != 1)
    return fail(ErrorCode::Io, "TLS: {}", take_reason());
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(ssl));
  TRY(stream->shake_hands());
  return stream;
}

}  // namespace wherry::registry
