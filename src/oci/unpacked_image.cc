#include "oci/unpacked_image.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "oci/content_digest.h"
#include "oci/limits.h"
#include "support/json.h"

namespace wherry::oci {

static constexpr char kFolder[] = "unpacked";
static constexpr char kModuleFile[] = "module.wasm";
static constexpr char kRecordFile[] = "module.json";
static constexpr char kFilesFolder[] = "files";

fs::path unpacked_path(const fs::path& store, const Digest& manifest) {
  return store / kFolder / manifest.hex();
}

Removal remove_unpacked(const fs::path& store, const Digest& manifest) {
  return remove_folder_unless_used(unpacked_path(store, manifest), store / "staging");
}

static Result<std::vector<std::string>> read_folders(const Json& record) {
  std::vector<std::string> folders;
  const Json* members = TRY(json_array(record, "folders"));
  if (!members) return folders;
  for (const Json& member : *members) {
    if (!member.is_string()) return fail(ErrorCode::Malformed, "a folder is no string");
    folders.push_back(member.get<std::string>());
  }
  return folders;
}

static Result<UnpackedImage> read_record(const fs::path& folder) {
  Bytes json = TRY(read_file(folder / kRecordFile, {.size_bytes_max = limits::kManifestBytes}));
  Json record = TRY(parse_json(as_text(json)));
  std::optional<std::string> digest = TRY(json_string(record, "digest"));
  std::optional<uint64_t> size_bytes = TRY(json_unsigned(record, "size"));
  if (digest.has_value() != size_bytes.has_value())
    return fail(ErrorCode::Malformed, "digest or size is missing");
  UnpackedImage image{.module = {}, .module_path = folder / kModuleFile, .files = {}};
  if (digest)
    image.module = Descriptor{.media_type = "application/wasm",
                              .digest = TRY(parse_digest(*digest)),
                              .size_bytes = *size_bytes};
  image.files.folders = TRY(read_folders(record));
  if (!image.files.folders.empty()) image.files.root = folder / kFilesFolder;
  if (const auto files = TRY(json_string(record, "files")))
    image.files_digest = TRY(parse_digest(*files));
  return image;
}

Result<std::optional<UnpackedImage>> find_unpacked(const fs::path& store, const Digest& manifest) {
  const fs::path folder = unpacked_path(store, manifest);
  if (::access(folder.c_str(), F_OK) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return std::unexpected(system_error(errno, "reading " + folder.string()));
  }
  return TRY(with_context(read_record(folder), "{} (remove the image and pull or load it again)",
                          folder.string()));
}

Result<UnpackedWriter> UnpackedWriter::create(const fs::path& store) {
  const fs::path staging = store / "staging";
  TRY(make_directories(staging));
  while (true) {
    std::string folder = (staging / "image.XXXXXX").string();
    if (!::mkdtemp(folder.data()))
      return std::unexpected(system_error(errno, "creating a folder in " + staging.string()));
    Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // A sweep between the two calls took the folder for a leaving: make another.
    if (!fd.valid() && errno == ENOENT) continue;
    if (!fd.valid() || ::flock(fd.get(), LOCK_EX) != 0 || ::fchmod(fd.get(), 0755) != 0)
      return std::unexpected(system_error(errno, "creating " + folder));
    struct stat status;
    if (::fstat(fd.get(), &status) != 0 || status.st_nlink == 0) continue;
    return UnpackedWriter(std::move(fd), store, folder);
  }
}

UnpackedWriter::UnpackedWriter(UnpackedWriter&& other) noexcept
    : fd_(std::move(other.fd_)),
      store_(std::move(other.store_)),
      folder_(std::exchange(other.folder_, {})) {}

UnpackedWriter::~UnpackedWriter() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

Result<> UnpackedWriter::finish(const std::optional<Descriptor>& module,
                                const std::vector<std::string>& folders) {
  OrderedJson record = OrderedJson::object();
  if (module) record = {{"digest", module->digest.to_string()}, {"size", module->size_bytes}};
  if (!folders.empty()) {
    record["folders"] = folders;
    record["files"] = TRY(tree_digest(files())).to_string();
  }
  TRY(write_file_atomic(folder_ / kRecordFile, as_bytes(record.dump())));
  // One call for some thousand files, in place of an fsync for each.
  if (::syncfs(fd_.get()) != 0)
    return std::unexpected(system_error(errno, "writing " + folder_.string()));
  return {};
}

Result<bool> UnpackedWriter::publish(const Digest& manifest) {
  TRY(make_durable_directories(store_ / kFolder));
  const fs::path place = unpacked_path(store_, manifest);
  if (::rename(folder_.c_str(), place.c_str()) != 0) {
    // A folder that is not empty is not replaced: it was unpacked from the same manifest.
    if (errno == ENOTEMPTY || errno == EEXIST) return false;
    return std::unexpected(system_error(errno, "writing " + place.string()));
  }
  folder_.clear();
  fd_ = Fd();  // whoever wants to use it, or to remove it, may
  TRY(sync_folder(store_ / kFolder));
  return true;
}

}  // namespace wherry::oci
