#include "trust/pem.h"

#include "support/base64.h"
#include "trust/limits.h"

namespace wherry::trust {

static Result<Secret> decode_lines(std::string_view text) {
  Secret joined;
  joined.reserve(text.size());
  for (char c : text)
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t')
      joined.push_back(static_cast<std::byte>(c));
  return base64_decode_secret(as_text(joined));
}

std::string to_pem(std::string_view label, ByteSpan bytes) {
  constexpr size_t kLineChars = 64;
  const std::string body = base64_encode(bytes);
  std::string text = fmt::format("-----BEGIN {}-----\n", label);
  for (size_t begin = 0; begin < body.size(); begin += kLineChars)
    text.append(body, begin, kLineChars).push_back('\n');
  return text + fmt::format("-----END {}-----\n", label);
}

Result<Pem> parse_pem(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ", kDashes = "-----";
  if (text.size() > limits::kKeyFileBytes)
    return fail(ErrorCode::Malformed, "no PEM of a key: longer than {} bytes",
                limits::kKeyFileBytes);
  const size_t begin = text.find(kBegin);
  if (begin == text.npos) return fail(ErrorCode::Malformed, "no PEM: '-----BEGIN' is missing");
  text.remove_prefix(begin + kBegin.size());
  const size_t label_end = text.find(kDashes);
  if (label_end == text.npos || text.substr(0, label_end).find('\n') != text.npos)
    return fail(ErrorCode::Malformed, "no PEM: its first line has no end");
  const std::string_view label = text.substr(0, label_end);
  text.remove_prefix(label_end + kDashes.size());
  const size_t end = text.find(fmt::format("-----END {}-----", label));
  if (end == text.npos) return fail(ErrorCode::Malformed, "no PEM: '-----END' is missing");
  return Pem{label, TRY(with_context(decode_lines(text.substr(0, end)), "PEM"))};
}

}  // namespace wherry::trust
