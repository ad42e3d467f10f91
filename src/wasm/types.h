// WebAssembly's types and index spaces. Follows Core 3.0 §2.3 (types) and §5.3 (their binary
// codes).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wherry::wasm {

// Index spaces are types of their own, so that a table index cannot be passed for a function index.
enum class TypeIndex : uint32_t {};
enum class FunctionIndex : uint32_t {};
enum class TableIndex : uint32_t {};
enum class MemoryIndex : uint32_t {};
enum class GlobalIndex : uint32_t {};
enum class TagIndex : uint32_t {};
enum class ElementIndex : uint32_t {};
enum class DataIndex : uint32_t {};
enum class LocalIndex : uint32_t {};

template <class Index>
constexpr uint32_t raw(Index index) {
  return static_cast<uint32_t>(index);
}

// What a reference points to: an abstract heap type (a negative code, the binary format's s33
// byte), or a type of the module (its index, from 0 up). Core 3.0 §2.3.3.
class HeapType {
 public:
  static constexpr int32_t kNoExn = -0x0c;     // 0x74
  static constexpr int32_t kNoFunc = -0x0d;    // 0x73
  static constexpr int32_t kNoExtern = -0x0e;  // 0x72
  static constexpr int32_t kNone = -0x0f;      // 0x71
  static constexpr int32_t kFunc = -0x10;      // 0x70
  static constexpr int32_t kExtern = -0x11;    // 0x6f
  static constexpr int32_t kAny = -0x12;       // 0x6e
  static constexpr int32_t kEq = -0x13;        // 0x6d
  static constexpr int32_t kI31 = -0x14;       // 0x6c
  static constexpr int32_t kStruct = -0x15;    // 0x6b
  static constexpr int32_t kArray = -0x16;     // 0x6a
  static constexpr int32_t kExn = -0x17;       // 0x69
  // In no binary: validation's, of a reference in code that is never reached.
  static constexpr int32_t kBottom = -0x40;

  constexpr HeapType() = default;
  static constexpr HeapType func() { return HeapType(kFunc); }
  static constexpr HeapType external() { return HeapType(kExtern); }
  // `code` is one of those above.
  static constexpr HeapType abstract(int32_t code) { return HeapType(code); }
  static constexpr bool is_abstract(int64_t code) { return code <= kNoExn && code >= kExn; }
  static constexpr HeapType of(TypeIndex index) {
    return HeapType(static_cast<int32_t>(raw(index)));
  }

  constexpr int32_t code() const { return code_; }
  constexpr bool is_concrete() const { return code_ >= 0; }
  constexpr TypeIndex index() const { return TypeIndex(static_cast<uint32_t>(code_)); }

  constexpr bool operator==(const HeapType&) const = default;

 private:
  explicit constexpr HeapType(int32_t code) : code_(code) {}
  int32_t code_ = kFunc;
};

// A number, vector or reference type; 8 bytes, compared by value.
class ValueType {
 public:
  // The binary format's code; all references share kind Reference.
  enum class Kind : uint8_t {
    I32 = 0x7f,
    I64 = 0x7e,
    F32 = 0x7d,
    F64 = 0x7c,
    V128 = 0x7b,
    Reference = 0x64
  };

  static constexpr ValueType i32() { return ValueType(Kind::I32); }
  static constexpr ValueType i64() { return ValueType(Kind::I64); }
  static constexpr ValueType f32() { return ValueType(Kind::F32); }
  static constexpr ValueType f64() { return ValueType(Kind::F64); }
  static constexpr ValueType v128() { return ValueType(Kind::V128); }
  static constexpr ValueType reference(HeapType heap, bool nullable) {
    ValueType type(Kind::Reference);
    type.nullable_ = nullable;
    type.heap_ = heap;
    return type;
  }
  static constexpr ValueType funcref() { return reference(HeapType::func(), true); }
  static constexpr ValueType externref() { return reference(HeapType::external(), true); }

