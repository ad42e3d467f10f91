// wherry prune: gives back the space that nothing needs, in the store and among compiled modules.
#include <cstdio>

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/local_store.h"
#include "cli/verbs.h"
#include "runtime/stale_artifacts.h"
#include "support/install_paths.h"
#include "support/json.h"

namespace wherry::cli {

namespace {

using Items = std::vector<oci::PruneReport::Item>;

uint64_t sum_bytes(const Items& items) {
  uint64_t sum = 0;
  for (const auto& item : items) sum += item.size_bytes;
  return sum;
}

struct PruneFlags {
  bool dry_run = false, all = false, as_json = false, quiet = false;
};

// Artifacts of modules that some image has stay, however long ago they were used.
Result<> add_artifacts(const oci::ImageStore& store, const PruneFlags& flags, Items& removed) {
  runtime::StaleOptions options{.dry_run = flags.dry_run};
  if (flags.all) options.unused_s = 0;
  for (const oci::Image& image : TRY(store.list()))
    if (!image.problem) options.needed.insert(image.module.digest);
  for (const runtime::StaleArtifact& artifact :
       runtime::prune_artifacts(TRY(artifact_cache_path()), options))
    removed.push_back({"compiled module " + artifact.path.string(), artifact.size_bytes});
  return {};
}

Result<oci::PruneReport> prune_all(const PruneFlags& flags) {
  oci::ImageStore store = TRY(open_store());
  oci::PruneOptions options{.dry_run = flags.dry_run};
  if (flags.all) options.grace_s = 0;
  oci::PruneReport report = TRY(store.prune(options));
  TRY(add_artifacts(store, flags, report.removed));
  return report;
}

std::string format_pruned(const oci::PruneReport& report, bool dry_run) {
  std::string text;
  for (const auto& item : report.removed)
    text += fmt::format("{}  {} ({})\n", dry_run ? "would remove" : "removed", item.what,
                        format_size(item.size_bytes));
  text += fmt::format("{} {}", dry_run ? "would free" : "freed",
                      format_size(sum_bytes(report.removed)));
  if (!report.in_use.empty())
    text += fmt::format("; {} in use stay, {}", report.in_use.size(),
                        format_size(sum_bytes(report.in_use)));
  if (!report.recent.empty())
    text += fmt::format("; {} that have just come stay, {} (--all takes them too)",
                        report.recent.size(), format_size(sum_bytes(report.recent)));
  return text + "\n";
}

Json items_json(const Items& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back({{"what", item.what}, {"bytes", item.size_bytes}});
  return list;
}

std::string format_pruned_json(const oci::PruneReport& report) {
  Json json = {{"removed", items_json(report.removed)},
               {"removedBytes", sum_bytes(report.removed)},
               {"inUse", items_json(report.in_use)},
               {"recent", items_json(report.recent)}};
  return json.dump(2) + "\n";
}

}  // namespace

int prune(int argc, char** argv) {
  CLI::App app(
      "Remove what nothing needs: blobs without an image, what killed processes left, and compiled "
      "modules that no image has and nobody has used for eight days. What is in use stays.",
      "wherry prune");
  PruneFlags flags;
  app.add_flag("--dry-run", flags.dry_run, "only say what would be removed");
  app.add_flag("--all", flags.all,
               "also blobs that came in the last ten minutes, and modules used lately");
  app.add_flag("--json", flags.as_json, "as JSON");
  app.add_flag("-q,--quiet", flags.quiet, "print nothing on success");
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;

  auto pruned = prune_all(flags);
  if (!pruned) return report(pruned.error());
  if (!flags.quiet)
    std::fputs((flags.as_json ? format_pruned_json(*pruned) : format_pruned(*pruned, flags.dry_run))
                   .c_str(),
               stdout);
  return kSuccess;
}

}  // namespace wherry::cli
