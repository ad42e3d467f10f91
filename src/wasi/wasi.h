// WASI preview 1 (`wasi_snapshot_preview1`) and its ancestor `wasi_unstable`, for one running
// program: its arguments, environment, standard streams, open files and clocks. Follows WASI's
// preview 1 documents (phases/snapshot/docs.md) and, for wasi_unstable, phases/old/snapshot_0.
//
// Trust: every pointer, length and path comes from the guest and is checked before use. Files are
// reached only under preopened folders; a path never leaves its folder.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/network.h"
#include "policy/policy.h"
#include "runtime/host_module.h"
#include "support/file.h"
#include "support/result.h"
#include "wasi/limits.h"

namespace wherry::wasi {

// Where a standard stream goes when it is not a descriptor: serve reads a request's body and
// collects the answer in memory. Called by one thread at a time.
class InputStream {
 public:
  virtual ~InputStream() = default;
  // 0 at the end.
  virtual size_t read(std::span<std::byte> buffer) = 0;
};
class OutputStream {
 public:
  virtual ~OutputStream() = default;
  // False: no more is accepted (a limit), which the guest sees as an error.
  virtual bool write(ByteSpan bytes) = 0;
};

// A standard stream: one of our descriptors (borrowed), or a stream object (borrowed), or closed.
struct Stdio {
  int fd = -1;
  InputStream* input = nullptr;
  OutputStream* output = nullptr;
};

// An access that was refused, for our log; never shown to the guest.
struct Denial {
  std::string resource;  // "open /etc/passwd for reading"
  std::string way_out;   // "grant it with --dir HOST:/etc:ro"
  // No more than a look, maybe: reading what lies outside of every folder, as programs do that
  // search for a file in many places.
  bool is_look = false;
};

// What a guest wants beyond what it was given, where only who runs it knows why it has no more.
enum class Lack : uint8_t {
  StandardStream,  // used, and closed to it: 0 to 2
  Variables,       // it asks for its variables
  Descriptor,      // more are open than may be
  Thread,          // likewise
};

// A use of something that is granted, for who wants to know what a program needs.
struct Use {
  enum class Kind : uint8_t {
    Folder,       // `folder` and `rights`
    Environment,  // the variables were read
    Arguments,    // likewise
    Clock,
    Random,
    Stream,   // `name`: "stdin", "stdout" or "stderr"
    Listen,   // `name`: a rule that allows it (policy/network.h)
    Connect,  // likewise
  };
  Kind kind;
  const policy::DirectoryGrant* folder = nullptr;
  policy::FileRights rights = {};
  std::string name = {};
};

// The folder itself. Errors: NotFound, Denied, naming it and its flag.
Result<Fd> open_folder(const policy::DirectoryGrant& grant);

struct ProgramOptions {
  std::vector<std::string> arguments;  // argv[0] first
  std::vector<policy::EnvironmentGrant> environment;
  std::vector<policy::DirectoryGrant> directories;
  // Of all of them, in their order, where they are open already (open_folder()), borrowed during
  // create(): no path is looked up then. Empty: none is.
  std::span<const Fd> folders = {};
  // Bound and listening: the descriptors from 3 on, before the folders.
  std::vector<Fd> listeners = {};
  policy::NetworkRules network = {};
  Stdio standard_input = {};
  Stdio standard_output = {};
  Stdio standard_error = {};
  policy::Clock clock = policy::Clock::Precise;
  std::optional<uint64_t> random_seed = {};  // none: real random numbers
  uint32_t descriptors_max = limits::kDescriptorsMax;
  // Told of every access that is refused here.
  std::function<void(const Denial&)> on_denial = {};
  // Told of every lack, with the stream's number. By any thread.
  std::function<void(Lack, uint32_t)> on_lack = {};
  // The guest also sees an empty last folder "/" that answers "no such file" to everything: libc
  // looks for a preopened folder before it asks the host at all, and would refuse a path outside of
  // every folder unseen, with that same answer.
  bool shows_empty_root = false;
  // Told of uses, most of them each time.
  std::function<void(const Use&)> on_use = {};
};

struct ProgramState;

// One program's state. One thread at a time, unless it is told of more; outlives the instances that
// import from it.
class Program {
 public:
  // Opens the granted folders. Errors: NotFound, Denied, naming the folder and its flag; Invalid
  // for arguments or variables beyond limits.h.
  static Result<std::unique_ptr<Program>> create(ProgramOptions options);
  ~Program();

  // The modules to link: preview 1 and unstable share the state.
  std::span<runtime::HostModule* const> modules();

  // Before any thread but the first runs: its functions may be called by several at once.
  void allow_threads();

  // Our descriptors of the granted folders, in their order. Before a guest runs.
  std::vector<int> folder_descriptors() const;

  // Whether descriptors are as create() made them: none opened, closed or renumbered since.
  bool has_initial_descriptors() const;

  // For create(): nobody else has a state.
  explicit Program(std::unique_ptr<ProgramState> state);

 private:
  std::unique_ptr<ProgramState> state_;
};

}  // namespace wherry::wasi
