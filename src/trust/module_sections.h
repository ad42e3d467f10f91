// The sections of a WebAssembly binary, as far as claims need them: where the custom section that
// carries them is, and the module without it (Core 3.0 §5.5.2, §5.5.3; components frame their
// sections alike).
// Trust: input is hostile.
#pragma once

#include <optional>
#include <string_view>

#include "support/bytes.h"
#include "support/result.h"

namespace wherry::trust {

struct ClaimsSection {
  size_t begin;  // of the whole section, in the module
  size_t end;
  std::string_view token;  // borrowed from the module
};

// wascap's section: "jwt", or "wasmcloud_jwt" of its later versions. nullopt where there is none.
// Errors: Malformed for what is no module, and for several such sections, of which nobody could
// tell which one counts.
Result<std::optional<ClaimsSection>> find_claims_section(ByteSpan module);

// The module without that section, and the other sections' sizes in the fewest bytes, which
// toolchains pad; their contents are as they were. So wascap writes a module before it hashes it
// (its strip_custom_section), and so everybody's hash of it is the same, whoever cuts out or
// rewrites. Errors: as find_claims_section.
Result<Bytes> canonical_without_claims(ByteSpan module);

// A custom section "jwt", to be put behind a module.
Bytes make_claims_section(std::string_view token);

}  // namespace wherry::trust
