#include "compiler/artifact_writer.h"

#include <cstring>

#include "abi/engine_id.h"
#include "compiler/module_records.h"

namespace wherry::compiler {

namespace {

// Grows the file section by section.
class FileBuilder {
 public:
  FileBuilder() : file_(sizeof(abi::Header)) {}

  template <class Record>
  abi::Section add(const std::vector<Record>& records, uint64_t alignment = 8) {
    align(alignment);
    abi::Section section{file_.size(), records.size()};
    auto* bytes =
        reinterpret_cast<const std::byte*>(records.data());  // std::byte may alias anything
    file_.insert(file_.end(), bytes, bytes + records.size() * sizeof(Record));
    return section;
  }
  void align(uint64_t alignment) {
    file_.resize((file_.size() + alignment - 1) / alignment * alignment);
  }
  Bytes& file() { return file_; }

 private:
  Bytes file_;
};

// The bytes between a ValueType's members have no value of their own; a file's must, or the same
// module would give different files.
void clear_padding(std::byte* type) {
  static_assert(sizeof(wasm::ValueType) == 8);
  type[2] = type[3] = std::byte{0};
}

template <class Record>
void clear_paddings(FileBuilder& builder, abi::Section section, size_t member_offset) {
  for (uint64_t index = 0; index < section.count; ++index)
    clear_padding(builder.file().data() + section.offset + index * sizeof(Record) + member_offset);
}

void add_tables(FileBuilder& builder, abi::Header& header, const ModuleRecords& records) {
  header.types = builder.add(records.types);
  header.values = builder.add(records.values);
  header.imports = builder.add(records.imports);
  header.functions = builder.add(records.functions);
  header.tables = builder.add(records.tables);
  header.memories = builder.add(records.memories);
  header.globals = builder.add(records.globals);
  header.tags = builder.add(records.tags);
  header.exports = builder.add(records.exports);
  header.const_ops = builder.add(records.const_ops);
  header.elements = builder.add(records.elements);
  header.element_items = builder.add(records.element_items);
  header.data = builder.add(records.data);
  header.sub_types = builder.add(records.sub_types);
  header.fields = builder.add(records.fields);
  header.strings = builder.add(records.strings);
  header.data_bytes = builder.add(records.data_bytes);
  clear_paddings<wasm::ValueType>(builder, header.values, 0);
  clear_paddings<abi::FieldRecord>(builder, header.fields, offsetof(abi::FieldRecord, value));
  clear_paddings<abi::TableRecord>(builder, header.tables, offsetof(abi::TableRecord, element));
  clear_paddings<abi::GlobalRecord>(builder, header.globals, offsetof(abi::GlobalRecord, type));
  clear_paddings<abi::ElementRecord>(builder, header.elements, offsetof(abi::ElementRecord, type));
}

void add_images(FileBuilder& builder, abi::Header& header, const MemoryImages& images) {
  builder.align(abi::kArtifactPageBytes);
  header.images = {builder.file().size(), 0};
  for (const MemoryImage& image : images.images)
    header.images.count += builder.add(image.bytes).count;
}

void add_unwind_tables(FileBuilder& builder, abi::Header& header, const UnwindTables& tables) {
  header.frames = builder.add(tables.frames, abi::kArtifactPageBytes);
  header.frame_shapes = builder.add(tables.shapes);
  header.landing_pads = builder.add(tables.landing_pads);
}

// Images follow the records in the file, and the records say where: known once their own size is.
void move_image_offsets(FileBuilder& builder, const abi::Header& header) {
  for (uint64_t index = 0; index < header.memories.count; ++index) {
    std::byte* place =
        builder.file().data() + header.memories.offset + index * sizeof(abi::MemoryRecord);
    abi::MemoryRecord record;
    std::memcpy(&record, place, sizeof record);
    if (record.image_bytes != 0) record.image_offset += header.images.offset;
    std::memcpy(place, &record, sizeof record);
  }
}

void fill_header(abi::Header& header, const ModulePlan& plan, ByteSpan binary) {
  std::memcpy(header.magic, abi::kArtifactMagic, sizeof header.magic);
  header.version = abi::kArtifactVersion;
  header.header_size = sizeof header;
  std::memcpy(header.module_sha256, sha256(binary).bytes.data(), sizeof header.module_sha256);
  std::memcpy(header.engine_id, abi::engine_id().bytes.data(), sizeof header.engine_id);
  header.mode = plan.mode.bits();
  header.counts = plan.counts;
  header.imported_tables = plan.module.imported_tables;
  header.imported_memories = plan.module.imported_memories;
  header.start_function = plan.module.start ? raw(*plan.module.start) : abi::kNone;
}

}  // namespace

Result<Bytes> write_artifact(const ModulePlan& plan, ByteSpan binary, const LinkedCode& linked,
                             const abi::Validity& validity) {
  MemoryImages images = TRY(build_memory_images(plan.module));
  ModuleRecords records = TRY(build_records(plan, linked, images));
  if (records.strings.size() > abi::kNone || records.element_items.size() >= abi::kNone)
    return fail(ErrorCode::Invalid,
                "the module's names or element segments exceed what 32 bits count");
  FileBuilder builder;
  abi::Header header{};
  fill_header(header, plan, binary);
  header.validity = validity;
  add_tables(builder, header, records);
  header.code = builder.add(linked.code, abi::kArtifactPageBytes);
  add_images(builder, header, images);
  abi::PackedLines lines = abi::pack_lines(linked.lines);
  header.line_blocks = builder.add(lines.blocks, abi::kArtifactPageBytes);
  header.line_bytes = builder.add(lines.bytes);
  add_unwind_tables(builder, header, linked.unwind);
  builder.align(abi::kArtifactPageBytes);
  move_image_offsets(builder, header);
  header.file_size = builder.file().size();
  std::memcpy(builder.file().data(), &header, sizeof header);
  abi::sign_artifact(builder.file());
  return std::move(builder.file());
}

}  // namespace wherry::compiler
