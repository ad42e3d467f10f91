#include "builder/toolchain.h"

#include <cstdlib>

#include "builder/limits.h"
#include "support/process.h"

namespace wherry::builder {

std::span<const Toolchain* const> toolchains() {
  static constexpr const Toolchain* kAll[] = {&kToolchainC, &kToolchainWat, &kToolchainWasm};
  return kAll;
}

const Toolchain& toolchain_of(policy::Language language) {
  for (const Toolchain* toolchain : toolchains())
    if (toolchain->language == language) return *toolchain;
  WHERRY_ASSERT(false);  // a language without a toolchain
  return kToolchainC;
}

std::string source_argument(std::string_view path) {
  bool special = path.starts_with('-') || path.starts_with('@');
  return std::string(special ? "./" : "") + std::string(path);
}

Result<> run_compiler(const ToolchainInput& input, const std::vector<std::string>& argv,
                      std::vector<std::string> environment) {
  environment.push_back("TMPDIR=" + input.temporary.string());
  // What __DATE__ and __TIME__ are; the same at every build.
  if (!::getenv("SOURCE_DATE_EPOCH")) environment.push_back("SOURCE_DATE_EPOCH=0");
  ProcessOutput output = TRY(run_process(argv, {.output_bytes_max = limits::kDiagnosticsBytes,
                                                .working_directory = input.folder,
                                                .environment = std::move(environment)}));
  std::string& messages = output.standard_error;
  if (messages.size() == limits::kDiagnosticsBytes) messages += "\n… (cut here)\n";
  if (!messages.empty()) input.on_diagnostics(messages);
  if (output.exit_code != 0)
    return fail(ErrorCode::Invalid, "{} failed with exit code {}{}",
                fs::path(argv.front()).filename().string(), output.exit_code,
                messages.empty() ? "" : " (its messages are above)");
  return {};
}

}  // namespace wherry::builder
