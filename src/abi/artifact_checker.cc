// Every check here guards an access that the runtime makes without looking again: sections, then
// the ranges inside of records.
#include "abi/artifact_checker.h"

#include <cstring>

#include "abi/artifact_digest.h"
#include "abi/object_layout.h"
#include "wasm/limits.h"
#include "wasm/module.h"

namespace wherry::abi {

static_assert(sizeof(Header) ==
              8 + 4 + 4 + 8 + 4 * 32 + sizeof(InstanceCounts) + 5 * 4 + 2 * 8 + 24 * 16);
static_assert(sizeof(Header) % 8 == 0);
static_assert(sizeof(TypeRecord) == 16 && sizeof(ImportRecord) == 24 &&
                  sizeof(FunctionRecord) == 28 && sizeof(TableRecord) == 40 &&
                  sizeof(MemoryRecord) == 48 && sizeof(GlobalRecord) == 24 &&
                  sizeof(ExportRecord) == 16 && sizeof(ConstOp) == 24 &&
                  sizeof(ElementRecord) == 32 && sizeof(ElementItem) == 12 &&
                  sizeof(DataRecord) == 40 && sizeof(LineBlock) == 12 && sizeof(TagRecord) == 4 &&
                  sizeof(SubTypeRecord) == 32 && sizeof(FieldRecord) == 16 &&
                  sizeof(FrameRecord) == 8 && sizeof(FrameShape) == 20 &&
                  sizeof(LandingPadRecord) == 12,
              "records have no padding of the compiler's choosing: they are a file format");

namespace {

std::unexpected<Error> damaged(const char* what) {
  return fail(ErrorCode::Malformed,
              "artifact is damaged: {} out of range (delete it to compile again)", what);
}

bool in_range(uint64_t first, uint64_t count, uint64_t size) {
  return first <= size && count <= size - first;
}

template <class Record>
Result<std::span<const Record>> section_span(ByteSpan file, Section section, const char* what) {
  static_assert(alignof(Record) <= 8);
  if (section.offset % 8 != 0 || section.offset > file.size() ||
      section.count > (file.size() - section.offset) / sizeof(Record))
    return damaged(what);
  // The offset is 8-aligned in an 8-aligned file, and Record is trivially copyable.
  auto* first = reinterpret_cast<const Record*>(file.data() + section.offset);
  return std::span(first, static_cast<size_t>(section.count));
}

// A value type's bytes must be ones that wasm::ValueType can hold.
bool is_value_type(const wasm::ValueType& type) {
  using Kind = wasm::ValueType::Kind;
  uint8_t bytes[sizeof type];
  std::memcpy(bytes, &type, sizeof type);
  switch (static_cast<Kind>(bytes[0])) {
    case Kind::I32:
    case Kind::I64:
    case Kind::F32:
    case Kind::F64:
    case Kind::V128:
    case Kind::Reference:
      return bytes[1] <= 1 &&
             (type.heap().is_concrete() || wasm::HeapType::is_abstract(type.heap().code()));
  }
  return false;
}

// The section checks of one artifact, then the record checks.
class Checker {
 public:
  explicit Checker(ByteSpan file) : file_(file) { view_.file = file; }

  Result<ArtifactView> run() {
    TRY(check_header());
    TRY(check_sections());
    TRY(check_digest());
    TRY(check_counts());
    TRY(check_functions());
    TRY(check_sub_types());
    TRY(check_spaces());
    TRY(check_segments());
    return view_;
  }

 private:
  Result<> check_header();
  Result<> check_sections();
  Result<> check_digest() const;
  Result<> check_counts() const;
  Result<> check_functions() const;
  Result<> check_sub_types() const;
  Result<> check_groups() const;
  Result<> check_spaces() const;
  Result<> check_segments() const;

  bool has_string(StringRecord name) const {
    return in_range(name.offset, name.size, view_.strings.size());
  }
  bool has_ops(uint32_t first, uint32_t count) const {
    return in_range(first, count, view_.const_ops.size());
  }
  // A value type, and the type that it may refer to is there.
  bool has_value_type(const wasm::ValueType& type) const {
    return is_value_type(type) && (!type.is_reference() || !type.heap().is_concrete() ||
                                   raw(type.heap().index()) < view_.types.size());
  }
  bool has_code(uint32_t offset) const { return offset < view_.code.size(); }
  size_t index_space_of(wasm::Opcode opcode) const;
  // The size of the index space that an import or export of `kind` points into; 0 for no such kind.
  size_t space_size(uint32_t kind) const;

