// Modules that are ready: taken as they are.
#include "builder/toolchain.h"

namespace wherry::builder {

// The magic bytes decide, whatever the file is called (Core 3.0 §5.5.16).
static Claim claim_wasm(std::string_view path, std::string_view beginning) {
  if (beginning.starts_with(std::string_view("\0asm", 4))) return Claim::Whole;
  return path.ends_with(".wasm") ? Claim::NameOnly : Claim::None;
}

static Result<fs::path> take_wasm(const ToolchainInput& input) {
  if (!input.flags.empty())
    return fail(ErrorCode::Invalid,
                "flags of [build] in wherry.toml: a module that is ready takes none");
  return input.folder / input.sources.front();
}

const Toolchain kToolchainWasm = {
    .language = policy::Language::Wasm,
    .title = "a ready module",
    .file_form = "*.wasm",
    .many_sources = false,
    .claim = claim_wasm,
    .build = take_wasm,
};

}  // namespace wherry::builder
