#include "compiler/compile.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>

#include "compiler/artifact_writer.h"
#include "compiler/code_generator.h"
#include "compiler/function_emitter.h"
#include "compiler/listing.h"
#include "compiler/module_plan.h"
#include "compiler/object_linker.h"
#include "compiler/thunks.h"

namespace wherry::compiler {

namespace {

// Bodies of this many bytes make a chunk: enough to pay for its fixed cost (half a millisecond of
// LLVM's set-up), and little enough that threads end together.
constexpr uint64_t kChunkBytes = 48 * 1024;

// Defined functions [first, last).
struct ChunkRange {
  uint32_t first;
  uint32_t last;
  uint64_t bytes;
};

// The longest come first: an interpreter's one great function, taken last, would leave all threads
// but one idle.
std::vector<ChunkRange> split_bodies(const wasm::Module& module) {
  std::vector<ChunkRange> ranges;
  for (uint32_t index = 0; index < module.bodies.size(); ++index) {
    if (ranges.empty() || ranges.back().bytes >= kChunkBytes) ranges.push_back({index, index, 0});
    ranges.back().last = index + 1;
    ranges.back().bytes += module.bodies[index].code.size();
  }
  std::ranges::sort(ranges, [](const ChunkRange& left, const ChunkRange& right) {
    return left.bytes != right.bytes ? left.bytes > right.bytes : left.first < right.first;
  });
  return ranges;
}

Result<ObjectCode> compile_bodies(const ModulePlan& plan, CodeGenerator& generator,
                                  ChunkRange range) {
  llvm::LLVMContext context;
  Chunk chunk(plan, context, generator.feature_string());
  for (uint32_t index = range.first; index < range.last; ++index)
    TRY(FunctionEmitter(chunk, index).run());
  chunk.finish();
  return generator.generate(chunk);
}

// In an object of their own: they have no places in the module.
Result<ObjectCode> compile_thunks(const ModulePlan& plan, CodeGenerator& generator) {
  llvm::LLVMContext context;
  Chunk chunk(plan, context, generator.feature_string());
  for (uint32_t index = 0; index < plan.module.imported_functions; ++index)
    emit_import_thunk(chunk, index);
  std::vector<uint32_t> thunks = entry_thunk_types(plan.module);
  for (uint32_t type = 0; type < thunks.size(); ++type)
    if (thunks[type] == type) emit_entry_thunk(chunk, type);
  return generator.generate(chunk);
}

// The chunks' compilation, by a number of threads that take the next one each time they are free.
class Compilation {
 public:
  explicit Compilation(const ModulePlan& plan)
      : plan_(plan), ranges_(split_bodies(plan.module)), objects_(ranges_.size() + 1) {}

  Result<std::vector<ObjectCode>> run(unsigned threads_max) {
    if (threads_max == 0) threads_max = std::max(1u, std::thread::hardware_concurrency());
    auto threads = std::min<size_t>(threads_max, objects_.size());
    {
      // The caller only waits: its stack may be too small for LLVM (see compile_main.cc).
      std::vector<std::jthread> workers;
      while (workers.size() < threads) {
        try {
          workers.emplace_back([this] { work(); });
        } catch (const std::system_error&) {  // no address space for another stack
          if (workers.empty()) throw;
          break;
        }
      }
    }
    std::vector<ObjectCode> objects;
    for (Result<ObjectCode>& object : objects_) objects.push_back(TRY(std::move(object)));
    return objects;
  }

 private:
  void work() {
    Result<CodeGenerator> generator = CodeGenerator::create();
    for (size_t index = next_++; index < objects_.size(); index = next_++) {
      if (!generator)
        objects_[index] = std::unexpected(generator.error());
      else if (index == ranges_.size())
        objects_[index] = compile_thunks(plan_, *generator);
      else
        objects_[index] = compile_bodies(plan_, *generator, ranges_[index]);
    }
  }

  const ModulePlan& plan_;
  std::vector<ChunkRange> ranges_;
  std::vector<Result<ObjectCode>> objects_;  // of the chunks, then of the thunks
  std::atomic<size_t> next_ = 0;
};

}  // namespace

Result<Bytes> compile_module(const wasm::Module& module, ByteSpan binary,
                             const CompileOptions& options) {
  ModulePlan plan = TRY(plan_module(module, options.mode));
  std::vector<ObjectCode> objects = TRY(Compilation(plan).run(options.threads_max));
  LinkedCode linked = TRY(link_objects(objects, plan.constant_tables));
  return write_artifact(plan, binary, linked, options.validity);
}

Result<std::string> list_module(const wasm::Module& module, Listing listing, abi::CodeMode mode) {
  ModulePlan plan = TRY(plan_module(module, mode));
  CodeGenerator generator = TRY(CodeGenerator::create());
  llvm::LLVMContext context;
  Chunk chunk(plan, context, generator.feature_string());
  for (uint32_t index = 0; index < module.bodies.size(); ++index)
    TRY(FunctionEmitter(chunk, index).run());
  chunk.finish();
  return generator.list(chunk, listing);
}

}  // namespace wherry::compiler
