#include "container/snapshot.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>

#include "container/application.h"
#include "container/confined_child.h"
#include "container/confinement.h"
#include "container/instance_options.h"
#include "runtime/artifact_cache.h"
#include "runtime/instance.h"
#include "wasi/wasi.h"
#include "wasm/decoder.h"
#include "wasm/limits.h"
#include "wasm/rewriter.h"
#include "wasm/validator.h"

namespace wherry::container {

namespace {

using wasm::ExternalKind;

constexpr std::string_view kDefaultNames[] = {"wherry.initialize", "wizer.initialize"};
constexpr std::string_view kReactorStart = "_initialize";

// Of what the instance does not export by itself.
std::string exposed_name(ExternalKind kind, uint32_t index) {
  return fmt::format("wherry.snapshot.{}.{}", wasm::to_string(kind), index);
}

const wasm::Export* find_export(const wasm::Module& module, std::string_view name) {
  for (const wasm::Export& each : module.exports)
    if (each.name == name) return &each;
  return nullptr;
}

Result<> check_is_entry(const wasm::Module& module, std::string_view name) {
  const wasm::Export* found = find_export(module, name);
  if (!found) return fail(ErrorCode::NotFound, "it exports no '{}'", name);
  if (found->kind != ExternalKind::Function ||
      module.function_type(wasm::FunctionIndex(found->index)) != wasm::FunctionType{})
    return fail(ErrorCode::Invalid, "its export '{}' is no function without parameters and results",
                name);
  return {};
}

Result<std::string> initialisation_name(const wasm::Module& module, std::string_view wanted) {
  if (!wanted.empty()) {
    TRY(check_is_entry(module, wanted));
    return std::string(wanted);
  }
  for (std::string_view name : kDefaultNames) {
    if (!find_export(module, name)) continue;
    TRY(check_is_entry(module, name));
    return std::string(name);
  }
  return fail(ErrorCode::NotFound, "it exports neither '{}' nor '{}' (name another with --init)",
              kDefaultNames[0], kDefaultNames[1]);
}

// What belongs to others cannot be part of a module.
Result<> check_imports(const wasm::Module& module) {
  for (const wasm::Import& import : module.imports)
    if (import.kind != ExternalKind::Function)
      return fail(ErrorCode::Invalid, "it imports a {} ({}.{}), whose state is not its own",
                  wasm::to_string(import.kind), import.module, import.name);
  for (const wasm::MemoryType& memory : module.memories)
    if (memory.shared)
      return fail(ErrorCode::Invalid, "its memory is shared: other threads may change it");
  return {};
}

std::vector<wasm::AddedExport> everything_of(const wasm::Module& module) {
  std::vector<wasm::AddedExport> added;
  auto add = [&](ExternalKind kind, size_t count) {
    for (uint32_t index = 0; index < count; ++index)
      added.push_back({exposed_name(kind, index), kind, index});
  };
  add(ExternalKind::Memory, module.memories.size());
  add(ExternalKind::Table, module.tables.size());
  add(ExternalKind::Global, module.globals.size());
  if (module.start)
    added.push_back({exposed_name(ExternalKind::Function, raw(*module.start)),
                     ExternalKind::Function, raw(*module.start)});
  return added;
}

// A folder that is gone with the object.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> create() {
    std::error_code error;
    const fs::path parent = fs::temp_directory_path(error);
    if (error)
      return std::unexpected(
          system_error(error.value(), "the folder for temporary files ($TMPDIR)"));
    std::string name = (parent / "wherry-snapshot.XXXXXX").string();
    if (!mkdtemp(name.data())) return std::unexpected(system_error(errno, name));
    return TemporaryFolder(name);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;

  const fs::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

Result<std::shared_ptr<const runtime::Artifact>> compile(ByteSpan binary, abi::CodeMode mode) {
  TemporaryFolder folder = TRY(TemporaryFolder::create());
  const fs::path module = folder.path() / "module.wasm", artifact = folder.path() / "artifact";
  TRY(write_file_atomic(module, binary));
  TRY(runtime::compile_file(module, artifact, {.mode = mode}));
  return runtime::Artifact::open(TRY(open_file(artifact)), artifact.string());
}

// Stands for an import that is not offered: the call stops the guest, and is remembered.
class RefusedImports {
 public:
  void offer(const wasm::Module& module, runtime::Linker& linker) {
    for (const wasm::Import& import : module.imports) {
      const auto& type = module.function_type(std::get<wasm::TypeIndex>(import.type));
      Refused& refused = refused_.emplace_back(Refused{this, import, {import.name, type, refuse}});
      linker.add(import.module, import.name,
                 runtime::HostFunctionBinding{&refused.definition, &refused});
    }
  }
  // The one that was called, or nullptr.
  const wasm::Import* called() const { return called_; }

