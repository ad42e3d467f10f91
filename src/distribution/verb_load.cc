#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "distribution/registry_verbs.h"
#include "oci/image_archive.h"
#include "oci/limits.h"
#include "signing/trusted_pull.h"

namespace wherry::distribution {

namespace {
struct LoadFlags {
  CommonFlags common;
  std::string input = "-";
  std::string stored_as;  // empty: as it is named there
};
}  // namespace

// Every blob on its way in is an open file.
static void allow_many_files() {
  rlimit files;
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur =
      std::clamp<rlim_t>(oci::limits::kArchiveBlobs + 64, files.rlim_cur, files.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &files);
}

// An archive is gone through more than once, so that what comes through a pipe is kept, in a file
// without a name.
static Result<Fd> keep_input(const oci::ImageStore& store) {
  std::string path = (store.directory() / "staging" / "input.XXXXXX").string();
  TRY(make_directories(store.directory() / "staging"));
  Fd file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file.valid()) return std::unexpected(system_error(errno, "creating " + path));
  ::unlink(path.c_str());
  Bytes buffer(oci::limits::kPieceBytes);
  uint64_t left = oci::limits::kArchiveBytes;
  while (true) {
    ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(system_error(errno, "reading standard input"));
    if (count == 0) return file;
    ByteSpan piece = ByteSpan(buffer).first(static_cast<size_t>(count));
    if (piece.size() > left)
      return fail(ErrorCode::Invalid, "standard input: more than {} bytes",
                  oci::limits::kArchiveBytes);
    left -= piece.size();
    TRY(with_context(write_all(file.get(), piece), "keeping standard input"));
  }
}

static Result<> check(const LoadFlags& flags) {
  if (flags.input == "-" && ::isatty(STDIN_FILENO))
    return fail(ErrorCode::Invalid, "give an archive with -i, or on standard input");
  return {};
}

static Result<> load(const LoadFlags& flags) {
  oci::ImageStore store = TRY(open_store(flags.common));
  oci::LoadOptions options;
  if (!flags.stored_as.empty()) options.stored_as = TRY(oci::parse_reference(flags.stored_as));
  allow_many_files();
  Fd kept;
  fs::path source = flags.input;
  if (flags.input == "-") {
    kept = TRY(keep_input(store));
    source = fmt::format("/proc/self/fd/{}", kept.get());
  }
  const std::string what = flags.input == "-" ? "standard input" : flags.input;
  TRY(open_file(source));  // names what is not there; what is wrong inside is told with its place
  const auto policy = TRY(trust::TrustPolicy::load(trust::trust_paths()));
  const auto load_renamed = [&](const auto& rename) {
    options.rename = rename;
    return oci::load_archive(store, source, options);
  };
  Result<std::vector<oci::Image>> images =
      with_context(signing::load_trusted(store, policy, load_renamed), "loading {}", what);
  for (const oci::Image& image : TRY(std::move(images)))
    if (!flags.common.quiet)
      fmt::print("loaded {} {}\n", image.name, image.named().digest.to_string());
  return {};
}

void add_load_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<LoadFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand(
      "load",
      "Read images into the local store, from an OCI or docker archive (plain, gzip or zstd), from "
      "the folder of an OCI image layout, or of a plain .wasm file.");
  verb->add_option("-i,--input", flags->input,
                   "archive, folder or .wasm file (default: standard input)")
      ->type_name("FILE|DIR");
  verb->add_option("--as", flags->stored_as, "the name of the one image in it")
      ->type_name("NAME[:TAG]");
  add_store_flags(*verb, flags->common);
  verb->callback([flags, &chosen] {
    chosen = {[flags] { return load(*flags); }, [flags] { return check(*flags); }};
  });
}

}  // namespace wherry::distribution
