// Errors of decoder, instruction reader and validator that begin with the place in the binary, as
// "at offset 0x4d: …", so that a disassembler finds it.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "support/result.h"

namespace wherry::wasm {

// `offset` counts bytes from the start of the binary.
template <class... Args>
std::unexpected<Error> fail_at(uint32_t offset, ErrorCode code, fmt::format_string<Args...> format,
                               Args&&... args) {
  return fail(code, "at offset {:#x}: {}", offset,
              fmt::format(format, std::forward<Args>(args)...));
}

// Unsupported: `what` is well-formed by a proposal ("SIMD", "garbage collection") that Wherry
// lacks.
inline std::unexpected<Error> fail_unsupported(uint32_t offset, std::string_view what,
                                               std::string_view feature) {
  return fail_at(offset, ErrorCode::Unsupported,
                 "{} needs the feature {}, which is not supported (build the module without it)",
                 what, feature);
}

}  // namespace wherry::wasm
