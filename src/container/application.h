// An application made ready to run: its module found (a file, or an image of the local store),
// compiled or taken from the artifact cache, and its effective policy decided. Loaded once, run as
// often as one likes.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/trap.h"
#include "container/remembered_image.h"
#include "oci/use_lock.h"
#include "policy/decision.h"
#include "policy/policy_files.h"
#include "runtime/artifact.h"
#include "support/file.h"
#include "support/result.h"
#include "trust/trust_paths.h"
#include "wasi/wasi.h"

namespace wherry::container {

// Where things are kept; see support/install_paths.h for the defaults.
struct Places {
  fs::path image_store;
  fs::path artifact_cache;
  policy::PolicyPaths policies;
  trust::TrustPaths trust;
};
Result<Places> default_places();

// Whether `what` on a command line is a file rather than an image: it begins with /, ./ or ../,
// ends in .wasm, or names a regular file.
bool names_file(std::string_view what);

// What an application is allowed, without getting it ready.
struct Permissions {
  policy::Subject subject;
  std::optional<policy::Request> request;  // none for a bare file
  policy::Decision decision;
};
// `what` is as for Application::load; errors are those of the lookup and of policy files.
Result<Permissions> find_permissions(std::string_view what, const policy::Grant& grant,
                                     const Places& places);

// How the module was got ready, for -v.
struct Preparation {
  bool compiled = false;
  uint64_t compile_ms = 0;
  std::string recompiled_because;  // why an artifact that was there was not taken
  bool checks_bounds = false;      // since the address space does not suffice for guards
};

struct LoadOptions {
  uint64_t executions_at_once = 1;  // for which the address space should suffice
};

// Immutable once loaded; thread-safe. Must outlive its executions.
class Application {
 public:
  // `what` is a file or an image, as names_file has it.
  // Errors: NotFound; Malformed, Invalid, Unsupported for the module or the image; Denied, Io.
  static Result<Application> load(std::string_view what, const policy::Grant& grant,
                                  const Places& places, const LoadOptions& options = {});

  const std::string& name() const { return name_; }  // as given: the guest's argv[0] by default
  const std::string& trigger() const {
    return trigger_;
  }  // "command", "http", or empty for a bare file
  const policy::Effective& effective() const { return decision_.effective; }
  const std::vector<policy::Line>& permission_lines() const { return decision_.lines; }
  // What an ordinary image gives every run: arguments and variables.
  const ImageExtras& extras() const { return extras_; }
  const Preparation& preparation() const { return preparation_; }
  const std::shared_ptr<const runtime::Artifact>& artifact() const { return artifact_; }

 private:
  Application() = default;
  Result<> hold_files();
  std::string name_;
  std::string trigger_;
  policy::Decision decision_;
  ImageExtras extras_;
  std::optional<oci::UseLock> held_files_;  // that nobody deletes them while it may run
  Preparation preparation_;
  std::shared_ptr<const runtime::Artifact> artifact_;
};

struct ExecutionOptions {
  std::string program_name = {};  // argv[0]; empty: the application's name
  // After argv[0] and what the image puts there; where there are none, the image's default.
  std::vector<std::string> arguments = {};
  std::vector<policy::EnvironmentGrant> environment = {};  // besides what the policy grants
  wasi::Stdio standard_input = {.fd = 0};
  wasi::Stdio standard_output = {.fd = 1};
  wasi::Stdio standard_error = {.fd = 2};
  std::function<void(const wasi::Denial&)> on_denial = {};
  std::function<void(const wasi::Use&)> on_use = {};
  // Of open_folders(), borrowed during create(): the program gets what was opened then. Empty: its
  // folders are looked up now.
  std::span<const Fd> folders = {};
  // Whether sockets are opened and handed over where rules for listening say so (wasi/listeners.h),
  // but for programs that open them by themselves.
  bool open_listeners = false;
};

// The granted folders, in the order of the effective policy: for who runs the application more than
// once, and means the same folders each time. Errors: Io, for one that cannot be opened.
Result<std::vector<Fd>> open_folders(const Application& application);

// One run of an application in an instance of its own. One thread at a time, except interrupt().
class Execution {
 public:
  // The application is borrowed until its end. Errors: an import that nobody offers (Unsupported),
  // a granted folder that cannot be opened, no memory.
  static Result<Execution> create(const Application& application, ExecutionOptions options);
  ~Execution();
  Execution(Execution&&) noexcept;
  Execution& operator=(Execution&&) noexcept;

  // Runs the program to its end: `_start` of a command, `_initialize` of a reactor. At most once.
  // The guest's exit status, or why it was stopped (never TrapCode::Exit).
  std::expected<uint32_t, abi::Trap> run();

  // Instead of run(): initialises the program, a reactor's `_initialize` included, and calls one
  // exported function with arguments as text; its results as text (invocation.h). At most once.
  // Errors: of Invocation::create, before anything ran.
  using Invoked = std::expected<std::vector<std::string>, abi::Trap>;
  Result<Invoked> invoke(const std::string& function, std::span<const std::string> arguments);

  // Our descriptors of the granted folders, in the order of the effective policy. Before run().
  std::vector<int> folders() const;

  // Where it listens on sockets that were opened for it.
  std::span<const policy::Endpoint> listening() const;

  // What it has burnt of its limit of fuel; std::nullopt where it has none.
  std::optional<uint64_t> fuel_used() const;

  // From any thread: stops the guest with TrapCode::Interrupted.
  void interrupt();

 private:
  struct State;
  explicit Execution(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// "trap: unreachable in function #3 <main> at offset 0x4d"; where a limit was met: "stopped: stack
// limit of 8MiB in function …".
std::string describe(const abi::Trap& trap);

}  // namespace wherry::container
