#include "oci/store_survey.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "oci/blob_references.h"
#include "oci/content_digest.h"
#include "oci/limits.h"

namespace wherry::oci {

// Of what a file's name promises; empty where its content keeps it.
static std::string check_content(const Result<Digest>& found, const Digest& expected) {
  if (!found) return "cannot be read: " + found.error().message;
  return *found == expected ? "" : "is damaged: its content has another digest";
}

static std::map<Digest, SurveyedBlob> list_blobs(const fs::path& store, BlobContents contents) {
  std::map<Digest, SurveyedBlob> blobs;
  std::error_code ignored;  // a store without the folder has no blobs
  for (const fs::directory_entry& entry :
       fs::directory_iterator(store / "blobs" / "sha256", ignored)) {
    Result<Digest> digest = parse_digest("sha256:" + entry.path().filename().string());
    struct stat status;
    if (!digest || ::lstat(entry.path().c_str(), &status) != 0) continue;
    SurveyedBlob blob{.size_bytes = static_cast<uint64_t>(status.st_size),
                      .changed_s = std::max(status.st_mtim.tv_sec, status.st_ctim.tv_sec),
                      .problem = {}};
    if (!S_ISREG(status.st_mode))
      blob.problem = "is damaged: it is no file";
    else if (contents == BlobContents::Checked)
      blob.problem = check_content(file_digest(entry.path()), *digest);
    blobs.emplace(*digest, std::move(blob));
  }
  return blobs;
}

StoreSurvey StoreSurvey::take(const ImageStore& store, const StoreIndex& index,
                              BlobContents contents) {
  StoreSurvey survey(store, contents);
  survey.blobs_ = list_blobs(store.directory(), contents);
  survey.live_ =
      find_live_blobs(index, [&](const Digest& digest) { return store.blob_path(digest); });
  return survey;
}

std::string StoreSurvey::blob_problem(const Descriptor& blob) const {
  const std::string name = "its blob " + blob.digest.to_string();
  auto found = blobs_.find(blob.digest);
  if (found == blobs_.end()) return name + " is missing";
  if (!found->second.problem.empty()) return name + " " + found->second.problem;
  if (found->second.size_bytes == blob.size_bytes) return {};
  return fmt::format("{} has {} bytes instead of {}", name, found->second.size_bytes,
                     blob.size_bytes);
}

std::string StoreSurvey::problem_of_index(const Index& index, int depth) const {
  size_t present = 0;
  for (const IndexEntry& entry : index.entries) {
    if (!blobs_.contains(entry.descriptor.digest)) continue;
    present++;
    if (std::string problem = problem_of(entry.descriptor, depth + 1); !problem.empty())
      return problem;
  }
  if (present == 0 && !index.entries.empty()) return "none of its manifests is there";
  Result<const IndexEntry*> wasm = select_wasm_entry(index);
  return wasm ? blob_problem((*wasm)->descriptor) : std::string();
}

std::string StoreSurvey::problem_of(const Descriptor& descriptor, int depth) const {
  if (std::string problem = blob_problem(descriptor); !problem.empty()) return problem;
  const bool is_index = is_index_type(descriptor.media_type);
  const bool is_manifest = descriptor.media_type == media_type::kManifest ||
                           descriptor.media_type == media_type::kDockerManifest;
  if ((!is_index && !is_manifest) || depth == limits::kIndexDepth) return {};
  Result<Bytes> json = store_.read_blob(descriptor, limits::kManifestBytes);
  if (!json) return json.error().message;
  // What is whole and not understood is another tool's, or refused when it is used.
  if (is_index) {
    Result<Index> index = parse_index(as_text(*json));
    return index ? problem_of_index(*index, depth) : std::string();
  }
  Result<Manifest> manifest = parse_manifest(as_text(*json));
  if (!manifest) return {};
  if (std::string problem = blob_problem(manifest->config); !problem.empty()) return problem;
  for (const Descriptor& layer : manifest->layers)
    if (std::string problem = blob_problem(layer); !problem.empty()) return problem;
  return unpacked_problem(descriptor.digest);
}

// Of what lies beside the blobs, where there is anything.
std::string StoreSurvey::unpacked_problem(const Digest& manifest) const {
  const Result<std::optional<UnpackedImage>> found = find_unpacked(store_.directory(), manifest);
  if (!found) return found.error().message;
  if (!*found) return {};
  const UnpackedImage& image = **found;
  std::error_code ignored;
  if (!image.files.root.empty() && !fs::is_directory(image.files.root, ignored))
    return "its unpacked files are missing";
  if (image.files_digest && contents_ == BlobContents::Checked)
    if (std::string damage = check_content(tree_digest(image.files.root), *image.files_digest);
        !damage.empty())
      return "what is unpacked of its files " + damage;
  if (!image.module) return {};
  std::string problem;
  if (contents_ == BlobContents::Checked)
    problem = check_content(file_digest(image.module_path), image.module->digest);
  else if (!fs::is_regular_file(image.module_path, ignored))
    problem = "is missing";
  return problem.empty() ? "" : "its unpacked module " + problem;
}

static uint64_t size_of(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_regular_file(fs::symlink_status(path, ignored))) return fs::file_size(path, ignored);
  uint64_t size_bytes = 0;
  for (const auto& inner : fs::recursive_directory_iterator(path, ignored))
    if (inner.is_regular_file(ignored)) size_bytes += inner.file_size(ignored);
  return size_bytes;
}

static void visit_if_left(const fs::path& path, const std::function<void(const Leaving&)>& visit) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.valid() || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return;
  visit({path, size_of(path)});
}

// AtomicFile's temporary files are only ever made here under the store's lock: whoever holds it
// finds none but leavings.
static bool is_unfinished(const std::string& name) {
  return name.starts_with(".index.json.") || name.starts_with(".oci-layout.");
}

void visit_leavings(const fs::path& store, const std::function<void(const Leaving&)>& visit) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(store / "staging", ignored))
    visit_if_left(entry.path(), visit);
  for (const fs::directory_entry& entry : fs::directory_iterator(store, ignored))
    if (is_unfinished(entry.path().filename().string())) visit_if_left(entry.path(), visit);
}

void visit_unpacked(
    const fs::path& store,
    const std::function<void(const Digest& manifest, const Leaving& folder)>& visit) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(store / "unpacked", ignored))
    if (auto digest = parse_digest("sha256:" + entry.path().filename().string()))
      visit(*digest, {entry.path(), size_of(entry.path())});
}

}  // namespace wherry::oci
