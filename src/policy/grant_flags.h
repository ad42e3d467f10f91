// The flags that grant, the same for every verb that runs something. They are declared here once,
// for whatever library reads the command line.
#pragma once

#include <string>
#include <vector>

#include "policy/policy.h"

namespace wherry::policy {

// As they were written.
struct GrantFlags {
  std::vector<std::string> directories;
  std::vector<std::string> environment;
  std::vector<std::string> listen;
  std::vector<std::string> connect;
  std::string stdio;  // with commas
  std::string clock;
  std::string random_seed;
  std::string policy;  // a file's path
  bool allow_requested = false;
  bool grant_unrequested = false;
  std::vector<std::string> limits = std::vector<std::string>(limit_kinds().size());
};

// Errors: Invalid or NotFound names the flag; those of check_grant().
Result<Grant> parse_grant(const GrantFlags& flags);

// How a verb takes them.
struct GrantFlagRules {
  bool listens = true;          // whether there is a --listen for the program
  bool has_timeout = true;      // whether there is a --timeout, among the limits
  const char* limit = "limit";  // in front of a limit's description
  Limits defaults = {};         // the verb's own, which --help names
};

// Declares a flag for each limit; parse_limits() reads `texts` then. `options` is as below.
template <class Options>
void add_limit_flags(Options& options, std::vector<std::string>& texts,
                     const GrantFlagRules& rules = {}) {
  for (size_t index = 0; index < texts.size(); ++index) {
    const LimitKind& kind = limit_kinds()[index];
    if (!options.may_use(kind.flag)) continue;
    if (!rules.has_timeout && kind.value == &Limits::timeout_ms) continue;
    std::optional<uint64_t> fallback = rules.defaults.*kind.value;
    if (!fallback) fallback = kind.fallback;
    options.add(
        kind.flag, texts[index], type_name(kind.unit),
        fmt::format("{}: {}{}", rules.limit, kind.description,
                    fallback ? fmt::format(" (default {})", limit_text(kind, *fallback)) : ""));
  }
}

// Declares the flags. `options` has add(names, value, type, help), add_flag(names, value, help),
// and may_use(names), which says whether a flag need be declared at all.
template <class Options>
void add_grant_flags(Options& options, GrantFlags& flags, const GrantFlagRules& rules = {}) {
  options.add("--dir", flags.directories, "HOST:GUEST",
              "grant a folder: HOST[:GUEST][:RIGHTS][,quota=SIZE]; RIGHTS are rw (default), ro, or "
              "words of read, write, create, delete with + between");
  options.add("--env", flags.environment, "NAME=VALUE",
              "grant a variable: NAME=VALUE, or NAME for its value here");
  if (rules.listens)
    options.add("--listen", flags.listen, "RULE",
                "grant listening: tcp://ADDRESS:PORT, which is opened for the program");
  options.add(
      "--connect", flags.connect, "RULE",
      "grant connecting: tcp://HOST:PORT; HOST is a name, *.name, an address, a range or *");
  options.add("--stdio", flags.stdio, "LIST",
              "standard streams that it has: stdin,stdout,stderr (default), or none");
  options.add("--clock", flags.clock, "CLOCK", "precise (default), or coarse: to the millisecond");
  options.add("--random-seed", flags.random_seed, "N",
              "random numbers that are the same in every run, and no secret");
  options.add_flag("--allow-requested", flags.allow_requested,
                   "grant what the image asks for of the network, and of variables set here");
  options.add_flag("--grant-unrequested", flags.grant_unrequested,
                   "give what is granted even where the image does not ask for it");
  options.add("--policy", flags.policy, "FILE", "policy file to take instead of the user's own");
  add_limit_flags(options, flags.limits, rules);
}

}  // namespace wherry::policy
