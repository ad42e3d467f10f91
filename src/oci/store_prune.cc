// ImageStore::prune and sizes: space that nothing needs, and what needs the rest.
#include <time.h>

#include <map>

#include "oci/blob_references.h"
#include "oci/image_store.h"
#include "oci/store_survey.h"
#include "oci/use_lock.h"
#include "oci/working_name.h"

namespace wherry::oci {

// What a manifest that cannot be read refers to looks like garbage, and may be all that is left to
// mend it with.
static Result<> check_whole(const StoreIndex& index, const StoreSurvey& survey) {
  for (const StoreIndex::Entry& entry : index.entries())
    if (std::string problem = survey.problem_of(entry.descriptor); !problem.empty())
      return fail(ErrorCode::Malformed,
                  "{} is damaged, nothing is removed: {} (wherry fsck --repair)",
                  entry.name.empty() ? entry.descriptor.digest.to_string() : entry.name, problem);
  return {};
}

// Takes attachments without a subject out of `index`. What they refer to is not live as it is.
static bool drop_orphans(StoreIndex& index, const std::set<Digest>& live) {
  auto next = [&]() -> const StoreIndex::Entry* {
    for (const StoreIndex::Entry& entry : index.entries())
      if (entry.subject && !live.contains(*entry.subject)) return &entry;
    return nullptr;
  };
  bool dropped = false;
  for (; const StoreIndex::Entry* entry = next(); dropped = true) index.remove(*entry);
  return dropped;
}

static void prune_item(const fs::path& path, PruneReport::Item item, const PruneOptions& options,
                       const std::function<Removal()>& remove, PruneReport& report) {
  Removal removal =
      options.dry_run ? (is_used(path) ? Removal::InUse : Removal::Removed) : remove();
  if (removal == Removal::Removed) report.removed.push_back(std::move(item));
  if (removal == Removal::InUse) report.in_use.push_back(std::move(item));
}

Result<PruneReport> ImageStore::prune(const PruneOptions& options) {
  FileLock held = TRY(lock());
  StoreIndex index = TRY(read_index());
  const bool abandoned = !drop_abandoned(index).empty();
  StoreSurvey survey = StoreSurvey::take(*this, index, BlobContents::Trusted);
  TRY(check_whole(index, survey));
  const bool orphaned = drop_orphans(index, survey.live());
  if ((abandoned || orphaned) && !options.dry_run) TRY(write_index(held, index));

  PruneReport report;
  const int64_t now_s = ::time(nullptr);
  for (const auto& [digest, blob] : survey.blobs()) {
    if (survey.live().contains(digest)) continue;
    PruneReport::Item item{"blob " + digest.to_string(), blob.size_bytes};
    if (now_s - blob.changed_s < options.grace_s)
      report.recent.push_back(std::move(item));
    else
      prune_item(
          blob_path(digest), std::move(item), options,
          [&] { return remove_unless_used(blob_path(digest)); }, report);
  }
  visit_unpacked(directory_, [&](const Digest& manifest, const Leaving& folder) {
    if (!survey.live().contains(manifest))
      prune_item(
          folder.path, {"unpacked image " + manifest.to_string(), folder.size_bytes}, options,
          [&] { return remove_unpacked(directory_, manifest); }, report);
  });
  visit_leavings(directory_, [&](const Leaving& leaving) {
    std::error_code error;
    if (!options.dry_run) fs::remove_all(leaving.path, error);
    if (!error)
      report.removed.push_back(
          {"file " + leaving.path.lexically_relative(directory_).string(), leaving.size_bytes});
  });
  return report;
}

Result<std::vector<ImageSize>> ImageStore::sizes() const {
  StoreIndex index = TRY(read_index());
  const BlobPath path = path_of_blobs();
  std::map<Digest, std::set<Digest>> blobs_of;  // by manifest
  for (const StoreIndex::Entry& entry : index.entries())
    if (!entry.subject) blobs_of.try_emplace(entry.descriptor.digest);
  for (auto& [manifest, blobs] : blobs_of) {
    collect_references(manifest, path, blobs);
    add_attachments(index, path, blobs);
  }
  std::map<Digest, int> users;
  for (const auto& [manifest, blobs] : blobs_of)
    for (const Digest& digest : blobs) users[digest]++;

  std::vector<ImageSize> sizes;
  for (const StoreIndex::Entry& entry : index.entries()) {
    if (entry.name.empty() || is_working_name(entry.name)) continue;
    ImageSize size{.name = entry.name, .total_bytes = 0, .shared_bytes = 0};
    for (const Digest& digest : blobs_of[entry.descriptor.digest]) {
      std::error_code error;
      const uint64_t size_bytes = fs::file_size(path(digest), error);
      if (error) continue;
      size.total_bytes += size_bytes;
      if (users[digest] > 1) size.shared_bytes += size_bytes;
    }
    sizes.push_back(std::move(size));
  }
  return sizes;
}

}  // namespace wherry::oci
