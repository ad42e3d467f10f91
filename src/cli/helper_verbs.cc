// Verbs whose work is done by a helper program: the front program becomes it, with the same flags.
#include <vector>

#include "cli/exit_code.h"
#include "cli/verbs.h"
#include "support/install_paths.h"
#include "support/process.h"

namespace wherry::cli {

// `leading` are words put before the user's own.
static int become(const std::string& helper, std::vector<std::string> leading, int argc,
                  char** argv) {
  Result<fs::path> program = find_helper_program(helper);
  if (!program) return report(program.error());
  std::vector<std::string> words = {helper};
  words.insert(words.end(), leading.begin(), leading.end());
  words.insert(words.end(), argv + 1, argv + argc);
  return report(exec_program(*program, words));
}

int build(int argc, char** argv) { return become("wherry-build", {}, argc, argv); }
int registry(int argc, char** argv) { return become("wherry-registryd", {}, argc, argv); }
int serve(int argc, char** argv) { return become("wherry-serve", {}, argc, argv); }
int attest(int argc, char** argv) { return become("wherry-trust", {"attest"}, argc, argv); }
int sign(int argc, char** argv) { return become("wherry-trust", {"sign"}, argc, argv); }
int verify(int argc, char** argv) { return become("wherry-registry", {"verify"}, argc, argv); }
int keys(int argc, char** argv) { return become("wherry-trust", {"keys"}, argc, argv); }
int save(int argc, char** argv) { return become("wherry-registry", {"save"}, argc, argv); }
int load(int argc, char** argv) { return become("wherry-registry", {"load"}, argc, argv); }
int push(int argc, char** argv) { return become("wherry-registry", {"push"}, argc, argv); }
int pull(int argc, char** argv) { return become("wherry-registry", {"pull"}, argc, argv); }
int login(int argc, char** argv) { return become("wherry-registry", {"login"}, argc, argv); }
int logout(int argc, char** argv) { return become("wherry-registry", {"logout"}, argc, argv); }
int tags(int argc, char** argv) { return become("wherry-registry", {"tags"}, argc, argv); }
int delete_remote(int argc, char** argv) {
  return become("wherry-registry", {"delete"}, argc, argv);
}
int referrers(int argc, char** argv) {
  return become("wherry-registry", {"referrers"}, argc, argv);
}

int copy(int argc, char** argv) { return become("wherry-registry", {"copy"}, argc, argv); }

}  // namespace wherry::cli
