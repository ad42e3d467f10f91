// SHA-256 digests, in OCI's notation "sha256:<64 lower-case hex digits>" (OCI image-spec 1.1,
// descriptor.md).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "support/bytes.h"
#include "support/result.h"

namespace wherry {

struct Digest {
  std::array<uint8_t, 32> bytes{};

  // 64 lower-case hex digits, without the algorithm.
  std::string hex() const;
  // "sha256:" and hex().
  std::string to_string() const { return "sha256:" + hex(); }

  auto operator<=>(const Digest&) const = default;
};

// Reads "sha256:<hex>". Errors: Malformed; Unsupported for another algorithm.
Result<Digest> parse_digest(std::string_view text);

Digest sha256(ByteSpan bytes);

// The same in pieces, for streams.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(ByteSpan bytes);
  // Ends the stream; the object may only be destroyed afterwards.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wherry
