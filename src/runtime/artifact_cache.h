// Artifacts on disk: <cache>/artifacts/<engine id, 16 hex>/<module's SHA-256, 64 hex>.
// What is in there is executed, so the folder must belong to the user and be writable by nobody
// else; a file that is not the user's, is writable by others, is damaged or from another engine is
// compiled again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "runtime/artifact.h"
#include "support/file.h"

namespace wherry::runtime {

// What wherry-compile may cost, where it is not what it allows itself by the module's size
// (compiler/limits.h).
struct CompilerOptions {
  std::optional<uint64_t> memory_bytes_max = {};
  std::optional<uint64_t> seconds_max = {};
  bool low_priority = false;
  std::optional<Digest> digest = {};  // what the module must be
  abi::CodeMode mode = {};            // of the artifact, too
};

// Safe for several processes at once: artifacts are written to temporary names and renamed.
class ArtifactCache {
 public:
  // Makes the folder, mode 0700, where it is missing. Errors: Denied for a folder of another owner
  // or writable by others; Io.
  static Result<ArtifactCache> open(const fs::path& directory);

  // The folder of this engine's artifacts.
  const fs::path& directory() const { return directory_; }

  // The name of a module among artifacts (module_digest.h). Errors: as map_file.
  Result<Digest> digest_of(const fs::path& module_file) const;

  // NotFound where there is none that may be executed; the message says why.
  Result<std::shared_ptr<const Artifact>> find(const Digest& module, abi::CodeMode mode = {}) const;

  // Where the compiler has to put the artifact of `module`; it renames into place itself.
  fs::path path_of(const Digest& module, abi::CodeMode mode = {}) const;

  struct Loaded {
    std::shared_ptr<const Artifact> artifact;
    bool compiled;        // it was not there, and wherry-compile made it
    uint64_t compile_ms;  // how long that took
    std::string reason;   // why what was there was not taken; empty where nothing was
  };
  struct LoadOptions {
    CompilerOptions compiler = {};
    bool check_contents = false;  // abi::check_contents of what is there
  };
  // find(), or wherry-compile on `module_file` and then find(). What was there and could not be
  // taken is replaced.
  // Errors: the compiler's own (Malformed, Invalid, Unsupported for the module, Malformed for a
  // file of another digest; Unavailable beyond its limits), with its message; Io where it crashed.
  Result<Loaded> load_or_compile(const Digest& module, const fs::path& module_file,
                                 const LoadOptions& options) const;
  Result<Loaded> load_or_compile(const Digest& module, const fs::path& module_file) const {
    return load_or_compile(module, module_file, {});
  }

 private:
  explicit ArtifactCache(fs::path directory) : directory_(std::move(directory)) {}
  Result<std::shared_ptr<const Artifact>> find_whole(const Digest& module,
                                                     const LoadOptions& options) const;
  static void remove_unfinished(const fs::path& path);
  fs::path directory_;
};

// wherry-compile on `module_file`, the artifact to `artifact_file`. Errors as load_or_compile.
Result<> compile_file(const fs::path& module_file, const fs::path& artifact_file,
                      const CompilerOptions& options);

}  // namespace wherry::runtime
