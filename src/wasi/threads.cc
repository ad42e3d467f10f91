#include "wasi/threads.h"

#include <algorithm>
#include <system_error>

#include "wasi/errno.h"
#include "wasm/module.h"

namespace wherry::wasi {

namespace {

using runtime::Instance;
using runtime::Trap;
using runtime::TrapCode;

constexpr std::string_view kStartFunction = "wasi_thread_start";
// wasi-threads reserves what is above, for implementations of pthreads.
constexpr uint32_t kIdMax = 0x1fff'ffff;

const wasm::FunctionType& start_type() {
  static const wasm::FunctionType type{{wasm::ValueType::i32(), wasm::ValueType::i32()}, {}};
  return type;
}

int32_t refusal(Errno error) { return -static_cast<int32_t>(error); }

bool is_shared_memory(const abi::ArtifactView& view, const abi::ImportRecord& import) {
  return static_cast<wasm::ExternalKind>(import.kind) == wasm::ExternalKind::Memory &&
         view.memories[import.index].is_shared != 0;
}

}  // namespace

bool Threads::are_wanted_by(const runtime::Artifact& artifact) {
  return std::ranges::any_of(artifact.view().imports, [&](const abi::ImportRecord& import) {
    return is_shared_memory(artifact.view(), import);
  });
}

Result<std::unique_ptr<Threads>> Threads::create(const ThreadsOptions& options,
                                                 runtime::Linker& linker) {
  // make_unique cannot call a private constructor.
  std::unique_ptr<Threads> threads(new Threads(options, linker));
  TRY(threads->define_memories(linker));
  linker.add(*threads);
  return threads;
}

Threads::Threads(const ThreadsOptions& options, runtime::Linker& linker)
    : options_(options),
      linker_(linker),
      shared_limits_(options.limits),
      instance_options_{.limits = options.limits, .shared_limits = &shared_limits_} {}

Threads::~Threads() {
  first_ = nullptr;  // may be gone, of a program that never ran
  end({});
}

// As large as they are to begin with, and to be grown by the guest.
Result<> Threads::define_memories(runtime::Linker& linker) {
  const abi::ArtifactView& view = options_.artifact->view();
  for (const abi::ImportRecord& import : view.imports) {
    if (!is_shared_memory(view, import)) continue;
    const abi::MemoryRecord& record = view.memories[import.index];
    if (record.min_pages > options_.limits.memory_bytes_max / wasm::kPageBytes)
      return fail(ErrorCode::Unavailable,
                  "its shared memory begins with {} KiB, more than the limit of {} KiB",
                  record.min_pages * (wasm::kPageBytes >> 10),
                  options_.limits.memory_bytes_max >> 10);
    runtime::MemoryOptions memory{.limits = {record.min_pages, record.max_pages},
                                  .budget = &shared_limits_.memory,
                                  .guarded = !options_.artifact->mode().checks_bounds,
                                  .is_64 = record.is_64 != 0,
                                  .shared = true};
    memories_.push_back(TRY(with_context(runtime::Memory::create(memory), "its shared memory")));
    linker.add(view.string(import.module), view.string(import.name), memories_.back().get());
  }
  return {};
}

const runtime::HostFunctionDefinition& Threads::spawn_definition() {
  static const runtime::HostFunctionDefinition definition{
      "thread-spawn", {{wasm::ValueType::i32()}, {wasm::ValueType::i32()}}, &thread_spawn};
  return definition;
}

const runtime::HostFunctionDefinition* Threads::find_function(std::string_view field) const {
  return field == spawn_definition().name ? &spawn_definition() : nullptr;
}

runtime::HostResult Threads::thread_spawn(void* self, runtime::Caller&, std::span<uint64_t> slots) {
  auto start_argument = static_cast<uint32_t>(slots[0]);
  slots[0] = static_cast<uint32_t>(static_cast<Threads*>(self)->spawn(start_argument));
  return {};
}

// Fuel is what makes runs repeatable, which threads are not: there is no such program.
int32_t Threads::spawn(uint32_t start_argument) {
  if (options_.limits.fuel) return refusal(Errno::notsup);
  {
    std::scoped_lock lock(mutex_);
    if (outcome_) return refusal(Errno::again);  // end() works on the list by itself then
    join_ended();
    if (running_ >= options_.threads_max) {
      if (options_.on_full) options_.on_full();
      return refusal(Errno::again);
    }
    ++running_;
  }
  // The first thread keeps the time of all: it is there to the end.
  runtime::InstanceOptions instance_options = instance_options_;
  instance_options.limits.time.reset();
  auto instance = Instance::create(options_.artifact, linker_, instance_options);
  int32_t id = refusal(Errno::again);
  if (instance && (*instance)->function_type(kStartFunction) != start_type())
    id = refusal(Errno::notsup);
  else if (instance)
    id = start(*std::move(instance), start_argument);
  if (id > 0) return id;
  std::scoped_lock lock(mutex_);
  --running_;
  return id;
}

int32_t Threads::start(std::unique_ptr<Instance> instance, uint32_t start_argument) {
  std::scoped_lock lock(mutex_);
  if (outcome_) return refusal(Errno::again);
  Thread& thread = threads_.emplace_back(Thread{free_id(), std::move(instance)});
  try {
    thread.system_thread =
        std::thread([this, &thread, start_argument] { run(thread, start_argument); });
  } catch (const std::system_error&) {  // the system has too many
    threads_.pop_back();
    return refusal(Errno::again);
  }
  return static_cast<int32_t>(thread.id);
}

// Those that run are few, and ids many.
uint32_t Threads::free_id() {
  do {
    last_id_ = last_id_ == kIdMax ? 1 : last_id_ + 1;
  } while (std::ranges::find(threads_, last_id_, &Thread::id) != threads_.end());
  return last_id_;
}

// Of threads that wait only to be joined. With the mutex locked.
void Threads::join_ended() {
  std::erase_if(threads_, [](Thread& thread) {
    if (thread.instance) return false;
    thread.system_thread.join();
    return true;
  });
}

// On the thread itself. While it has an instance, end_program() may interrupt it; without one,
// nothing of it takes the mutex any more.
void Threads::run(Thread& thread, uint32_t start_argument) {
  Outcome outcome = run_guest(thread, start_argument);
  if (!outcome) {
    outcome.error().exception = nullptr;  // it is the instance's
    end_program(std::move(outcome));
  }
  std::unique_ptr<Instance> instance;
  std::scoped_lock lock(mutex_);
  instance = std::move(thread.instance);
  --running_;
}

Threads::Outcome Threads::run_guest(Thread& thread, uint32_t start_argument) {
  Instance& instance = *thread.instance;
  if (auto initialized = instance.initialize(); !initialized) return initialized;
  uint64_t slots[] = {thread.id, start_argument};
  return Instance::call(*instance.find_function(kStartFunction), slots);
}

void Threads::end_program(Outcome outcome) {
  std::scoped_lock lock(mutex_);
  if (outcome_) return;
  outcome_ = std::move(outcome);
  if (first_) first_->end(TrapCode::Interrupted);
  for (Thread& thread : threads_)
    if (thread.instance) thread.instance->end(TrapCode::Interrupted);
}

Threads::Outcome Threads::end(Outcome outcome) {
  end_program(std::move(outcome));
  // Nobody is added any more.
  for (Thread& thread : threads_) thread.system_thread.join();
  threads_.clear();
  return *outcome_;
}

}  // namespace wherry::wasi
