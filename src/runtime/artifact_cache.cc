#include "runtime/artifact_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "abi/engine_id.h"
#include "runtime/module_digest.h"
#include "support/install_paths.h"
#include "support/process.h"
#include "wasm/limits.h"

namespace wherry::runtime {

namespace {

constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;

// Why nothing in it may be executed; empty where it may. Whoever can write there, or owns it, can
// have us run what they like.
std::string distrust(const struct stat& status) {
  if (status.st_uid != geteuid())
    return fmt::format("it belongs to user {}, not to user {}", status.st_uid, geteuid());
  if (status.st_mode & kWritableByOthers)
    return fmt::format("others may write to it (mode {:o})", status.st_mode & 07777);
  return {};
}

Result<> make_private_folder(const fs::path& folder) {
  struct stat status;
  if (stat(folder.c_str(), &status) != 0) {
    TRY(make_directories(folder, 0700));
    if (stat(folder.c_str(), &status) != 0)
      return std::unexpected(system_error(errno, folder.string()));
  }
  if (!S_ISDIR(status.st_mode))
    return fail(ErrorCode::Invalid, "{}: is no folder", folder.string());
  std::string reason = distrust(status);
  if (reason.empty()) return {};
  return fail(ErrorCode::Denied,
              "artifact cache {} is not used: {} (chmod go-w it, or set WHERRY_CACHE)",
              folder.string(), reason);
}

// wherry-compile ends with a last line "CODE: message", CODE being error_code_name's.
Error compiler_error(const ProcessOutput& output) {
  std::string_view text = output.standard_error;
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (size_t line = text.rfind('\n'); line != text.npos) text.remove_prefix(line + 1);
  for (ErrorCode code :
       {ErrorCode::Malformed, ErrorCode::Invalid, ErrorCode::NotFound, ErrorCode::Denied,
        ErrorCode::Unavailable, ErrorCode::Io, ErrorCode::Unsupported}) {
    std::string prefix = std::string(error_code_name(code)) + ": ";
    if (text.starts_with(prefix)) return {code, std::string(text.substr(prefix.size()))};
  }
  if (output.exit_code == 128 + SIGKILL)
    return {ErrorCode::Unavailable,
            "the compiler was killed from outside, perhaps by the system for want of memory"};
  if (output.exit_code > 128)
    return {ErrorCode::Io, fmt::format("the compiler crashed on this module (signal {}), which is "
                                       "a defect of Wherry; nothing was compiled",
                                       output.exit_code - 128)};
  return {ErrorCode::Io,
          fmt::format("the compiler failed with exit code {}: {}", output.exit_code, text)};
}

}  // namespace

Result<ArtifactCache> ArtifactCache::open(const fs::path& directory) {
  Digest engine = abi::engine_id();
  fs::path folder = directory;
  TRY(make_private_folder(folder));
  for (const std::string& name : {std::string("artifacts"), engine.hex().substr(0, 16)}) {
    folder /= name;
    TRY(make_private_folder(folder));
  }
  return ArtifactCache(folder);
}

Result<Digest> ArtifactCache::digest_of(const fs::path& module_file) const {
  return digest_module_file(module_file, directory_,
                            {.size_bytes_max = wasm::limits::kModuleBytes});
}

fs::path ArtifactCache::path_of(const Digest& module, abi::CodeMode mode) const {
  std::string name = module.hex();
  if (mode.checks_bounds) name += ".checked";
  if (mode.counts_fuel) name += ".fuel";
  return directory_ / name;
}

Result<std::shared_ptr<const Artifact>> ArtifactCache::find(const Digest& module,
                                                            abi::CodeMode mode) const {
  fs::path path = path_of(module, mode);
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.valid())
    return fail(ErrorCode::NotFound, "{}", system_error(errno, path.string()).message);
  struct stat status;
  if (fstat(file.get(), &status) != 0)
    return fail(ErrorCode::NotFound, "{}", system_error(errno, path.string()).message);
  if (std::string reason = distrust(status); !reason.empty())
    return fail(ErrorCode::NotFound, "{} is not used: {}", path.string(), reason);
  auto artifact = Artifact::open(std::move(file), path.string());
  if (!artifact) return fail(ErrorCode::NotFound, "{}", artifact.error().message);
  const auto& digest = (*artifact)->view().header->module_sha256;
  if (std::memcmp(digest, module.bytes.data(), sizeof digest) != 0)
    return fail(ErrorCode::NotFound, "{} is the artifact of another module", path.string());
  if ((*artifact)->mode() != mode)
    return fail(ErrorCode::NotFound, "{} is of another mode", path.string());
  return artifact;
}

