#include "trust/module_sections.h"

#include "trust/limits.h"

namespace wherry::trust {

namespace {

constexpr std::string_view kSectionName = "jwt";
constexpr std::string_view kSectionNameLater = "wasmcloud_jwt";
constexpr size_t kPreambleBytes = 8;

class Reader {
 public:
  Reader(ByteSpan bytes, size_t begin) : bytes_(bytes), at_(begin) {}
  size_t at() const { return at_; }
  bool at_end() const { return at_ == bytes_.size(); }

  Result<unsigned> byte() {
    if (at_end()) return fail(ErrorCode::Malformed, "the module ends within a section");
    return std::to_integer<unsigned>(bytes_[at_++]);
  }

  // An unsigned LEB128 of 32 bits, as toolchains pad it (Core 3.0 §5.2.2).
  Result<size_t> number() {
    size_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      const unsigned next = TRY(byte());
      value |= static_cast<size_t>(next & 0x7f) << shift;
      if (!(next & 0x80)) return value;
    }
    return fail(ErrorCode::Malformed, "a section's size is no number");
  }

  Result<ByteSpan> take(size_t count) {
    if (count > bytes_.size() - at_)
      return fail(ErrorCode::Malformed, "a section reaches beyond the module's end");
    at_ += count;
    return bytes_.subspan(at_ - count, count);
  }

 private:
  ByteSpan bytes_;
  size_t at_;
};

void append_number(Bytes& bytes, size_t value) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<std::byte>(value | 0x80));
  bytes.push_back(static_cast<std::byte>(value));
}

}  // namespace

Result<std::optional<ClaimsSection>> find_claims_section(ByteSpan module) {
  if (!as_text(module).starts_with(std::string_view("\0asm", 4)) || module.size() < kPreambleBytes)
    return fail(ErrorCode::Malformed, "not a WebAssembly module");
  std::optional<ClaimsSection> found;
  Reader reader(module, kPreambleBytes);
  while (!reader.at_end()) {
    const size_t begin = reader.at();
    const unsigned id = TRY(reader.byte());
    const ByteSpan contents = TRY(reader.take(TRY(reader.number())));
    if (id != 0) continue;
    Reader custom(contents, 0);
    const std::string_view name = as_text(TRY(custom.take(TRY(custom.number()))));
    if (name != kSectionName && name != kSectionNameLater) continue;
    if (found) return fail(ErrorCode::Malformed, "the module has several sections of claims");
    found = {begin, reader.at(), as_text(contents.subspan(custom.at()))};
  }
  return found;
}

Bytes make_claims_section(std::string_view token) {
  Bytes contents;
  append_number(contents, kSectionName.size());
  for (std::string_view part : {kSectionName, token})
    contents.insert(contents.end(), as_bytes(part).begin(), as_bytes(part).end());
  Bytes section = {std::byte{0}};
  append_number(section, contents.size());
  section.insert(section.end(), contents.begin(), contents.end());
  return section;
}

}  // namespace wherry::trust
