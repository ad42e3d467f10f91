// abi::parse_artifact: any bytes are refused or give spans that may be read to their ends. Digests
// would stop nearly everything at the door, so files are signed before they are parsed; in the half
// of the inputs that end with an odd byte the sections are laid out as well, so that the checks
// of records are reached.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "abi/artifact.h"
#include "support/bytes.h"
#include "support/result.h"

namespace wherry::abi {
namespace {

// Of the header's sections, in its order; 0 for the code and the images behind it.
constexpr size_t kRecordBytes[] = {sizeof(TypeRecord),
                                   sizeof(wasm::ValueType),
                                   sizeof(ImportRecord),
                                   sizeof(FunctionRecord),
                                   sizeof(TableRecord),
                                   sizeof(MemoryRecord),
                                   sizeof(GlobalRecord),
                                   sizeof(TagRecord),
                                   sizeof(ExportRecord),
                                   sizeof(ConstOp),
                                   sizeof(ElementRecord),
                                   sizeof(ElementItem),
                                   sizeof(DataRecord),
                                   sizeof(SubTypeRecord),
                                   sizeof(FieldRecord),
                                   1,
                                   1,
                                   0,
                                   0,
                                   sizeof(LineBlock),
                                   1,
                                   sizeof(FrameRecord),
                                   sizeof(FrameShape),
                                   sizeof(LandingPadRecord)};
static_assert(offsetof(Header, types) + sizeof kRecordBytes / sizeof(size_t) * sizeof(Section) ==
              sizeof(Header));

// 8-byte aligned, as a mapping is.
class File {
 public:
  explicit File(size_t size) : words_((size + 7) / 8), size_(size) {}
  std::span<std::byte> bytes() { return {reinterpret_cast<std::byte*>(words_.data()), size_}; }
  Header& header() { return *reinterpret_cast<Header*>(words_.data()); }

 private:
  std::vector<uint64_t> words_;
  size_t size_;
};

// The input is what the file holds from the sections' table on, the counts in it taken modulo a
// small number. Code is the last page; what the others hold overlaps it where it does not fit
// before.
void lay_out(File& file) {
  Header& header = file.header();
  const size_t size = file.bytes().size() / 8 * 8;
  const uint64_t page = size / kArtifactPageBytes * kArtifactPageBytes;
  uint64_t at = sizeof(Header);
  Section* section = &header.types;
  for (size_t bytes : kRecordBytes) {
    if (bytes == 0) {
      *section++ = {page, 0};
      continue;
    }
    const uint64_t count = std::min(section->count % 64, (size - at) / bytes);
    *section++ = {at, count};
    at = std::min<uint64_t>((at + count * bytes + 7) / 8 * 8, size);
  }
  header.code.count = file.bytes().size() - page;
}

void read_all(const ArtifactView& view) {
  uint64_t sum = 0;
  for (const FunctionRecord& function : view.functions) {
    sum += view.string(function.name).size() + view.function_type(function.type).params.size();
    if (function.code < view.code.size()) sum += static_cast<uint64_t>(view.code[function.code]);
  }
  for (const ImportRecord& record : view.imports)
    for (char c : view.string(record.module)) sum += static_cast<uint64_t>(c);
  for (const ExportRecord& record : view.exports)
    for (char c : view.string(record.name)) sum += static_cast<uint64_t>(c);
  for (const ElementRecord& element : view.elements)
    for (const ElementItem& item :
         view.element_items.subspan(element.item_first, element.item_count))
      sum += view.const_ops.subspan(item.op_first, item.op_count).size();
  for (const DataRecord& data : view.data)
    for (std::byte byte : view.data_bytes.subspan(data.bytes_offset, data.bytes_size))
      sum += static_cast<uint64_t>(byte);
  volatile uint64_t kept = sum;  // or nothing need be read
  (void)kept;
}

void parse(std::span<std::byte> bytes) {
  auto view = parse_artifact(bytes);
  if (!view) {
    WHERRY_ASSERT(!view.error().message.empty());
    return;
  }
  WHERRY_ASSERT(check_contents(*view).has_value());
  read_all(*view);
}

void run(ByteSpan input) {
  File file(input.size());
  std::ranges::copy(input, file.bytes().begin());
  parse(file.bytes());
  if (input.size() < sizeof(Header)) return;
  Header& header = file.header();
  const bool lays_out = (input.back() & std::byte{1}) != std::byte{0};
  std::memcpy(header.magic, kArtifactMagic, sizeof header.magic);
  header.version = kArtifactVersion;
  header.header_size = sizeof(Header);
  header.file_size = input.size();
  if (lays_out) lay_out(file);
  if (header.code.offset < sizeof(Header) || header.code.offset > input.size()) return;
  sign_artifact(file.bytes());
  parse(file.bytes());
}

}  // namespace
}  // namespace wherry::abi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  // std::byte may alias anything.
  wherry::abi::run({reinterpret_cast<const std::byte*>(bytes), size_bytes});
  return 0;
}
