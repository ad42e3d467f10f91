// A request and its answer, between connections (connection.h) and those who answer (api.h). Bodies
// are streams both ways: a request's is read in pieces, a blob is sent from its file.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "http/message.h"
#include "registry/refusal.h"
#include "support/file.h"

namespace wherry::registry {

class RequestBody {
 public:
  virtual ~RequestBody() = default;
  // As Content-Length has it; nullopt for a chunked body.
  virtual std::optional<uint64_t> announced_bytes() const = 0;
  // 0 at the end. Refused: 400, 408 where the client breaks off, breaks rules, or is too slow; the
  // connection is over then.
  virtual Answer<size_t> read(std::span<std::byte> buffer) = 0;
};

// Well-formed as RFC 9112 demands of bytes, and otherwise the client's word.
struct Request {
  std::string method;
  std::string target;
  std::vector<http::Field> fields;
  std::string remote_address;
  RequestBody* body = nullptr;
  // Ends the connection; from any thread, as long as the request is being answered.
  std::function<void()> interrupt = {};

  // The value of the first field of that name; nullptr where there is none. Borrowed.
  const std::string* find_field(std::string_view name) const;
};

// A part of a file.
struct FileBody {
  Fd file;
  uint64_t offset = 0;
  uint64_t size_bytes = 0;
};

struct Response {
  unsigned status = 200;
  std::vector<http::Field> fields = {};
  std::string body = {};
  std::optional<FileBody> file = {};  // in place of `body`

  uint64_t body_bytes() const { return file ? file->size_bytes : body.size(); }
};

// Called on the connection's own thread; may block.
using Handler = std::function<Response(const Request&)>;

}  // namespace wherry::registry
