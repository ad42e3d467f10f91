#include "container/trust_gate.h"

#include <unistd.h>

#include <cerrno>

#include "support/install_paths.h"
#include "support/process.h"

namespace wherry::container {

static bool is_there(const fs::path& path) {
  return !path.empty() &&
         (::access(path.c_str(), F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR));
}

bool has_trust_policy(const trust::TrustPaths& paths) {
  return is_there(paths.machine) || is_there(paths.user);
}

Result<> check_trust(const policy::Subject& subject, const fs::path& image_store) {
  const fs::path program = TRY(find_helper_program("wherry-trust"));
  std::vector<std::string> argv = {program.string(), "check"};
  // With '=', so that no name can be an option.
  if (subject.image.empty())
    argv.insert(argv.end(), {"--file=" + subject.file, "--digest=" + subject.module_digest});
  else
    argv.insert(argv.end(), {"--image=" + subject.image, "--digest=" + subject.digest,
                             "--store=" + image_store.string()});
  const ProcessOutput output = TRY(run_process(argv));
  if (output.exit_code != 0)
    return fail(ErrorCode::Denied, "the trust policy could not be asked: {}",
                output.standard_error);
  if (!output.standard_output.empty()) return fail(ErrorCode::Denied, "{}", output.standard_output);
  return {};
}

}  // namespace wherry::container