  constexpr Kind kind() const { return kind_; }
  constexpr bool is_reference() const { return kind_ == Kind::Reference; }
  constexpr bool is_number() const { return kind_ != Kind::Reference && kind_ != Kind::V128; }
  constexpr bool nullable() const { return nullable_; }
  constexpr HeapType heap() const { return heap_; }
  // A reference to functions, by its abstract type; what a concrete one points to, its module knows
  // (Module::is_function_reference).
  constexpr bool is_abstract_function_reference() const {
    return is_reference() && (heap_ == HeapType::func() || heap_.code() == HeapType::kNoFunc);
  }
  // A reference to exceptions: exnref and its subtypes.
  constexpr bool is_exception_reference() const {
    return is_reference() && (heap_.code() == HeapType::kExn || heap_.code() == HeapType::kNoExn);
  }
  // Whether a variable of the type has an initial value by itself: zero or null.
  constexpr bool is_defaultable() const { return !is_reference() || nullable_; }
  // How many 8-byte slots a value takes in an argument array (abi/calls.h): 2 for v128, else 1.
  constexpr uint32_t slots() const { return kind_ == Kind::V128 ? 2 : 1; }

  constexpr bool operator==(const ValueType&) const = default;

 private:
  explicit constexpr ValueType(Kind kind) : kind_(kind) {}
  Kind kind_;
  bool nullable_ = false;
  HeapType heap_;
};
static_assert(sizeof(ValueType) == 8);

// "i32", "funcref", "(ref null 3)": the text format's spelling.
std::string to_string(ValueType type);

struct FunctionType {
  std::vector<ValueType> params;
  std::vector<ValueType> results;

  bool operator==(const FunctionType&) const = default;
};
// "[i32 i64] -> [f32]"
std::string to_string(const FunctionType& type);

// What a field or an array's element holds: a value, or an integer of which it keeps the low bits.
// Core 3.0 §2.3.6.
struct StorageType {
  enum class Packing : uint8_t { None, I8, I16 };
  ValueType value = ValueType::i32();  // what it is on the stack: i32 where it is packed
  Packing packing = Packing::None;

  constexpr bool is_packed() const { return packing != Packing::None; }
  constexpr bool operator==(const StorageType&) const = default;
};

struct FieldType {
  StorageType storage;
  bool is_mutable = false;

  bool operator==(const FieldType&) const = default;
};

struct StructType {
  std::vector<FieldType> fields;

  bool operator==(const StructType&) const = default;
};

struct ArrayType {
  FieldType element;

  bool operator==(const ArrayType&) const = default;
};

using CompositeType = std::variant<FunctionType, StructType, ArrayType>;

// A type of a module: its structure and its place under others. Types are defined in recursion
// groups, whose members may refer to each other; a type that stands alone is a group of one. Two
// types are the same where their groups are, member by member. Core 3.0 §2.3.7, §3.3.3.
struct SubType {
  CompositeType composite;
  std::optional<TypeIndex> supertype;  // at most one (§3.2.11)
  bool is_final = true;
  TypeIndex group{};        // the first member of its group
  uint32_t group_size = 1;  // members
};

// In pages for memories (64 KiB each), in elements for tables.
struct Limits {
  uint64_t min = 0;
  std::optional<uint64_t> max;

  bool operator==(const Limits&) const = default;
};

constexpr uint64_t kPageBytes = 65536;

// The type of an address or an index, by whether it has 64 bits.
constexpr ValueType address_type(bool is_64) { return is_64 ? ValueType::i64() : ValueType::i32(); }

struct MemoryType {
  Limits limits;
  bool is_64 = false;
  bool shared = false;

  constexpr ValueType address() const { return address_type(is_64); }
};

struct TableType {
  ValueType element = ValueType::funcref();
  Limits limits;
  bool is_64 = false;

  constexpr ValueType address() const { return address_type(is_64); }
};

struct GlobalType {
  ValueType value = ValueType::i32();
  bool is_mutable = false;
};

}  // namespace wherry::wasm