 private:
  struct Refused {
    RefusedImports* all;
    const wasm::Import& import;
    runtime::HostFunctionDefinition definition;
  };

  static runtime::HostResult refuse(void* self, runtime::Caller&, std::span<uint64_t>) {
    auto* refused = static_cast<Refused*>(self);
    refused->all->called_ = &refused->import;
    return std::unexpected(runtime::Trap{.code = runtime::TrapCode::HostError});
  }

  std::deque<Refused> refused_;  // linked by address
  const wasm::Import* called_ = nullptr;
};

// An instance of a module that was exposed, from before its initialisation to its state after it.
class Initialisation {
 public:
  explicit Initialisation(const wasm::Module& module) : module_(module) {}

  Result<> prepare(std::shared_ptr<const runtime::Artifact> artifact,
                   const SnapshotOptions& options);
  // What the second wall leaves open for it. After prepare().
  sandbox::Openings openings(const SnapshotOptions& options) const;
  Result<> run(const std::string& init);
  // Errors: Invalid for what a module cannot express.
  Result<wasm::ModuleState> capture() const;

 private:
  using References = std::vector<std::vector<runtime::Reference>>;  // by table

  References table_contents() const;
  Result<> call(const std::string& name);
  Result<> check_tables() const;
  Result<> capture_globals(wasm::ModuleState& state) const;
  runtime::Global global(uint32_t index) const {
    return *instance_->find_global(exposed_name(ExternalKind::Global, index));
  }

