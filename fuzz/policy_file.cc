// policy::parse_policy_file and the grammar of network rules: any bytes give a value or an error
// with its place, and a rule that was read is written so that it reads back as the same rule.
#include <cstdint>

#include "policy/policy_file.h"
#include "support/bytes.h"

using namespace wherry;

static void check_round_trip(const policy::NetworkRule& rule,
                             Result<policy::NetworkRule> (*parse)(std::string_view)) {
  auto again = parse(to_string(rule));
  WHERRY_ASSERT(again.has_value() && *again == rule);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  std::string_view text(reinterpret_cast<const char*>(bytes),
                        size_bytes);  // bytes may be seen as char
  if (auto rule = policy::parse_listen_rule(text))
    check_round_trip(*rule, policy::parse_listen_rule);
  if (auto rule = policy::parse_connect_rule(text))
    check_round_trip(*rule, policy::parse_connect_rule);
  auto file = policy::parse_policy_file(text, "policy.toml");
  if (!file) WHERRY_ASSERT(file.error().message.starts_with("policy.toml:"));
  return 0;
}