  ByteSpan file_;
  ArtifactView view_;
};

Result<> Checker::check_header() {
  if (file_.size() < sizeof(kArtifactMagic) + 8 ||
      std::memcmp(file_.data(), kArtifactMagic, sizeof kArtifactMagic) != 0)
    return fail(ErrorCode::Malformed, "no artifact: it does not begin with WHERRYA");
  if (reinterpret_cast<uintptr_t>(file_.data()) % 8 != 0)
    return fail(ErrorCode::Invalid, "artifact bytes are not aligned to 8 bytes");
  uint32_t version = 0;
  std::memcpy(&version, file_.data() + sizeof kArtifactMagic, sizeof version);
  if (version != kArtifactVersion)
    return fail(ErrorCode::Unsupported, "artifact has version {}, this program reads version {}",
                version, kArtifactVersion);
  if (file_.size() < sizeof(Header)) return damaged("header");
  auto* header = reinterpret_cast<const Header*>(file_.data());  // aligned and whole: see above
  if (header->header_size != sizeof(Header)) return damaged("header size");
  if (header->file_size != file_.size())
    return fail(ErrorCode::Malformed, "artifact is truncated: {} of {} bytes", file_.size(),
                header->file_size);
  view_.header = header;
  return {};
}

Result<> Checker::check_sections() {
  const Header& header = *view_.header;
  view_.types = TRY(section_span<TypeRecord>(file_, header.types, "types"));
  view_.values = TRY(section_span<wasm::ValueType>(file_, header.values, "value types"));
  view_.imports = TRY(section_span<ImportRecord>(file_, header.imports, "imports"));
  view_.functions = TRY(section_span<FunctionRecord>(file_, header.functions, "functions"));
  view_.tables = TRY(section_span<TableRecord>(file_, header.tables, "tables"));
  view_.memories = TRY(section_span<MemoryRecord>(file_, header.memories, "memories"));
  view_.globals = TRY(section_span<GlobalRecord>(file_, header.globals, "globals"));
  view_.tags = TRY(section_span<TagRecord>(file_, header.tags, "tags"));
  view_.exports = TRY(section_span<ExportRecord>(file_, header.exports, "exports"));
  view_.const_ops = TRY(section_span<ConstOp>(file_, header.const_ops, "constant expressions"));
  view_.elements = TRY(section_span<ElementRecord>(file_, header.elements, "elements"));
  view_.element_items =
      TRY(section_span<ElementItem>(file_, header.element_items, "element items"));
  view_.data = TRY(section_span<DataRecord>(file_, header.data, "data segments"));
  view_.sub_types = TRY(section_span<SubTypeRecord>(file_, header.sub_types, "sub types"));
  view_.fields = TRY(section_span<FieldRecord>(file_, header.fields, "fields"));
  view_.line_blocks = TRY(section_span<LineBlock>(file_, header.line_blocks, "line blocks"));
  view_.line_bytes = TRY(section_span<std::byte>(file_, header.line_bytes, "line bytes"));
  view_.frames = TRY(section_span<FrameRecord>(file_, header.frames, "frames"));
  view_.frame_shapes = TRY(section_span<FrameShape>(file_, header.frame_shapes, "frame shapes"));
  view_.landing_pads =
      TRY(section_span<LandingPadRecord>(file_, header.landing_pads, "landing pads"));
  view_.strings = TRY(section_span<std::byte>(file_, header.strings, "strings"));
  view_.data_bytes = TRY(section_span<std::byte>(file_, header.data_bytes, "data bytes"));
  view_.code = TRY(section_span<std::byte>(file_, header.code, "code"));
  TRY(section_span<std::byte>(file_, header.images, "memory images"));
  if (header.code.offset % kArtifactPageBytes != 0 ||
      header.images.offset % kArtifactPageBytes != 0)
    return damaged("page alignment");
  return {};
}

Result<> Checker::check_digest() const {
  const Header& header = *view_.header;
  if (header.code.offset < sizeof(Header)) return damaged("code");
  return check_equal(records_digest(file_, header), header.records_sha256, "records");
}

Result<> Checker::check_counts() const {
  const InstanceCounts& counts = view_.header->counts;
  if (counts.imported_functions > view_.functions.size() ||
      counts.memories != view_.memories.size() || counts.tables != view_.tables.size() ||
      view_.header->imported_tables > counts.tables ||
      view_.header->imported_memories > counts.memories)
    return damaged("counts");
  if (uint64_t{counts.imported_globals} + counts.defined_globals != view_.globals.size() ||
      uint64_t{counts.imported_tags} + counts.defined_tags != view_.tags.size() ||
      counts.referenced_functions > view_.functions.size())
    return damaged("counts");
  uint32_t start = view_.header->start_function;
  if (start != kNone && start >= view_.functions.size()) return damaged("start function");
  return {};
}

Result<> Checker::check_functions() const {
  for (const wasm::ValueType& value : view_.values)
    if (!has_value_type(value)) return damaged("value type");
  for (const TypeRecord& type : view_.types) {
    if (!in_range(type.first, uint64_t{type.params} + type.results, view_.values.size()))
      return damaged("function type");
    if (type.entry_thunk != kNone && !has_code(type.entry_thunk)) return damaged("entry thunk");
  }
  for (const FunctionRecord& function : view_.functions) {
    if (function.type >= view_.types.size() || !has_code(function.code) ||
        !has_string(function.name))
      return damaged("function");
    if (function.reference_slot != kNone &&
        function.reference_slot >= view_.header->counts.referenced_functions)
      return damaged("reference slot");
  }
  return {};
}

Result<> Checker::check_sub_types() const {
  if (view_.sub_types.empty()) return {};
  if (view_.sub_types.size() != view_.types.size()) return damaged("sub types");
  for (uint32_t index = 0; index < view_.sub_types.size(); ++index) {
    const SubTypeRecord& type = view_.sub_types[index];
    if (type.kind >= std::variant_size_v<wasm::CompositeType> ||
        (type.supertype != kNone && type.supertype >= index) ||
        !in_range(type.first_field, type.fields, view_.fields.size()) ||
        (type.kind == kArrayKind && type.fields != 1))
      return damaged("sub type");
  }
  for (const FieldRecord& field : view_.fields)
    if (!has_value_type(field.value) || field.packing > 2) return damaged("field");
  return check_groups();
}

// One group begins where the one before ends, and its members agree on it.
Result<> Checker::check_groups() const {
  for (uint32_t begin = 0; begin < view_.sub_types.size();) {
    const SubTypeRecord& head = view_.sub_types[begin];
    if (head.group_size == 0 || !in_range(begin, head.group_size, view_.sub_types.size()))
      return damaged("group of types");
    for (const SubTypeRecord& member : view_.sub_types.subspan(begin, head.group_size))
      if (member.group != begin || member.group_size != head.group_size)
        return damaged("group of types");
    begin += head.group_size;
  }
  return {};
}

size_t Checker::space_size(uint32_t kind) const {
  switch (static_cast<wasm::ExternalKind>(kind)) {
    case wasm::ExternalKind::Function:
      return view_.functions.size();
    case wasm::ExternalKind::Table:
      return view_.tables.size();
    case wasm::ExternalKind::Memory:
      return view_.memories.size();
    case wasm::ExternalKind::Global:
      return view_.globals.size();
    case wasm::ExternalKind::Tag:
      return view_.tags.size();
  }
  return 0;
}

Result<> Checker::check_spaces() const {
  for (const ImportRecord& import : view_.imports)
    if (!has_string(import.module) || !has_string(import.name) ||
        import.index >= space_size(import.kind))
      return damaged("import");
  for (const ExportRecord& item : view_.exports)
    if (!has_string(item.name) || item.index >= space_size(item.kind)) return damaged("export");
  for (const TableRecord& table : view_.tables)
    if (!has_value_type(table.element) || !has_ops(table.init_first, table.init_count))
      return damaged("table");
  for (const GlobalRecord& global : view_.globals)
    if (!has_value_type(global.type) || !has_ops(global.init_first, global.init_count))
      return damaged("global");
  for (const TagRecord& tag : view_.tags)
    if (tag.type >= view_.types.size()) return damaged("tag");
  const Section& images = view_.header->images;
  for (const MemoryRecord& memory : view_.memories) {
    if (memory.image_bytes == 0) continue;
    // Below 2^48, so that the size in bytes does not overflow.
    const uint64_t pages_max =
        memory.is_64 ? wasm::limits::kMemoryPages64 - 1 : wasm::limits::kMemoryPages;
    if (memory.image_offset < images.offset ||
        !in_range(memory.image_offset - images.offset, memory.image_bytes, images.count) ||
        (memory.image_offset | memory.image_bytes | memory.image_address) % kArtifactPageBytes !=
            0 ||
        memory.min_pages > pages_max ||
        !in_range(memory.image_address, memory.image_bytes, memory.min_pages * wasm::kPageBytes))
      return damaged("memory image");
  }
  return {};
}

// How many indices a constant instruction's `index` may choose from; all where it has none.
size_t Checker::index_space_of(wasm::Opcode opcode) const {
  switch (opcode) {
    case wasm::Opcode::GlobalGet:
      return view_.globals.size();
    case wasm::Opcode::RefFunc:
      return view_.functions.size();
    case wasm::Opcode::StructNew:
    case wasm::Opcode::StructNewDefault:
    case wasm::Opcode::ArrayNew:
    case wasm::Opcode::ArrayNewDefault:
    case wasm::Opcode::ArrayNewFixed:
      return view_.sub_types.size();
    default:
      return size_t{kNone} + 1;
  }
}

Result<> Checker::check_segments() const {
  for (const ConstOp& op : view_.const_ops)
    if (op.index >= index_space_of(op.opcode)) return damaged("constant expression");
  for (const ElementRecord& element : view_.elements)
    if (element.mode > 2 || !has_value_type(element.type) ||
        !has_ops(element.offset_first, element.offset_count) ||
        !in_range(element.item_first, element.item_count, view_.element_items.size()) ||
        (element.mode == 0 && element.table >= view_.tables.size()))
      return damaged("element segment");
  for (const ElementItem& item : view_.element_items)
    if (!has_ops(item.op_first, item.op_count) ||
        (item.function != kNone && item.function >= view_.functions.size()))
      return damaged("element item");
  for (const DataRecord& data : view_.data)
    if (data.mode > 1 || !has_ops(data.offset_first, data.offset_count) ||
        !in_range(data.bytes_offset, data.bytes_size, view_.data_bytes.size()) ||
        (data.mode == 0 && data.memory >= view_.memories.size()))
      return damaged("data segment");
  return {};
}

}  // namespace

Result<ArtifactView> check_artifact(ByteSpan file) { return Checker(file).run(); }

}  // namespace wherry::abi
