// differential_runner [--check-bounds] [--count-fuel] MODULE...: runs modules of
// module_generator.mjs on our engine, compiled in that mode (abi::CodeMode), and prints what can be
// seen of each run, in the words that v8_runner.mjs has as well:
//
//   module FILE
//   call0:id i:42 d:0 log 3 9ae16a3b    results as bits, and a digest of what was logged so far
//   call1: trap unreachable log 3 9ae16a3b
//   global1:l l:18446744073709551615
//   memory 2 c3d1f00b                   pages, and a digest of the contents
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "runtime/instance.h"
#include "runtime/limits.h"
#include "spec/engine.h"
#include "support/file.h"
#include "wasm/limits.h"
#include "wasm/module.h"

namespace wherry {
namespace {

using wasm::ValueType;

// FNV-1a.
class Hash {
 public:
  void add(std::byte byte) { state_ = (state_ ^ static_cast<uint32_t>(byte)) * 0x0100'0193u; }
  void add(uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) add(static_cast<std::byte>(value >> shift & 0xff));
  }
  std::string hex() const { return fmt::format("{:08x}", state_); }

 private:
  uint32_t state_ = 0x811c'9dc5u;
};

// The bits of a value; all NaNs are one, the canonical one: which one an operation gives is open.
uint64_t canonical_bits(ValueType type, uint64_t slot) {
  switch (type.kind()) {
    case ValueType::Kind::I32:
      return slot & 0xffff'ffff;
    case ValueType::Kind::F32:
      return (slot & 0x7fff'ffff) > 0x7f80'0000 ? 0x7fc0'0000 : slot & 0xffff'ffff;
    case ValueType::Kind::F64:
      return (slot & ~(1ull << 63)) > 0x7ff0ull << 48 ? 0x7ff8ull << 48 : slot;
    default:
      return slot;
  }
}

char letter_of(ValueType type) {
  switch (type.kind()) {
    case ValueType::Kind::I32:
      return 'i';
    case ValueType::Kind::I64:
      return 'l';
    case ValueType::Kind::F32:
      return 'f';
    case ValueType::Kind::F64:
      return 'd';
    default:
      return '?';
  }
}

std::string describe(ValueType type, uint64_t slot) {
  return fmt::format("{}:{}", letter_of(type), canonical_bits(type, slot));
}

class Log : public runtime::HostModule {
 public:
  std::string_view name() const override { return "log"; }
  void* self() override { return this; }
  const runtime::HostFunctionDefinition* find_function(std::string_view field) const override {
    static const runtime::HostFunctionDefinition functions[] = {
        {"i", {{ValueType::i32()}, {}}, note<ValueType::Kind::I32>},
        {"l", {{ValueType::i64()}, {}}, note<ValueType::Kind::I64>},
        {"f", {{ValueType::f32()}, {}}, note<ValueType::Kind::F32>},
        {"d", {{ValueType::f64()}, {}}, note<ValueType::Kind::F64>},
    };
    for (const auto& function : functions)
      if (function.name == field) return &function;
    return nullptr;
  }
  std::string digest() const { return fmt::format("log {} {}", count_, hash_.hex()); }

 private:
  template <ValueType::Kind kind>
  static runtime::HostResult note(void* self, runtime::Caller&, std::span<uint64_t> slots) {
    Log& log = *static_cast<Log*>(self);
    constexpr ValueType type = kind == ValueType::Kind::I32   ? ValueType::i32()
                               : kind == ValueType::Kind::I64 ? ValueType::i64()
                               : kind == ValueType::Kind::F32 ? ValueType::f32()
                                                              : ValueType::f64();
    log.hash_.add(canonical_bits(type, slots[0]));
    ++log.count_;
    return {};
  }

  Hash hash_;
  uint64_t count_ = 0;
};

std::string call(runtime::Instance& instance, const std::string& name) {
  wasm::FunctionType type = *instance.function_type(name);
  std::vector<uint64_t> slots(type.results.size());
  auto outcome = runtime::Instance::call(*instance.find_function(name), slots);
  if (!outcome) return fmt::format(" trap {}", abi::trap_message(outcome.error().code));
  std::string text;
  for (size_t index = 0; index < slots.size(); ++index)
    text += " " + describe(type.results[index], slots[index]);
  return text;
}

std::string describe(const runtime::Global& global) {
  uint64_t bits = 0;
  std::memcpy(&bits, global.cell->bytes, sizeof bits);
  return describe(global.type.value, bits);
}

void print_memory(runtime::Memory& memory) {
  Hash hash;
  for (std::byte byte : memory.bytes()) hash.add(byte);
  fmt::print("memory {} {}\n", memory.pages(), hash.hex());
}

// Names of exports of a kind, in the module's order.
std::vector<std::string> exports(const runtime::Instance& instance, wasm::ExternalKind kind) {
  const abi::ArtifactView& view = instance.artifact().view();
  std::vector<std::string> names;
  for (const abi::ExportRecord& record : view.exports)
    if (record.kind == static_cast<uint32_t>(kind)) names.emplace_back(view.string(record.name));
  return names;
}

Result<> run(const char* path, abi::CodeMode mode) {
  Bytes binary = TRY(read_file(path, {.size_bytes_max = wasm::limits::kModuleBytes}));
  auto artifact = TRY(spec::compile(binary, mode));
  Log log;
  runtime::Linker linker;
  linker.add(log);
  runtime::InstanceOptions options;
  if (mode.counts_fuel) options.limits.fuel = runtime::kFuelMax;
  auto instance = TRY(runtime::Instance::create(artifact, linker, options));
  if (auto outcome = instance->initialize(); !outcome)
    return fail(ErrorCode::Invalid, "trap {}", abi::trap_message(outcome.error().code));
  for (const std::string& name : exports(*instance, wasm::ExternalKind::Function)) {
    std::string outcome = call(*instance, name);  // which logs
    fmt::print("{}{} {}\n", name, outcome, log.digest());
  }
  for (const std::string& name : exports(*instance, wasm::ExternalKind::Global))
    fmt::print("{} {}\n", name, describe(*instance->find_global(name)));
  if (runtime::Memory* memory = instance->find_memory("memory")) print_memory(*memory);
  return {};
}

}  // namespace
}  // namespace wherry

int main(int argc, char** argv) {
  wherry::abi::CodeMode mode;
  for (int index = 1; index < argc; ++index) {
    if (std::string_view(argv[index]) == "--check-bounds") {
      mode.checks_bounds = true;
      continue;
    }
    if (std::string_view(argv[index]) == "--count-fuel") {
      mode.counts_fuel = true;
      continue;
    }
    fmt::print("module {}\n", argv[index]);
    std::fflush(stdout);  // so that the module is known that ends this program
    auto outcome = wherry::run(argv[index], mode);
    if (!outcome) fmt::print("error {}\n", outcome.error().message);
    std::fflush(stdout);
  }
}
