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

void append(Bytes& bytes, ByteSpan more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

void append_section(Bytes& bytes, unsigned id, ByteSpan contents) {
  bytes.push_back(static_cast<std::byte>(id));
  append_number(bytes, contents.size());
  append(bytes, contents);
}

struct Section {
  size_t begin, end;  // in the module
  unsigned id;
  ByteSpan contents;
};

// Calls `visit` with each in its turn, which may fail.
template <class Visit>
Result<> visit_sections(ByteSpan module, Visit visit) {
  if (!as_text(module).starts_with(std::string_view("\0asm", 4)) || module.size() < kPreambleBytes)
    return fail(ErrorCode::Malformed, "not a WebAssembly module");
  Reader reader(module, kPreambleBytes);
  while (!reader.at_end()) {
    Section section{};
    section.begin = reader.at();
    section.id = TRY(reader.byte());
    section.contents = TRY(reader.take(TRY(reader.number())));
    section.end = reader.at();
    TRY(visit(section));
  }
  return {};
}

// The token, where it is such a section.
Result<std::optional<std::string_view>> read_token(const Section& section) {
  if (section.id != 0) return std::nullopt;
  Reader custom(section.contents, 0);
  const std::string_view name = as_text(TRY(custom.take(TRY(custom.number()))));
  if (name != kSectionName && name != kSectionNameLater) return std::nullopt;
  return as_text(section.contents.subspan(custom.at()));
}

}  // namespace

Result<std::optional<ClaimsSection>> find_claims_section(ByteSpan module) {
  std::optional<ClaimsSection> found;
  TRY(visit_sections(module, [&](const Section& section) -> Result<> {
    const auto token = TRY(read_token(section));
    if (!token) return {};
    if (found) return fail(ErrorCode::Malformed, "the module has several sections of claims");
    found = {section.begin, section.end, *token};
    return {};
  }));
  return found;
}

Result<Bytes> canonical_without_claims(ByteSpan module) {
  const auto claims = TRY(find_claims_section(module));
  Bytes bytes;
  bytes.reserve(module.size());
  append(bytes, module.first(kPreambleBytes));
  TRY(visit_sections(module, [&](const Section& section) -> Result<> {
    if (!claims || section.begin != claims->begin)
      append_section(bytes, section.id, section.contents);
    return {};
  }));
  return bytes;
}

Bytes make_claims_section(std::string_view token) {
  Bytes contents;
  append_number(contents, kSectionName.size());
  append(contents, as_bytes(kSectionName));
  append(contents, as_bytes(token));
  Bytes section;
  append_section(section, 0, contents);
  return section;
}

}  // namespace wherry::trust
