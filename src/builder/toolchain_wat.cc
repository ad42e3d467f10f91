// WebAssembly text, by wabt's wat2wasm.
#include "builder/toolchain.h"
#include "support/process.h"
#include "support/quotes.h"

namespace wherry::builder {

// Skips white space and comments (Core 3.0 §6.3.3): `;; to the end of the line`, `(; nested ;)`.
static std::string_view skip_blank(std::string_view text) {
  size_t i = 0, depth = 0;
  while (i < text.size()) {
    std::string_view two = text.substr(i, 2);
    if (two == "(;") {
      depth++;
      i += 2;
    } else if (depth > 0) {
      if (two == ";)") depth--;
      i += two == ";)" ? 2 : 1;
    } else if (two == ";;") {
      i = std::min(text.find('\n', i), text.size());
    } else if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r') {
      i++;
    } else {
      break;
    }
  }
  return text.substr(i);
}

static Claim claim_wat(std::string_view path, std::string_view beginning) {
  if (!path.ends_with(".wat")) return Claim::None;
  std::string_view code = skip_blank(beginning);
  // Nothing but a long comment so far: wat2wasm will see.
  bool all_blank = code.empty() && !beginning.empty();
  return all_blank || code.starts_with('(') ? Claim::Whole : Claim::NameOnly;
}

static Result<fs::path> build_wat(const ToolchainInput& input) {
  if (!find_program("wat2wasm"))
    return fail(ErrorCode::NotFound,
                "wat2wasm, which translates WebAssembly text, is not in PATH (apt "
                "install wabt)");
  fs::path module = input.temporary / "module.wasm";
  // Names of functions are kept: a trap is told with them.
  std::vector<std::string> argv = {"wat2wasm", "--debug-names", "--output=" + module.string()};
  for (const std::string& flag : input.flags) {
    if (!flag.starts_with("--enable-") && !flag.starts_with("--disable-"))
      return fail(
          ErrorCode::Invalid,
          "flags of [build] in wherry.toml: {} is not allowed for WebAssembly text (allowed: "
          "--enable-FEATURE, --disable-FEATURE)",
          in_quotes(flag));
    argv.push_back(flag);
  }
  argv.push_back(source_argument(input.sources.front()));
  TRY(run_compiler(input, argv));
  return module;
}

const Toolchain kToolchainWat = {
    .language = policy::Language::Wat,
    .title = "WebAssembly text",
    .file_form = "*.wat",
    .many_sources = false,
    .claim = claim_wat,
    .build = build_wat,
};

}  // namespace wherry::builder
