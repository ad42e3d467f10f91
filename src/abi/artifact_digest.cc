#include "abi/artifact_digest.h"

#include <cstring>

namespace wherry::abi {

Digest records_digest(ByteSpan file, const Header& header) {
  constexpr size_t kField = offsetof(Header, records_sha256);
  constexpr size_t kBehind = kField + sizeof header.records_sha256;
  Sha256 hash;
  hash.update(file.first(kField));
  hash.update(file.subspan(kBehind, header.code.offset - kBehind));
  return hash.finish();
}

Digest contents_digest(ByteSpan file, const Header& header) {
  return sha256(file.subspan(header.code.offset));
}

Result<> check_equal(const Digest& digest, const uint8_t (&expected)[32], const char* what) {
  if (std::memcmp(digest.bytes.data(), expected, sizeof expected) == 0) return {};
  return fail(ErrorCode::Malformed,
              "artifact is damaged: its {}' digest differs (delete it to compile again)", what);
}

}  // namespace wherry::abi
