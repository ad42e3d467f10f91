// Keys as files have them: nkeys, their seeds, PEM, and cosign's sealed form. Any bytes give a key
// or an error, and a key that was read is written so that it reads back as the same one.
#include <cstdint>

#include "support/bytes.h"
#include "trust/key_store.h"
#include "trust/sealed_key.h"

using namespace wherry;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes),
                              size_bytes);  // bytes may be seen as char
  if (auto key = trust::parse_public_key(text)) {
    auto again = trust::parse_public_key(trust::to_text(*key));
    WHERRY_ASSERT(again.has_value() && *again == *key);
  }
  // scrypt would take all of the time; what comes before it is parsed all the same.
  const auto refuse = []() -> Result<Secret> { return fail(ErrorCode::Denied, "not asked"); };
  if (auto key = trust::parse_private_key(text, refuse))
    WHERRY_ASSERT(trust::key_id(trust::public_key_of(*key)).size() > 0);
  if (text.size() < 256) (void)trust::open_sealed_key(text, as_bytes("passphrase"));
  return 0;
}
