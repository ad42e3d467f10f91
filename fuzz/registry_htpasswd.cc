// Files of users: whatever is in them, a user that is taken has a hash that crypt(3) is quick with.
#include "registry/htpasswd.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  using namespace wherry;
  const std::string_view text(reinterpret_cast<const char*>(input), size);
  const auto users = registry::parse_htpasswd(text);
  if (!users) return 0;
  for (const auto& [name, hash] : *users)
    if (name.empty() || hash.size() != 60 || hash.substr(4, 2) > "14") __builtin_trap();
  return 0;
}
