// Threads for guests: the module `wasi` with its function `thread-spawn`. Follows wasi-threads
// (github.com/WebAssembly/wasi-threads, wasi-threads.abi.md and README.md).
//
// Each thread is one of the system's and runs an instance of its own of the same artifact; what
// they share is the memory that the module imports. They end together: with the first of a trap in
// any thread, a proc_exit in any thread, or the return of the program's own entry. The others are
// then interrupted, wherever they are, as by a limit (runtime/interruption.h).
#pragma once

#include <expected>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "runtime/instance.h"

namespace wherry::wasi {

struct ThreadsOptions {
  std::shared_ptr<const runtime::Artifact> artifact;
  runtime::Limits limits;              // of the program; the stack's is of each thread
  uint32_t threads_max = 64;           // at once, the first one among them
  std::function<void()> on_full = {};  // told when the guest wants more; by any thread
};

// The threads of one program. Pinned; must outlive the program's first instance.
class Threads final : public runtime::HostModule {
 public:
  // Whether its module imports a memory that threads share.
  static bool are_wanted_by(const runtime::Artifact& artifact);

  // Makes the shared memories and offers them in `linker`, and thread-spawn. All instances of the
  // program are linked by it, so it must outlive this, and hold all else before the first of them
  // runs. Errors: Unavailable for a memory that is beyond the limits.
  static Result<std::unique_ptr<Threads>> create(const ThreadsOptions& options,
                                                 runtime::Linker& linker);
  ~Threads() override;
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  // How the first thread's instance is to be made.
  const runtime::InstanceOptions& instance_options() const { return instance_options_; }
  // The first thread's instance, borrowed, before it runs.
  void begin(runtime::Instance& first) { first_ = &first; }
  // The first thread has come to its end: ends the others, and gives what became of the program.
  std::expected<void, runtime::Trap> end(std::expected<void, runtime::Trap> outcome);

  static constexpr std::string_view kModuleName = "wasi";
  static const runtime::HostFunctionDefinition& spawn_definition();

  std::string_view name() const override { return kModuleName; }
  const runtime::HostFunctionDefinition* find_function(std::string_view field) const override;
  void* self() override { return this; }

 private:
  struct Thread {
    uint32_t id;
    std::unique_ptr<runtime::Instance> instance;  // null: it has ended
    std::thread system_thread = {};
  };
  using Outcome = std::expected<void, runtime::Trap>;

  Threads(const ThreadsOptions& options, runtime::Linker& linker);
  Result<> define_memories(runtime::Linker& linker);
  static runtime::HostResult thread_spawn(void* self, runtime::Caller& caller,
                                          std::span<uint64_t> slots);
  // The thread's id, or a negative errno.
  int32_t spawn(uint32_t start_argument);
  int32_t start(std::unique_ptr<runtime::Instance> instance, uint32_t start_argument);
  void run(Thread& thread, uint32_t start_argument);
  static Outcome run_guest(Thread& thread, uint32_t start_argument);
  void join_ended();
  uint32_t free_id();
  void end_program(Outcome outcome);

  const ThreadsOptions options_;
  runtime::Linker& linker_;
  runtime::SharedLimits shared_limits_;
  runtime::InstanceOptions instance_options_;
  std::vector<std::unique_ptr<runtime::Memory>> memories_;
  runtime::Instance* first_ = nullptr;

  std::mutex mutex_;
  std::optional<Outcome> outcome_;  // set once: the program has ended
  std::list<Thread> threads_;       // those that have ended, too, until they are joined
  uint32_t running_ = 1;
  uint32_t last_id_ = 0;
};

}  // namespace wherry::wasi