  const wasm::Module& module_;
  std::unique_ptr<wasi::Program> program_;
  RefusedImports refused_;
  std::unique_ptr<runtime::Instance> instance_;
  References tables_at_first_;
  std::map<uint32_t, std::array<std::byte, 16>> references_at_first_;  // by global
};

Result<> Initialisation::prepare(std::shared_ptr<const runtime::Artifact> artifact,
                                 const SnapshotOptions& options) {
  runtime::Linker linker;
  if (options.allow_wasi) {
    program_ = TRY(wasi::Program::create({.arguments = {"snapshot"},
                                          .environment = options.grant.environment,
                                          .directories = options.grant.directories,
                                          .standard_input = {.fd = 0},
                                          .standard_output = {.fd = 1},
                                          .standard_error = {.fd = 2}}));
    for (runtime::HostModule* module : program_->modules()) linker.add(*module);
  }
  refused_.offer(module_, linker);
  policy::Limits limits = options.grant.limits;
  if (!limits.timeout_ms) limits.timeout_ms = kSnapshotTimeMs;
  instance_ = TRY(runtime::Instance::create(std::move(artifact), linker, instance_options(limits)));
  if (auto outcome = instance_->initialize(); !outcome)
    return fail(ErrorCode::Invalid, "its segments do not fit: {}", describe(outcome.error()));
  tables_at_first_ = table_contents();
  for (uint32_t index = 0; index < module_.globals.size(); ++index)
    if (module_.globals[index].value.is_reference())
      std::memcpy(references_at_first_[index].data(), global(index).cell->bytes, 16);
  return {};
}

sandbox::Openings Initialisation::openings(const SnapshotOptions& options) const {
  policy::Effective effective;
  if (!program_) return openings_for(effective);
  effective.directories = options.grant.directories;
  return openings_for(effective, program_->folder_descriptors());
}

Result<> Initialisation::run(const std::string& init) {
  if (module_.start) TRY(call(exposed_name(ExternalKind::Function, raw(*module_.start))));
  if (init != kReactorStart && check_is_entry(module_, kReactorStart))
    TRY(call(std::string(kReactorStart)));
  return call(init);
}

Result<> Initialisation::call(const std::string& name) {
  auto outcome = runtime::Instance::call(*instance_->find_function(name), {});
  if (outcome) return {};
  if (const wasm::Import* import = refused_.called())
    return fail(ErrorCode::Invalid, "its initialisation calls {}.{}, which is not granted{}",
                import->module, import->name,
                import->module.starts_with("wasi_") ? " (grant WASI with --wasi)" : "");
  if (outcome.error().code == runtime::TrapCode::Exit)
    return fail(ErrorCode::Invalid, "its initialisation ends the program (exit status {})",
                outcome.error().exit_status);
  return fail(ErrorCode::Invalid, "its initialisation fails: {}", describe(outcome.error()));
}

Initialisation::References Initialisation::table_contents() const {
  References all;
  for (uint32_t index = 0; index < module_.tables.size(); ++index) {
    const runtime::Table& table = *instance_->find_table(exposed_name(ExternalKind::Table, index));
    auto& entries = all.emplace_back();
    for (uint64_t at = 0; at < table.size(); ++at) entries.push_back(table.get(at));
  }
  return all;
}

Result<> Initialisation::check_tables() const {
  const References now = table_contents();
  for (size_t index = 0; index < now.size(); ++index) {
    // Functions do not change; an object may have, behind its reference.
    const bool of_objects = !module_.is_function_reference(module_.tables[index].element) &&
                            std::ranges::any_of(now[index], [](auto entry) { return entry; });
    if (of_objects || now[index] != tables_at_first_[index])
      return fail(ErrorCode::Invalid,
                  "its initialisation changes table {}, which cannot be captured", index);
  }
  for (uint32_t index = 0; index < module_.elements.size(); ++index)
    if (module_.elements[index].mode == wasm::SegmentMode::Passive &&
        instance_->is_element_dropped(index))
      return fail(ErrorCode::Invalid,
                  "its initialisation drops element segment {}, which cannot be captured", index);
  return {};
}

Result<> Initialisation::capture_globals(wasm::ModuleState& state) const {
  for (uint32_t index = module_.imported_globals; index < module_.globals.size(); ++index) {
    const wasm::GlobalType& type = module_.globals[index];
    std::array<std::byte, 16> value;
    std::memcpy(value.data(), global(index).cell->bytes, value.size());
    if (!type.value.is_reference()) {
      state.globals.push_back(type.is_mutable ? std::optional(value) : std::nullopt);
      continue;
    }
    const bool is_null = std::memcmp(value.data(), std::array<std::byte, 8>{}.data(), 8) == 0;
    if (references_at_first_.at(index) != value ||
        !(is_null || module_.is_function_reference(type.value)))
      return fail(ErrorCode::Invalid, "its global {} holds a reference, which cannot be captured",
                  index);
    state.globals.push_back(std::nullopt);
  }
  return {};
}

Result<wasm::ModuleState> Initialisation::capture() const {
  wasm::ModuleState state;
  TRY(check_tables());
  TRY(capture_globals(state));
  if (program_ && !program_->has_initial_descriptors())
    return fail(ErrorCode::Invalid,
                "its initialisation leaves a descriptor open, or closed one that was");
  for (uint32_t index = 0; index < module_.memories.size(); ++index)
    state.memories.push_back(
        instance_->find_memory(exposed_name(ExternalKind::Memory, index))->bytes());
  for (uint32_t index = 0; index < module_.data.size(); ++index)
    state.dropped_data.push_back(instance_->is_data_dropped(index));
  return state;
}

Result<Bytes> snapshot(ByteSpan binary, const SnapshotOptions& options) {
  wasm::Module module = TRY(wasm::decode_module(binary));
  TRY(wasm::validate_module(module));
  TRY(check_imports(module));
  const std::string init = TRY(initialisation_name(module, options.init));
  const auto added = everything_of(module);
  for (const wasm::AddedExport& each : added)
    if (find_export(module, each.name))
      return fail(ErrorCode::Invalid, "its export '{}' has a name that snapshots need", each.name);

  const auto artifact = TRY(compile(wasm::expose(binary, module, added),
                                    {.counts_fuel = options.grant.limits.fuel.has_value()}));
  Initialisation initialisation(module);
  auto prepare = [&]() -> Result<sandbox::Openings> {
    TRY(initialisation.prepare(artifact, options));
    return initialisation.openings(options);
  };
  auto initialise = [&]() -> Result<Bytes> {
    TRY(initialisation.run(init));
    wasm::ModuleState state = TRY(initialisation.capture());
    state.removed_exports = {init};
    if (check_is_entry(module, kReactorStart)) state.removed_exports.emplace(kReactorStart);
    return wasm::with_state(binary, module, state);
  };
  Bytes written = TRY(run_confined({.prepare = prepare,
                                    .work = initialise,
                                    .result_bytes_max = wasm::limits::kModuleBytes,
                                    .layers = options.layers,
                                    .on_shortcoming = options.on_shortcoming}));
  // What we write is ours to check, before anybody relies on it; and who wrote it may have been
  // taken over.
  TRY(wasm::validate_module(TRY(wasm::decode_module(written))));
  return written;
}

}  // namespace

Result<Bytes> snapshot_module(const fs::path& module_file, const SnapshotOptions& options) {
  Mapping binary = TRY(map_file(module_file, {.size_bytes_max = wasm::limits::kModuleBytes}));
  return with_context(snapshot(binary.bytes(), options), "{}", module_file.string());
}

}  // namespace wherry::container
