#include "runtime/handmade_artifact.h"

#include <sys/mman.h>

#include <cstring>

#include "abi/engine_id.h"
#include "wasm/module.h"

namespace wherry::runtime {

namespace {

// thunk(code, context, slots): code(context).
constexpr std::initializer_list<uint8_t> kEntryThunk = {
    0x48, 0x83, 0xec, 0x08,  // sub $8, %rsp
    0x48, 0x89, 0xf8,        // mov %rdi, %rax
    0x48, 0x89, 0xf7,        // mov %rsi, %rdi
    0xff, 0xd0,              // call *%rax
    0x48, 0x83, 0xc4, 0x08,  // add $8, %rsp
    0xc3,                    // ret
};

// context->builtins->host_call(context, import, slots), and a trap with HostStopped where it
// returns false.
constexpr std::initializer_list<uint8_t> kImportThunk = {
    0x48, 0x83, 0xec, 0x18,        // sub $24, %rsp
    0x48, 0x8b, 0x07,              // mov (%rdi), %rax
    0xbe, 0,    0,    0,    0,     // mov $import, %esi
    0x48, 0x89, 0xe2,              // mov %rsp, %rdx
    0xff, 0x10,                    // call *(%rax)
    0x48, 0x83, 0xc4, 0x18,        // add $24, %rsp
    0x84, 0xc0,                    // test %al, %al
    0x74, 0x01,                    // jz 1f
    0xc3,                          // ret
    0x67, 0x0f, 0xb9, 0x40, 0x0c,  // 1: ud1l 12(%eax), %eax
};
constexpr size_t kImportThunkIndexAt = 8;

}  // namespace

HandmadeArtifact::HandmadeArtifact() {
  code_ = kEntryThunk;
  types_.push_back({0, 0, 0, 0});
}

abi::StringRecord HandmadeArtifact::string(std::string_view text) {
  abi::StringRecord record{static_cast<uint32_t>(strings_.size()),
                           static_cast<uint32_t>(text.size())};
  strings_ += text;
  return record;
}

void HandmadeArtifact::add_function(std::string_view name, std::initializer_list<uint8_t> code,
                                    bool imported) {
  while (code_.size() % 16 != 0) code_.push_back(0xcc);
  auto index = static_cast<uint32_t>(functions_.size()),
       begin = static_cast<uint32_t>(code_.size());
  uint32_t body = imported ? 0 : 0x1000 * (index + 1);
  for (uint32_t at = 0; at < code.size(); ++at)
    lines_.push_back({begin + at, imported ? abi::kNone : body + at});
  code_.insert(code_.end(), code);
  functions_.push_back({0, begin, index, body, imported ? 0 : 0x1000u, string(name)});
}

uint32_t HandmadeArtifact::import(std::string_view module, std::string_view name) {
  auto index = static_cast<uint32_t>(functions_.size());
  add_function(name, kImportThunk, true);
  code_[functions_.back().code + kImportThunkIndexAt] = static_cast<uint8_t>(index);
  imports_.push_back({string(module), string(name), 0, index});
  return index;
}

uint32_t HandmadeArtifact::function(std::string_view name, std::initializer_list<uint8_t> code) {
  auto index = static_cast<uint32_t>(functions_.size());
  add_function(name, code, false);
  exports_.push_back({string(name), static_cast<uint32_t>(wasm::ExternalKind::Function), index});
  return index;
}

template <class Record>
abi::Section HandmadeArtifact::append(Bytes& file, const std::vector<Record>& records) {
  file.resize((file.size() + 7) / 8 * 8);
  abi::Section section{file.size(), records.size()};
  ByteSpan bytes = std::as_bytes(std::span(records));
  file.insert(file.end(), bytes.begin(), bytes.end());
  return section;
}

std::shared_ptr<const Artifact> HandmadeArtifact::open() {
  abi::Header header{};
  Bytes file(sizeof header);
  for (abi::Section* section = &header.types; section <= &header.landing_pads; ++section)
    section->offset = sizeof header;
  std::memcpy(header.magic, abi::kArtifactMagic, sizeof header.magic);
  std::memcpy(header.engine_id, abi::engine_id().bytes.data(), sizeof header.engine_id);
  header.version = abi::kArtifactVersion;
  header.header_size = sizeof header;
  header.start_function = start_;
  header.counts.imported_functions = static_cast<uint32_t>(imports_.size());
  header.counts.memories = static_cast<uint32_t>(memories_.size());
  header.counts.referenced_functions = static_cast<uint32_t>(functions_.size());
  header.types = append(file, types_);
  header.imports = append(file, imports_);
  header.functions = append(file, functions_);
  header.memories = append(file, memories_);
  header.exports = append(file, exports_);
  header.strings = append(file, std::vector<char>(strings_.begin(), strings_.end()));
  file.resize((file.size() + abi::kArtifactPageBytes - 1) / abi::kArtifactPageBytes *
              abi::kArtifactPageBytes);
  header.code = append(file, code_);
  header.images.offset = header.code.offset;
  file.resize((file.size() + abi::kArtifactPageBytes - 1) / abi::kArtifactPageBytes *
              abi::kArtifactPageBytes);
  abi::PackedLines lines = abi::pack_lines(lines_);
  header.line_blocks = append(file, lines.blocks);
  header.line_bytes = append(file, lines.bytes);
  header.file_size = file.size();
  std::memcpy(file.data(), &header, sizeof header);
  abi::sign_artifact(file);
  Fd memory(memfd_create("handmade", MFD_CLOEXEC));
  WHERRY_ASSERT(memory.valid() && write_all(memory.get(), file).has_value());
  auto artifact = Artifact::open(std::move(memory), "handmade");
  WHERRY_ASSERT(artifact.has_value());
  return *artifact;
}

}  // namespace wherry::runtime
