// ImageStore::check: `wherry fsck`.
#include <algorithm>
#include <optional>

#include "oci/image_store.h"
#include "oci/store_survey.h"
#include "oci/working_name.h"

namespace wherry::oci {

using Kind = StoreProblem::Kind;

static std::string describe_entry(const StoreIndex::Entry& entry) {
  if (!entry.name.empty()) return "image " + entry.name;
  if (entry.subject)
    return fmt::format("attachment {} of {}", entry.descriptor.digest.to_string(),
                       entry.subject->to_string());
  return "image " + entry.descriptor.digest.to_string();
}

static void report_blobs(const StoreSurvey& survey, StoreReport& report) {
  for (const auto& [digest, blob] : survey.blobs()) {
    report.blobs++;
    report.blob_bytes += blob.size_bytes;
    const bool is_live = survey.live().contains(digest);
    const std::string what = "blob " + digest.to_string();
    if (is_live && !blob.problem.empty())
      report.problems.push_back({.kind = Kind::Damage, .what = what, .reason = blob.problem});
    if (!is_live)
      report.problems.push_back({.kind = Kind::Garbage,
                                 .what = what,
                                 .reason = "nothing refers to it",
                                 .size_bytes = blob.size_bytes});
  }
}

static void report_leavings(const fs::path& store, const StoreSurvey& survey, StoreReport& report) {
  visit_unpacked(store, [&](const Digest& manifest, const Leaving& folder) {
    if (!survey.live().contains(manifest))
      report.problems.push_back({.kind = Kind::Garbage,
                                 .what = "unpacked image " + manifest.to_string(),
                                 .reason = "there is no such image any more",
                                 .size_bytes = folder.size_bytes});
  });
  visit_leavings(store, [&](const Leaving& leaving) {
    report.problems.push_back({.kind = Kind::Garbage,
                               .what = "file " + leaving.path.lexically_relative(store).string(),
                               .reason = "left by a process that was killed",
                               .size_bytes = leaving.size_bytes});
  });
}

// Whose manifests are to go. What is named is one image, whoever else needs its blobs.
static std::vector<Digest> report_entries(const fs::path& store, const StoreIndex& index,
                                          const StoreSurvey& survey, StoreReport& report) {
  std::vector<Digest> unusable;
  for (const StoreIndex::Entry& entry : index.entries()) {
    if (is_abandoned_name(store, entry.name)) {
      report.problems.push_back({.kind = Kind::Garbage,
                                 .what = "image " + entry.descriptor.digest.to_string(),
                                 .reason = "left by a process that was killed before it was found "
                                           "to be trusted"});
      continue;
    }
    if (!entry.name.empty() && !is_working_name(entry.name)) report.images++;
    std::string problem = survey.problem_of(entry.descriptor);
    if (!problem.empty()) {
      unusable.push_back(entry.descriptor.digest);
      report.problems.push_back(
          {.kind = Kind::Damage, .what = describe_entry(entry), .reason = std::move(problem)});
    } else if (entry.subject && !survey.live().contains(entry.descriptor.digest)) {
      report.problems.push_back({.kind = Kind::Garbage,
                                 .what = describe_entry(entry),
                                 .reason = "there is no such image any more"});
    }
  }
  return unusable;
}

// The index is written before anything that it names is deleted.
Result<> ImageStore::repair(const FileLock& held, StoreIndex index, const StoreSurvey& survey,
                            std::span<const Digest> unusable) {
  auto next = [&]() -> const StoreIndex::Entry* {
    for (const StoreIndex::Entry& entry : index.entries())
      if (std::ranges::find(unusable, entry.descriptor.digest) != unusable.end()) return &entry;
    return nullptr;
  };
  std::set<Digest> dropped;
  while (const StoreIndex::Entry* entry = next()) {
    Digest digest = entry->descriptor.digest;
    index.remove(*entry);
    dropped.merge(drop_attachments(index, digest));
  }
  if (!dropped.empty()) TRY(write_index(held, index));
  for (const auto& [digest, blob] : survey.blobs()) {
    if (blob.problem.empty()) continue;
    std::error_code error;
    fs::remove_all(blob_path(digest), error);
    if (error)
      return std::unexpected(system_error(error.value(), "removing " + blob_path(digest).string()));
  }
  remove_unneeded(held, index, dropped);
  return {};
}

Result<StoreReport> ImageStore::check(const CheckOptions& options) {
  // Who may only read a store may check it as well, beside others' changes.
  Result<FileLock> held = lock();
  if (!held && (options.repair || held.error().code != ErrorCode::Denied))
    return std::unexpected(std::move(held).error());
  StoreReport report;
  Result<StoreIndex> index = read_index();
  if (!index) {
    report.problems.push_back({.kind = Kind::Damage,
                               .what = "index.json",
                               .reason = index.error().message +
                                         " (put a copy back, or move it away and pull or build "
                                         "the images again: blobs that are whole are used again)"});
    return report;
  }
  StoreSurvey survey = StoreSurvey::take(*this, *index, BlobContents::Checked);
  std::vector<Digest> unusable = report_entries(directory_, *index, survey, report);
  report_blobs(survey, report);
  report_leavings(directory_, survey, report);
  // Damage first, each kind in the order in which it was found.
  std::vector<StoreProblem> garbage;
  for (const StoreProblem& problem : report.problems)
    if (problem.kind == Kind::Garbage) garbage.push_back(problem);
  std::erase_if(report.problems,
                [](const StoreProblem& problem) { return problem.kind == Kind::Garbage; });
  std::ranges::move(garbage, std::back_inserter(report.problems));
  if (!options.repair) return report;
  TRY(with_context(repair(*held, *std::move(index), survey, unusable), "repairing the store"));
  for (StoreProblem& problem : report.problems) problem.repaired = problem.kind == Kind::Damage;
  return report;
}

}  // namespace wherry::oci
