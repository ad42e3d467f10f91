#include "abi/object_layout.h"

#include <gtest/gtest.h>

namespace wherry::abi {
namespace {

using wasm::StorageType;
using wasm::StructType;
using wasm::ValueType;

wasm::FieldType packed(StorageType::Packing packing) { return {{ValueType::i32(), packing}, true}; }

TEST(ObjectLayout, AlignsFieldsToTheirSizeInOrder) {
  StructType type{{packed(StorageType::Packing::I8),
                   packed(StorageType::Packing::I16),
                   {{ValueType::i64()}, false},
                   packed(StorageType::Packing::I8),
                   {{ValueType::v128()}, false},
                   {{ValueType::externref()}, true},
                   {{ValueType::f32()}, true}}};
  StructLayout layout = layout_of(type);
  EXPECT_EQ(layout.offsets, (std::vector<uint32_t>{8, 10, 16, 24, 32, 48, 56}));
  EXPECT_EQ(layout.size_bytes, 60u);
}

TEST(ObjectLayout, OfASubTypeBeginsAsItsSupertypes) {
  StructType super{{{{ValueType::i32()}, true}, packed(StorageType::Packing::I8)}};
  StructType sub = super;
  sub.fields.push_back({{ValueType::i64()}, true});
  StructLayout above = layout_of(super), below = layout_of(sub);
  for (size_t field = 0; field < above.offsets.size(); ++field)
    EXPECT_EQ(above.offsets[field], below.offsets[field]) << field;
}

TEST(ObjectLayout, TagsTheHostsWords) {
  EXPECT_EQ(external_word(external_reference(0)), 0u);
  EXPECT_NE(external_reference(0), 0u);
  EXPECT_EQ(external_reference(12345) & kTagMask, kExternalTag);
  EXPECT_EQ(external_word(external_reference(12345)), 12345u);
}

}  // namespace
}  // namespace wherry::abi
