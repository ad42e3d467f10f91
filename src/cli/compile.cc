// wherry compile: a module's artifact, into the cache or to a file.
#include <cstdio>
#include <string>

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "runtime/artifact_cache.h"
#include "support/install_paths.h"
#include "wasm/limits.h"

namespace wherry::cli {

static Result<fs::path> compile_to_cache(const fs::path& module_path) {
  Mapping module = TRY(map_file(module_path, {.size_bytes_max = wasm::limits::kModuleBytes}));
  Digest digest = sha256(module.bytes());
  auto cache = TRY(runtime::ArtifactCache::open(TRY(artifact_cache_path())));
  TRY(with_context(cache.load_or_compile(digest, module_path), "{}", module_path.string()));
  return cache.path_of(digest);
}

static Result<fs::path> compile_to_file(const fs::path& module_path, const fs::path& artifact_path) {
  TRY(open_file(module_path));  // a missing module is said in the front program's own words
  TRY(with_context(runtime::compile_file(module_path, artifact_path), "{}", module_path.string()));
  return artifact_path;
}

int compile(int argc, char** argv) {
  CLI::App app("Compile a .wasm file to machine code for this machine.", "wherry compile");
  std::string module_path, artifact_path;
  app.add_option("module", module_path, "the .wasm file")->required();
  app.add_option("-o,--output", artifact_path,
                 "where the artifact goes; without it, into the cache that wherry run takes it from")
      ->type_name("FILE");
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;

  Result<fs::path> written = artifact_path.empty() ? compile_to_cache(module_path)
                                                   : compile_to_file(module_path, artifact_path);
  if (!written) return report(written.error());
  std::printf("%s\n", written->c_str());
  return kSuccess;
}

}  // namespace wherry::cli
