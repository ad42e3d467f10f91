// oci::parse_spin_application: any bytes give files that have a path and content or a digest, or an
// error of one harmless line.
#include <cstdint>

#include "oci/spin_application.h"
#include "support/bytes.h"

using namespace wherry;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  std::string_view text(reinterpret_cast<const char*>(bytes),
                        size_bytes);  // bytes may be seen as char
  const auto application = oci::parse_spin_application(text, Digest{});
  if (!application) {
    for (char c : application.error().message) WHERRY_ASSERT(c >= ' ' && c < 0x7f);
    return 0;
  }
  for (const oci::SpinFile& file : application->files)
    WHERRY_ASSERT(!file.path.empty() && (file.content || file.digest));
  return 0;
}
