// policy::parse_application_file and policy::parse_request: any bytes give a value or an error, and
// a request that was read is written as JSON that reads back as the same request.
#include <algorithm>
#include <cstdint>

#include "policy/application_file.h"
#include "support/bytes.h"

using namespace wherry;

static void check_round_trip(policy::Request request) {
  auto again = policy::parse_request(policy::to_json(request));
  WHERRY_ASSERT(again.has_value());
  // The JSON has its lists sorted.
  std::ranges::sort(request.directories, {}, &policy::DirectoryRequest::guest);
  std::ranges::sort(request.environment);
  for (auto* rules : {&request.network.listen, &request.network.connect})
    std::ranges::sort(*rules, {}, [](const policy::NetworkRule& rule) { return to_string(rule); });
  WHERRY_ASSERT(*again == request);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  std::string_view text(reinterpret_cast<const char*>(bytes),
                        size_bytes);  // bytes may be seen as char
  if (auto file = policy::parse_application_file(text, "wherry.toml"))
    check_round_trip(file->request);
  else
    WHERRY_ASSERT(file.error().message.starts_with("wherry.toml:"));
  if (auto request = policy::parse_request(text)) check_round_trip(*request);
  return 0;
}
