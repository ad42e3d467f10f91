#include "runtime/artifact.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "abi/engine_id.h"
#include "abi/trap.h"
#include "runtime/address_ranges.h"
#include "runtime/memory.h"
#include "runtime/type_registry.h"

namespace wherry::runtime {

Result<std::shared_ptr<const Artifact>> Artifact::open(Fd file,
                                                       const std::string& name_for_messages) {
  struct Constructible : Artifact {
  };  // the constructor is private, and make_shared calls from outside
  auto artifact = std::make_shared<Constructible>();
  TRY(with_context(artifact->map(std::move(file)), "{}", name_for_messages));
  artifact->view_ =
      TRY(with_context(abi::parse_artifact(artifact->mapping_.bytes()), "{}", name_for_messages));
  const Digest engine = abi::engine_id();
  if (std::memcmp(artifact->view_.header->engine_id, engine.bytes.data(), engine.bytes.size()) != 0)
    return fail(ErrorCode::Invalid,
                "{}: made by another engine or for another CPU (compile it again)",
                name_for_messages);
  TRY(with_context(artifact->index_references(), "{}", name_for_messages));
  TRY(with_context(artifact->make_executable(), "{}", name_for_messages));
  artifact->intern_types();
  artifact->define_memory_pools();
  artifact->code_range_ = guest_code().add(artifact->view_.code, artifact.get());
  return artifact;
}

Artifact::~Artifact() {
  if (code_range_) guest_code().remove(*code_range_);
}

Result<> Artifact::map(Fd file) {
  struct stat status;
  if (fstat(file.get(), &status) != 0)
    return std::unexpected(system_error(errno, "cannot be examined"));
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::Invalid, "not a regular file");
  const auto size_bytes = static_cast<size_t>(status.st_size);
  if (size_bytes < sizeof(abi::Header))
    return fail(ErrorCode::Malformed, "too short for an artifact");
  void* base = mmap(nullptr, size_bytes, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (base == MAP_FAILED) return std::unexpected(system_error(errno, "cannot be mapped"));
  mapping_ = Mapping(static_cast<std::byte*>(base), size_bytes);
  file_ = std::move(file);
  return {};
}

Result<> Artifact::make_executable() {
  // The section begins at a page, and so does what follows it.
  if (view_.code.empty()) return {};
  if (mprotect(mapping_.base() + view_.header->code.offset, view_.code.size(),
               PROT_READ | PROT_EXEC) != 0)
    return std::unexpected(system_error(errno, "its code cannot be made executable"));
  return {};
}

Result<> Artifact::index_references() {
  referenced_functions_.assign(view_.header->counts.referenced_functions, abi::kNone);
  for (uint32_t index = 0; index < view_.functions.size(); ++index) {
    uint32_t slot = view_.functions[index].reference_slot;
    if (slot != abi::kNone) referenced_functions_[slot] = index;  // in range: parse_artifact
  }
  if (std::ranges::find(referenced_functions_, abi::kNone) != referenced_functions_.end())
    return fail(ErrorCode::Malformed, "a reference slot has no function");
  return {};
}

void Artifact::intern_types() {
  auto types = runtime::intern_types(view_.all_types());
  type_ids_ = std::make_unique<uint64_t[]>(types.size());
  std::ranges::transform(types, type_ids_.get(), type_id_of);
}

wasm::FunctionType Artifact::function_type(uint32_t type) const {
  wasm::FunctionType function = view_.function_type(type);
  for (auto* values : {&function.params, &function.results})
    for (wasm::ValueType& value : *values) value = canonical(value, type_ids());
  return function;
}

void Artifact::define_memory_pools() {
  for (const abi::MemoryRecord& record : view_.memories.subspan(view_.header->imported_memories)) {
    MemoryImage image{.fd = fd(),
                      .file_offset = record.image_offset,
                      .address = record.image_address,
                      .bytes = view_.file.subspan(record.image_offset, record.image_bytes)};
    InitialMemory initial{.size_bytes = record.min_pages * wasm::kPageBytes, .image = image};
    if (record.is_64) initial.room_bytes = memory64_room_bytes(record.max_pages);
    memory_pools_.emplace_back(initial);
  }
}

// Bodies stand in the module in the order of function indices. Code that stems from no instruction
// (a prologue, the thunk of an import) belongs to the function that begins before it.
uint32_t Artifact::find_function(uint32_t code, uint32_t wasm_offset) const {
  auto defined = view_.functions.subspan(view_.header->counts.imported_functions);
  if (wasm_offset != abi::kNone) {
    auto after =
        std::ranges::upper_bound(defined, wasm_offset, {}, &abi::FunctionRecord::body_offset);
    if (after == defined.begin()) return abi::kNone;
    const abi::FunctionRecord& record = *std::prev(after);
    if (wasm_offset - record.body_offset >= record.body_size) return abi::kNone;
    return static_cast<uint32_t>(&record - view_.functions.data());
  }
  uint32_t nearest = abi::kNone;
  for (uint32_t index = 0; index < view_.functions.size(); ++index) {
    uint32_t begin = view_.functions[index].code;
    if (begin <= code && (nearest == abi::kNone || begin > view_.functions[nearest].code))
      nearest = index;
  }
  return nearest;
}

Artifact::Place Artifact::find_place(const std::byte* program_counter) const {
  Place place{abi::kNoWasmOffset, abi::kNone, {}};
  if (program_counter < view_.code.data() ||
      program_counter >= view_.code.data() + view_.code.size())
    return place;
  auto code = static_cast<uint32_t>(program_counter - view_.code.data());
  place.wasm_offset = abi::find_line(view_.line_blocks, view_.line_bytes, code);
  place.function = find_function(code, place.wasm_offset);
  if (place.function != abi::kNone)
    place.function_name = view_.string(view_.functions[place.function].name);
  return place;
}

}  // namespace wherry::runtime
