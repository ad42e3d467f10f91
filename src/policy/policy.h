// What an application may touch. It asks (Request, written in wherry.toml, travels in the image);
// the operator gives (Grant, from flags); it gets what was both asked for and given (Effective).
// Deny by default. A bare .wasm file carries no request: there the grant alone decides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/file_rights.h"
#include "policy/limit_kinds.h"
#include "policy/network.h"
#include "support/file.h"
#include "support/json.h"
#include "support/result.h"

namespace wherry::policy {

enum class Clock : uint8_t {
  Precise,  // as the machine has it
  Coarse,   // to the millisecond: too little to measure what other programs do to a cache
};
// "precise", "coarse"
const char* to_string(Clock clock);

// Which of the standard streams a program has; the others are closed for it.
struct Streams {
  bool input = true;
  bool output = true;
  bool error = true;
  bool operator==(const Streams&) const = default;
};
// Errors: Invalid names the word and the known ones.
Result<> add_stream(std::string_view word, Streams& streams);  // "stdin", "stdout", "stderr"
std::vector<std::string_view> stream_words(const Streams& streams);

struct DirectoryRequest {
  std::string guest;  // absolute and normal: "/data"
  FileRights access = kReadOnly;
  // What the program may add to the folder's size; none: as the operator says.
  std::optional<uint64_t> quota_bytes = {};
  bool operator==(const DirectoryRequest&) const = default;
};

// What does not stand there is not asked for: folders, variables, the network. What every program
// has without asking (arguments that it is given, clocks, random numbers, standard streams) can be
// asked for in a lesser form.
struct Request {
  std::vector<DirectoryRequest> directories;
  std::vector<std::string> environment;  // names of variables
  Limits limits;
  NetworkRules network = {};
  Streams stdio = {};
  Clock clock = Clock::Precise;
  std::optional<uint64_t> random_seed = {};  // none: real random numbers
  bool arguments = true;
  bool operator==(const Request&) const = default;
};

struct DirectoryGrant {
  fs::path host;
  std::string guest;
  FileRights access = kReadWrite;
  std::optional<uint64_t> quota_bytes = {};  // none: no limit but the file system's
};

struct EnvironmentGrant {
  std::string name;
  std::string value;
};

struct Grant {
  std::vector<DirectoryGrant> directories;
  std::vector<EnvironmentGrant> environment;
  Limits limits = {};
  NetworkRules network = {};
  Streams stdio = {};
  Clock clock = Clock::Precise;
  std::optional<uint64_t> random_seed = {};
  // Gives what the application asks for as far as it can be given without naming something of this
  // machine: the network, and variables that are set here. Folders need a --dir.
  bool allow_requested = false;
  // Gives also what the application does not ask for.
  bool grant_unrequested = false;
};

// Something that was asked for and not given, or given and not asked for: for people, in words.
struct Refusal {
  enum class Kind : uint8_t { NotGranted, NotRequested, Narrowed };
  Kind kind;
  std::string resource;  // "directory /data (read-only)", "environment variable TOKEN"
  std::string reason;    // "asked for by the image, not granted"
  std::string way_out;   // "grant it with --dir HOST:/data:ro"
};
// As one line for people: `RESOURCE: REASON (WAY OUT)`.
std::string to_string(const Refusal& refusal);

struct Effective {
  std::vector<DirectoryGrant> directories;
  std::vector<EnvironmentGrant> environment;
  Limits limits;  // of each, the smaller of both
  NetworkRules network = {};
  Streams stdio = {};
  Clock clock = Clock::Precise;
  std::optional<uint64_t> random_seed = {};
  bool arguments = true;  // whether it gets those that it is given
  std::vector<Refusal> refusals = {};
};

// What flags grant, each as the functions below read it. Errors: theirs, and those of
// check_grant().
Result<Grant> parse_grant(const std::vector<std::string>& directories,
                          const std::vector<std::string>& environment,
                          std::span<const std::string> limits = {});

// A guest path or a variable that is granted twice is an error of the command line: which one is
// meant? Errors: Invalid names it. intersect() and without_request() expect a grant that
// passed.
Result<> check_grant(const Grant& grant);

// Directories match by guest path, exactly; the access is the narrower of both.
Effective intersect(const Request& request, const Grant& grant);
// For a bare module: everything that was granted.
Effective without_request(const Grant& grant);

// "HOST:GUEST[:ro|:rw]", or "HOST" alone for the same folder as "/HOST" made absolute (so `--dir
// data` is "/data"). Read-write is the default. Errors: Invalid names the flag's text and the form.
Result<DirectoryGrant> parse_directory_grant(std::string_view text);
// "NAME=VALUE", or "NAME" for our own variable's value. Errors: Invalid; NotFound when ours is not
// set.
Result<EnvironmentGrant> parse_environment_grant(std::string_view text);

// The request as the image carries it: canonical JSON (sorted keys, no spaces); parse accepts
// nothing unknown.
std::string to_json(const Request& request);
Result<Request> parse_request(std::string_view json);

}  // namespace wherry::policy
