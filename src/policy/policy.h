// What an application may touch. It asks (Request, written in wherry.toml, travels in the image);
// the operator gives (Grant, by flags and policy files); the machine bounds what can be given (Cap,
// by policy files); it gets what all of them say (Effective; decision.h decides). Deny by default.
// A bare .wasm file carries no request: there the grant alone decides.
#pragma once

#include <cstdint>
#include <map>
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
// Errors: Invalid names the two words.
Result<Clock> parse_clock(std::string_view word);

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

// What the program may add to the size of the files below a folder: from 1 byte. Errors: Invalid.
Result<> check_quota(uint64_t quota_bytes);

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

// The origin of what an image brings along itself: its own files, to be read.
inline constexpr const char* kOfTheImage = "of the image";

// `origin` is where a grant stands, for people: "--dir data:/data" or "/etc/wherry/policy.toml:7".
struct DirectoryGrant {
  fs::path host;
  std::string guest;
  FileRights access = kReadWrite;
  std::optional<uint64_t> quota_bytes = {};  // none: no limit but the file system's
  std::string origin = {};
};

struct EnvironmentGrant {
  std::string name;
  std::string value;
  std::string origin = {};
};

struct NetworkGrant {
  NetworkRule rule;
  std::string origin = {};
};

// A form of what every program has, which may be a lesser one.
template <class Form>
struct FormGrant {
  Form form;
  std::string origin = {};
};

struct Grant {
  std::vector<DirectoryGrant> directories = {};
  std::vector<EnvironmentGrant> environment = {};
  Limits limits = {};
  std::map<std::string_view, std::string> limit_origins = {};  // by LimitKind::key
  std::vector<NetworkGrant> listen = {};
  std::vector<NetworkGrant> connect = {};
  std::optional<FormGrant<Streams>> stdio = {};         // none: all three
  std::optional<FormGrant<Clock>> clock = {};           // none: precise
  std::optional<FormGrant<uint64_t>> random_seed = {};  // none: as the application asks
  // Gives what the application asks for as far as it can be given without naming something of this
  // machine: the network, and variables that are set here. Folders need a --dir.
  bool allow_requested = false;
  // Gives also what the application does not ask for.
  bool grant_unrequested = false;
};

// What nobody can grant more than: a policy file's. What is absent is not capped.
struct Cap {
  struct Directory {
    fs::path host;  // the folder, and everything below it
    FileRights access = kReadWrite;
    std::optional<uint64_t> quota_bytes = {};
  };
  std::optional<std::vector<Directory>> directories = {};
  std::optional<std::vector<std::string>> environment = {};
  std::optional<std::vector<NetworkRule>> listen = {};
  std::optional<std::vector<NetworkRule>> connect = {};
  std::optional<Streams> stdio = {};
  std::optional<Clock> clock = {};
  std::optional<uint64_t> random_seed = {};  // real random numbers are not to be had
  std::optional<bool> arguments = {};
  Limits limits = {};
  std::string origin = {};  // "/etc/wherry/policy.toml:3"
};

struct Effective {
  std::vector<DirectoryGrant> directories = {};
  std::vector<EnvironmentGrant> environment = {};
  Limits limits = {};  // of each, the smallest of all
  NetworkRules network = {};
  Streams stdio = {};
  Clock clock = Clock::Precise;
  std::optional<uint64_t> random_seed = {};
  bool arguments = true;  // whether it gets those that it is given
};

// A guest path or a variable that is granted twice is an error of the command line: which one is
// meant? Errors: Invalid names it. decide() expects a grant that passed.
Result<> check_grant(const Grant& grant);

// "HOST:GUEST[:RIGHTS][,quota=SIZE]", or "HOST" alone for the same folder as "/HOST" made absolute
// (so `--dir data` is "/data"). RIGHTS are "ro", "rw" (which is the default) or words with '+'
// between them. Errors: Invalid names the flag's text and the form.
Result<DirectoryGrant> parse_directory_grant(std::string_view text);
// "NAME=VALUE", or "NAME" for our own variable's value. Errors: Invalid; NotFound when ours is not
// set.
Result<EnvironmentGrant> parse_environment_grant(std::string_view text);

// The request as the image carries it: canonical JSON (sorted keys, no spaces); parse accepts
// nothing unknown.
std::string to_json(const Request& request);
Result<Request> parse_request(std::string_view json);

}  // namespace wherry::policy
