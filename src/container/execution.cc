#include <algorithm>
#include <utility>

#include "container/application.h"
#include "container/handed_over_sockets.h"
#include "container/import_advice.h"
#include "container/instance_options.h"
#include "container/invocation.h"
#include "container/lack_log.h"
#include "policy/duration.h"
#include "policy/size.h"
#include "runtime/instance.h"
#include "wasi/threads.h"

namespace wherry::container {

struct Execution::State {
  std::unique_ptr<wasi::Program> program;
  runtime::Linker linker;
  std::unique_ptr<wasi::Threads> threads;  // of a module that shares its memory with them
  std::unique_ptr<runtime::Instance> instance;
  std::optional<uint64_t> fuel;
  std::vector<policy::Endpoint> listening;
  std::function<void()> on_lack_of_memory;

  void tell_lack_of_memory() const {
    if (on_lack_of_memory && instance->met_memory_limit()) on_lack_of_memory();
  }
};

Execution::Execution(std::unique_ptr<State> state) : state_(std::move(state)) {}
Execution::~Execution() = default;
Execution::Execution(Execution&&) noexcept = default;
Execution& Execution::operator=(Execution&&) noexcept = default;

static wasi::ThreadsOptions threads_options(const Application& application, const Tell& tell,
                                            const runtime::InstanceOptions& instance_options) {
  wasi::ThreadsOptions options{.artifact = application.artifact(),
                               .limits = instance_options.limits};
  if (auto max = application.effective().limits.threads_max)
    options.threads_max = static_cast<uint32_t>(*max);
  if (tell)
    options.on_full = [&application, tell] { tell_lack(application, wasi::Lack::Thread, 0, tell); };
  return options;
}

// Words that the program does not get are told: who wrote them expects otherwise.
static void give_arguments(const Application& application, std::vector<std::string> words,
                           wasi::ProgramOptions& options) {
  if (!application.effective().arguments && !words.empty() && options.on_denial) {
    auto line = std::ranges::find(application.permission_lines(), policy::kArgumentsResource,
                                  &policy::Line::resource);
    options.on_denial(
        {fmt::format("{} argument{}", words.size(), words.size() == 1 ? "" : "s"), line->way_out});
  }
  if (!application.effective().arguments) words.clear();
  // As a container's: Entrypoint's words, then the user's or else Cmd's (image-spec 1.1,
  // config.md).
  const ImageExtras& extras = application.extras();
  const std::vector<std::string>& rest = words.empty() ? extras.default_arguments : words;
  for (const std::vector<std::string>* part : {&extras.arguments, &rest})
    options.arguments.insert(options.arguments.end(), part->begin(), part->end());
}

// Whether it is worth an empty folder "/" (wasi/wasi.h): it finds paths, by a C library that is not
// of 2019, which would take it for the folder of all paths.
static bool wants_empty_root(const runtime::Artifact& artifact) {
  const abi::ArtifactView& view = artifact.view();
  bool finds_paths = false;
  for (const abi::ImportRecord& import : view.imports) {
    if (view.string(import.module) == "wasi_unstable") return false;
    finds_paths = finds_paths || view.string(import.name).starts_with("path_");
  }
  return finds_paths;
}

// What was granted and cannot be opened is no lack of the program's, which exit codes tell apart.
template <class T>
static Result<T> opening(Result<T> opened) {
  if (!opened) opened.error().code = ErrorCode::Io;
  return opened;
}

// The operator's values stand before the image's own.
static void add_image_variables(const ImageExtras& extras, wasi::ProgramOptions& options) {
  for (const auto& [name, value] : extras.environment) {
    auto has_name = [&](const policy::EnvironmentGrant& known) { return known.name == name; };
    if (std::ranges::none_of(options.environment, has_name))
      options.environment.push_back({.name = name, .value = value, .origin = policy::kOfTheImage});
  }
}

Result<std::vector<Fd>> open_folders(const Application& application) {
  std::vector<Fd> folders;
  for (const policy::DirectoryGrant& grant : application.effective().directories)
    folders.push_back(TRY(opening(wasi::open_folder(grant))));
  return folders;
}

Result<Execution> Execution::create(const Application& application, ExecutionOptions options) {
  const policy::Effective& effective = application.effective();
  std::string program_name = std::move(options.program_name);
  if (program_name.empty()) program_name = application.name();
  wasi::ProgramOptions program_options{
      .arguments = {std::move(program_name)},
      .environment = effective.environment,
      .directories = effective.directories,
      .folders = options.folders,
      .network = effective.network,
      .standard_input = options.standard_input,
      .standard_output = options.standard_output,
      .standard_error = options.standard_error,
      .clock = effective.clock,
      .random_seed = effective.random_seed,
      .on_denial = std::move(options.on_denial),
      .shows_empty_root = wants_empty_root(*application.artifact()),
      .on_use = std::move(options.on_use)};
  const Tell tell = program_options.on_denial;
  if (tell)
    program_options.on_lack = [&application, tell](wasi::Lack lack, uint32_t which) {
      tell_lack(application, lack, which, tell);
    };
  if (!effective.stdio.input) program_options.standard_input = {};
  if (!effective.stdio.output) program_options.standard_output = {};
  if (!effective.stdio.error) program_options.standard_error = {};
  if (auto max = effective.limits.open_files_max)
    program_options.descriptors_max = static_cast<uint32_t>(*max);
  give_arguments(application, std::move(options.arguments), program_options);
  for (policy::EnvironmentGrant& variable : options.environment)
    program_options.environment.push_back(std::move(variable));
  add_image_variables(application.extras(), program_options);

  auto state = std::make_unique<State>();
  if (options.open_listeners)
    state->listening = TRY(
        opening(hand_over_sockets(effective.network, *application.artifact(), program_options)));
  state->program = TRY(opening(wasi::Program::create(std::move(program_options))));
  for (runtime::HostModule* module : state->program->modules()) state->linker.add(*module);
  runtime::InstanceOptions instance_options = container::instance_options(effective.limits);
  if (wasi::Threads::are_wanted_by(*application.artifact())) {
    state->threads = TRY(with_context(
        wasi::Threads::create(threads_options(application, tell, instance_options), state->linker),
        "{}", application.name()));
    state->program->allow_threads();
    instance_options = state->threads->instance_options();
  }
  auto instance =
      runtime::Instance::create(application.artifact(), state->linker, instance_options);
  if (!instance) {
    auto missing = runtime::missing_imports(*application.artifact(), state->linker);
    if (!missing.empty())
      return fail(ErrorCode::Unsupported, "{}: {}", application.name(), describe_missing(missing));
  }
  state->instance = TRY(with_context(std::move(instance), "{}", application.name()));
  if (state->threads) state->threads->begin(*state->instance);
  state->fuel = effective.limits.fuel;
  if (tell)
    state->on_lack_of_memory = [&application, tell] { tell_lack_of_memory(application, tell); };
  return Execution(std::move(state));
}

static std::expected<uint32_t, abi::Trap> exit_status(std::expected<void, abi::Trap> outcome) {
  if (outcome) return 0;
  if (outcome.error().code == abi::TrapCode::Exit) return outcome.error().exit_status;
  return std::unexpected(std::move(outcome).error());
}

static std::expected<void, abi::Trap> run_entry(runtime::Instance& instance) {
  if (auto outcome = instance.initialize(); !outcome) return outcome;
  // A command has _start, a reactor may have _initialize; a module with neither has done its work
  // in its start function (WASI application ABI).
  for (std::string_view entry : {"_start", "_initialize"})
    if (const abi::FunctionReference* function = instance.find_function(entry))
      return runtime::Instance::call(*function, {});
  return {};
}

std::expected<uint32_t, abi::Trap> Execution::run() {
  auto outcome = run_entry(*state_->instance);
  if (state_->threads) outcome = state_->threads->end(std::move(outcome));
  state_->tell_lack_of_memory();
  return exit_status(std::move(outcome));
}

Result<Execution::Invoked> Execution::invoke(const std::string& function,
                                             std::span<const std::string> arguments) {
  runtime::Instance& instance = *state_->instance;
  Invocation invocation = TRY(Invocation::create(instance, function, arguments));
  std::vector<std::string> results;
  auto outcome = [&]() -> std::expected<void, abi::Trap> {
    if (auto initialized = instance.initialize(); !initialized) return initialized;
    const abi::FunctionReference* initialize = instance.find_function("_initialize");
    if (initialize && function != "_initialize")
      if (auto called = runtime::Instance::call(*initialize, {}); !called) return called;
    auto called = invocation.call();
    if (!called) return std::unexpected(std::move(called).error());
    results = *std::move(called);
    return {};
  }();
  if (state_->threads) outcome = state_->threads->end(std::move(outcome));
  state_->tell_lack_of_memory();
  if (!outcome) return Invoked(std::unexpected(std::move(outcome).error()));
  return Invoked(std::move(results));
}

std::vector<int> Execution::folders() const { return state_->program->folder_descriptors(); }

std::span<const policy::Endpoint> Execution::listening() const { return state_->listening; }

std::optional<uint64_t> Execution::fuel_used() const {
  if (!state_->fuel) return std::nullopt;
  return *state_->fuel - state_->instance->fuel_left();
}

void Execution::interrupt() { state_->instance->interrupt(abi::TrapCode::Interrupted); }

// Why, as people asked for it. A time is a whole number of milliseconds: it was given so.
static std::string reason_of(const abi::Trap& trap) {
  auto time = [&] {
    return policy::duration_text(std::chrono::milliseconds(trap.limit / 1'000'000));
  };
  switch (trap.code) {
    case abi::TrapCode::StackOverflow:
      return "stopped: stack limit of " + policy::size_text(trap.limit);
    case abi::TrapCode::TimeLimit:
      return "stopped: time limit of " + time();
    case abi::TrapCode::CpuTimeLimit:
      return "stopped: CPU time limit of " + time();
    case abi::TrapCode::FuelLimit:
      return fmt::format("stopped: fuel limit of {}", trap.limit);
    case abi::TrapCode::ObjectHeapExhausted:
      return fmt::format("stopped: memory limit of {} (objects)", policy::size_text(trap.limit));
    case abi::TrapCode::ExceptionMemoryExhausted:
      return fmt::format("stopped: memory limit of {} (exceptions)", policy::size_text(trap.limit));
    default:
      return std::string("trap: ") + abi::trap_message(trap.code);
  }
}

std::string describe(const abi::Trap& trap) {
  std::string text = reason_of(trap);
  if (trap.function != 0xffff'ffff) {
    text += fmt::format(" in function #{}", trap.function);
    if (!trap.function_name.empty()) text += fmt::format(" <{}>", trap.function_name);
  }
  if (trap.wasm_offset != abi::kNoWasmOffset)
    text += fmt::format(" at offset {:#x}", trap.wasm_offset);
  return text;
}

}  // namespace wherry::container
