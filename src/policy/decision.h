// Effective = requested, granted and within every cap; and for each resource, why it is so.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/policy.h"

namespace wherry::policy {

// One resource, for people and for --json.
struct Line {
  enum class Verdict : uint8_t {
    Given,         // as it was asked for
    Narrowed,      // less than was asked for
    NotGranted,    // asked for, and not given
    NotRequested,  // granted, and not given, since it was not asked for
    Capped,        // granted, and not given or less of it, since a policy file forbids it
  };
  Verdict verdict;
  std::string resource;   // "directory /data", "environment variable TOKEN", "connect"
  std::string requested;  // "read-only"; empty: not asked for
  std::string granted;    // "read-write, by --dir data:/data"; empty: not granted
  std::string effective;  // "read-only"; empty: nothing of it
  std::string reason;     // "asked for by the image, not granted"
  std::string way_out;    // "grant it with --dir HOST:/data:ro"; empty where nothing is missing
};
// "given", "narrowed", "not-granted", …
const char* to_string(Line::Verdict verdict);
// Whether an operator has to know of it without asking: something that was granted is not given.
bool is_for_operator(const Line& line);
// What is to be told of it: `RESOURCE: REASON (WAY OUT)`.
std::string to_string(const Line& line);

// The resources of the lines that say whether the program gets its arguments, and which standard
// streams; and how those of variables begin.
inline constexpr const char* kArgumentsResource = "arguments";
inline constexpr const char* kStdioResource = "stdio";
inline constexpr const char* kVariableResource = "environment variable ";

struct Decision {
  Effective effective;
  std::vector<Line> lines;  // of everything that somebody said something about
};

// `request` is absent for a bare module, which gets all that was granted within the caps. A grant
// with the guest path or the name of an earlier one counts for nothing: flags stand in front of
// what policy files grant.
Decision decide(const std::optional<Request>& request, const Grant& grant,
                std::span<const Cap> caps = {});

}  // namespace wherry::policy