Result<std::shared_ptr<const Artifact>> ArtifactCache::find_whole(
    const Digest& module, const LoadOptions& options) const {
  const abi::CodeMode mode = options.compiler.mode;
  auto artifact = TRY(find(module, mode));
  if (options.check_contents)
    TRY(with_context(abi::check_contents(artifact->view()), "{}", path_of(module, mode).string()));
  return artifact;
}

// What a compiler left that was killed while it wrote `path`: AtomicFile's temporary files. The
// caller holds the module's lock, so no other one is at work.
void ArtifactCache::remove_unfinished(const fs::path& path) {
  const std::string prefix = "." + path.filename().string() + ".";
  std::error_code ignored;  // what cannot be removed does no harm but to take space
  for (const fs::directory_entry& entry : fs::directory_iterator(path.parent_path(), ignored))
    if (entry.path().filename().string().starts_with(prefix)) fs::remove(entry.path(), ignored);
}

Result<ArtifactCache::Loaded> ArtifactCache::load_or_compile(const Digest& module,
                                                             const fs::path& module_file,
                                                             const LoadOptions& options) const {
  auto there = find_whole(module, options);
  if (there) return Loaded{*std::move(there), false, 0, {}};
  // Whoever comes second waits and finds it. A lock serves many modules, so that locks stay few.
  FileLock lock = TRY(FileLock::acquire(directory_ / ("lock." + module.hex().substr(0, 2))));
  there = find_whole(module, options);
  if (there) return Loaded{*std::move(there), false, 0, {}};
  fs::path path = path_of(module, options.compiler.mode);
  remove_unfinished(path);
  std::string reason = ::access(path.c_str(), F_OK) == 0 ? there.error().message : std::string();
  auto begin = std::chrono::steady_clock::now();
  CompilerOptions compiler = options.compiler;
  compiler.digest = module;
  TRY(compile_file(module_file, path, compiler));
  auto took = std::chrono::steady_clock::now() - begin;
  auto made = find(module, options.compiler.mode);
  if (!made)
    return fail(ErrorCode::Io, "{} was compiled, but its artifact cannot be used: {}",
                module_file.string(), made.error().message);
  auto took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  return Loaded{*std::move(made), true, static_cast<uint64_t>(took_ms), reason};
}

Result<> compile_file(const fs::path& module_file, const fs::path& artifact_file,
                      const CompilerOptions& options) {
  fs::path compiler = TRY(find_helper_program("wherry-compile"));
  std::vector<std::string> argv{compiler.string(), "--parent", std::to_string(getpid())};
  if (options.memory_bytes_max)
    argv.insert(argv.end(), {"--memory-max", std::to_string(*options.memory_bytes_max)});
  if (options.seconds_max)
    argv.insert(argv.end(), {"--seconds-max", std::to_string(*options.seconds_max)});
  if (options.digest) argv.insert(argv.end(), {"--digest", options.digest->to_string()});
  if (options.low_priority) argv.emplace_back("--low-priority");
  if (options.mode.checks_bounds) argv.emplace_back("--check-bounds");
  if (options.mode.counts_fuel) argv.emplace_back("--count-fuel");
  // Absolute, so that a name that begins with '-' is no option.
  argv.push_back(TRY(absolute_path(module_file)).string());
  argv.push_back(TRY(absolute_path(artifact_file)).string());
  ProcessOutput output = TRY(run_process(argv));
  if (output.exit_code != 0) return std::unexpected(compiler_error(output));
  return {};
}

}  // namespace wherry::runtime
