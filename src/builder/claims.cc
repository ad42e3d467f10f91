#include "builder/claims.h"

#include "support/install_paths.h"
#include "support/process.h"
#include "wasm/limits.h"

namespace wherry::builder {

// With '=', so that no value can be an option.
static std::vector<std::string> flags_of(const policy::ClaimsSection& claims,
                                         const std::string& name, const ClaimsSigning& signing) {
  std::vector<std::string> flags = {"--key=" + signing.account, "--module-key=" + claims.module,
                                    "--name=" + name};
  if (!signing.passphrase_file.empty())
    flags.push_back("--passphrase-file=" + signing.passphrase_file);
  for (const std::string& capability : claims.capabilities) flags.push_back("--cap=" + capability);
  for (const std::string& tag : claims.tags) flags.push_back("--tag=" + tag);
  if (!claims.version.empty()) flags.push_back("--module-version=" + claims.version);
  if (claims.revision) flags.push_back(fmt::format("--revision={}", *claims.revision));
  if (claims.valid_days) flags.push_back(fmt::format("--expires-days={}", *claims.valid_days));
  return flags;
}

Result<Bytes> sign_claims(const Bytes& module, const policy::ClaimsSection& claims,
                          const std::string& name, const ClaimsSigning& signing,
                          const fs::path& temporary) {
  const fs::path file = temporary / "claims.wasm";
  TRY(write_file_atomic(file, module));
  std::vector<std::string> argv = {TRY(find_helper_program("wherry-trust")).string(), "sign",
                                   "--claims=" + file.string()};
  for (std::string& flag : flags_of(claims, name, signing)) argv.push_back(std::move(flag));
  const ProcessOutput output = TRY(run_process(argv));
  if (output.exit_code == 0) return read_file(file, {.size_bytes_max = wasm::limits::kModuleBytes});
  std::string_view reason = output.standard_error;
  if (constexpr std::string_view kPrefix = "wherry: error: "; reason.starts_with(kPrefix))
    reason.remove_prefix(kPrefix.size());
  while (reason.ends_with('\n')) reason.remove_suffix(1);
  return fail(ErrorCode::Invalid, "the claims of wherry.toml are not signed: {}", reason);
}

}  // namespace wherry::builder
