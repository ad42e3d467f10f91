#include "abi/object_layout.h"

#include <algorithm>

namespace wherry::abi {

uint32_t storage_bytes(const wasm::StorageType& storage) {
  using Kind = wasm::ValueType::Kind;
  if (storage.is_packed()) return storage.packing == wasm::StorageType::Packing::I8 ? 1 : 2;
  switch (storage.value.kind()) {
    case Kind::I32:
    case Kind::F32:
      return 4;
    case Kind::V128:
      return 16;
    case Kind::I64:
    case Kind::F64:
    case Kind::Reference:
      break;
  }
  return 8;
}

StructLayout layout_of(const wasm::StructType& type) {
  StructLayout layout{.offsets = {}, .size_bytes = kStructHeaderBytes};
  layout.offsets.reserve(type.fields.size());
  for (const wasm::FieldType& field : type.fields) {
    uint32_t bytes = storage_bytes(field.storage);
    uint32_t alignment = std::min(bytes, 8u);
    uint32_t offset = (layout.size_bytes + alignment - 1) & ~(alignment - 1);
    layout.offsets.push_back(offset);
    layout.size_bytes = offset + bytes;
  }
  return layout;
}

}  // namespace wherry::abi
