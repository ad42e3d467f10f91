// The second wall: what the kernel keeps this process from, so that a guest which breaks out of
// compiled code, or out of an interface of the host, finds itself with nothing that it did not have
// before. The first wall is the engine; docs/security.md describes both.
//
// A process puts the wall up around itself once it holds all that it needs, before the first
// instruction of a guest, and can never take it down again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/layers.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::sandbox {

// What may be done below a folder, itself included.
struct FolderRule {
  fs::path path;
  int fd = -1;  // the folder itself, borrowed, where it is open already: nothing is looked up then
  bool reads = true;
  bool writes = false;  // contents of files that are there
  bool creates =
      false;  // files, folders, links; what is in new files, and so, for the kernel, in all
  bool removes = false;
};

struct NetworkRules {
  bool has_sockets = false;         // may make sockets of the internet families
  std::vector<uint16_t> bind = {};  // TCP ports
  std::vector<uint16_t> connect = {};
  bool binds_anywhere = false;  // any TCP port
  bool connects_anywhere = false;
};

// What the process may take of the machine as a whole; none: no bound.
struct ResourceBounds {
  std::optional<uint64_t> memory_bytes = {};
  std::optional<uint64_t> tasks = {};  // processes and threads
  std::optional<uint64_t> processors = {};
};

// What stays open in the wall: exactly this.
struct Openings {
  std::vector<FolderRule> folders = {};
  std::vector<fs::path> files = {};  // to be read; those that are not there are left out
  NetworkRules network = {};
  ResourceBounds bounds = {};  // kept by the layer cgroup
  bool serves = false;         // accepts connections on sockets that it has
  bool keeps_files =
      false;  // of clients, as a registry does; blocking, on connections that it accepts
};

// A layer that was wanted, and is not there or not whole.
struct Shortcoming {
  Layer layer;
  bool is_missing;     // else it is there, and weaker than on a newer kernel
  std::string reason;  // "this kernel has no Landlock (Linux 5.13, and in its list of lsm=)"
  bool is_worth_a_warning() const;  // else a line for -v
};

// Puts the wall up around the process. Call it while there is one thread: later ones inherit.
// Errors: Unavailable for a required layer that is missing; Denied, Io where a layer that is there
// cannot be put up, for then nobody knows what the wall holds: the process should end.
Result<std::vector<Shortcoming>> confine(const Openings& openings, const Selection& selection);

// Closes every descriptor but the standard streams: what whoever started us forgot to close. At the
// start of a program, before it opens its own.
void close_inherited_descriptors();

// What this machine gives, without putting anything up: a shortcoming for each layer that it does
// not give in full. For `wherry doctor`; starts and ends a child.
std::vector<Shortcoming> examine();

}  // namespace wherry::sandbox
