// wherry compile: a module's artifact, into the cache or to a file.
#include <cstdio>
#include <string>

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "policy/size.h"
#include "runtime/artifact_cache.h"
#include "support/install_paths.h"
#include "support/log.h"
#include "wasm/limits.h"

namespace wherry::cli {

static Result<fs::path> compile_to_cache(const fs::path& module_path,
                                         const runtime::CompilerOptions& options) {
  Mapping module = TRY(map_file(module_path, {.size_bytes_max = wasm::limits::kModuleBytes}));
  Digest digest = sha256(module.bytes());
  auto cache = TRY(runtime::ArtifactCache::open(TRY(artifact_cache_path())));
  auto loaded = TRY(with_context(
      cache.load_or_compile(digest, module_path, {.compiler = options, .check_contents = true}),
      "{}", module_path.string()));
  if (!loaded.reason.empty()) log::info("compiled again", {{"because", loaded.reason}});
  return cache.path_of(digest);
}

static Result<fs::path> compile_to_file(const fs::path& module_path, const fs::path& artifact_path,
                                        const runtime::CompilerOptions& options) {
  TRY(open_file(module_path));  // a missing module is said in the front program's own words
  TRY(with_context(runtime::compile_file(module_path, artifact_path, options), "{}",
                   module_path.string()));
  return artifact_path;
}

int compile(int argc, char** argv) {
  CLI::App app("Compile a .wasm file to machine code for this machine.", "wherry compile");
  std::string module_path, artifact_path;
  app.add_option("module", module_path, "the .wasm file")->required();
  app.add_option(
         "-o,--output", artifact_path,
         "where the artifact goes; without it, into the cache that wherry run takes it from")
      ->type_name("FILE");
  std::string memory;
  runtime::CompilerOptions options;
  app.add_option("--memory-max", memory, "memory that compiling may take, as 512MiB")
      ->type_name("SIZE");
  app.add_option("--timeout", options.seconds_max, "time that compiling may take")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber);
  app.add_flag("--low-priority", options.low_priority, "yield to everything else on the machine");
  LazyOptions verbosity(app, {argv, static_cast<size_t>(argc)});
  auto set_verbosity = add_verbosity(verbosity);
  app.footer(
      "Limits without the flags: $WHERRY_COMPILE_MEMORY_MIB and $WHERRY_COMPILE_SECONDS, which "
      "hold for\n"
      "the compilations of wherry run and serve as well, else 4 GiB and 128 MiB more per thread, "
      "and eight\n"
      "minutes with eight more per MiB of module. What is in the cache is checked whole.");
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;
  set_verbosity();
  if (!memory.empty()) {
    auto bytes = with_context(policy::parse_size(memory), "--memory-max");
    if (!bytes) return report(bytes.error()), kUsage;
    options.memory_bytes_max = *bytes;
  }

  Result<fs::path> written = artifact_path.empty()
                                 ? compile_to_cache(module_path, options)
                                 : compile_to_file(module_path, artifact_path, options);
  if (!written) return report(written.error());
  std::printf("%s\n", written->c_str());
  return kSuccess;
}

}  // namespace wherry::cli
