#include "abi/artifact.h"

#include <cstring>

#include "abi/artifact_checker.h"
#include "abi/artifact_digest.h"
#include "abi/object_layout.h"

namespace wherry::abi {

std::string_view ArtifactView::string(StringRecord name) const {
  return as_text(strings.subspan(name.offset, name.size));
}

wasm::FunctionType ArtifactView::function_type(uint32_t type) const {
  const TypeRecord& record = types[type];
  auto params = values.subspan(record.first, record.params);
  auto results = values.subspan(record.first + record.params, record.results);
  return {{params.begin(), params.end()}, {results.begin(), results.end()}};
}

static wasm::FieldType field_type(const FieldRecord& record) {
  return {{record.value, static_cast<wasm::StorageType::Packing>(record.packing)},
          record.is_mutable != 0};
}

wasm::StructType ArtifactView::struct_type(uint32_t type) const {
  wasm::StructType structure;
  const SubTypeRecord& record = sub_types[type];
  for (const FieldRecord& field : fields.subspan(record.first_field, record.fields))
    structure.fields.push_back(field_type(field));
  return structure;
}

std::vector<wasm::SubType> ArtifactView::all_types() const {
  std::vector<wasm::SubType> all(types.size());
  for (uint32_t index = 0; index < all.size(); ++index) {
    wasm::SubType& type = all[index];
    SubTypeRecord plain{.kind = kFunctionKind,
                        .is_final = 1,
                        .supertype = kNone,
                        .group = index,
                        .group_size = 1,
                        .first_field = 0,
                        .fields = 0,
                        .reserved = 0};
    const SubTypeRecord& record = sub_types.empty() ? plain : sub_types[index];
    if (record.kind == kArrayKind) {
      type.composite = wasm::ArrayType{field_type(fields[record.first_field])};
    } else if (record.kind == kStructKind) {
      type.composite = struct_type(index);
    } else {
      type.composite = function_type(index);
    }
    type.is_final = record.is_final != 0;
    type.group = wasm::TypeIndex(record.group);
    type.group_size = record.group_size;
    if (record.supertype != kNone) type.supertype = wasm::TypeIndex(record.supertype);
  }
  return all;
}

Result<ArtifactView> parse_artifact(ByteSpan bytes) { return check_artifact(bytes); }

Result<> check_contents(const ArtifactView& view) {
  return check_equal(contents_digest(view.file, *view.header), view.header->contents_sha256,
                     "contents");
}

void sign_artifact(std::span<std::byte> file) {
  auto& header = *reinterpret_cast<Header*>(file.data());  // aligned, and at the file's start
  Digest contents = contents_digest(file, header);
  std::memcpy(header.contents_sha256, contents.bytes.data(), sizeof header.contents_sha256);
  Digest records = records_digest(file, header);
  std::memcpy(header.records_sha256, records.bytes.data(), sizeof header.records_sha256);
}

}  // namespace wherry::abi
