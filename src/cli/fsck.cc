// wherry fsck: is the local store whole?
#include <cstdio>

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/local_store.h"
#include "cli/verbs.h"
#include "support/json.h"

namespace wherry::cli {

namespace {

using Kind = oci::StoreProblem::Kind;

// What is still wrong is damage that was not repaired.
uint64_t count_damage(const oci::StoreReport& report) {
  uint64_t count = 0;
  for (const oci::StoreProblem& problem : report.problems)
    count += problem.kind == Kind::Damage && !problem.repaired;
  return count;
}

const char* kind_name(const oci::StoreProblem& problem) {
  if (problem.kind == Kind::Garbage) return "garbage";
  return problem.repaired ? "removed" : "damaged";
}

std::string format_report(const oci::StoreReport& report) {
  std::string text;
  uint64_t garbage_bytes = 0, garbage = 0;
  for (const oci::StoreProblem& problem : report.problems) {
    text += fmt::format("{}  {}: {}\n", kind_name(problem), problem.what, problem.reason);
    if (problem.kind != Kind::Garbage) continue;
    garbage++;
    garbage_bytes += problem.size_bytes;
  }
  text += fmt::format("checked {} images, {} blobs, {}", report.images, report.blobs,
                      format_size(report.blob_bytes));
  if (uint64_t damage = count_damage(report)) text += fmt::format("; {} damaged", damage);
  if (garbage > 0)
    text += fmt::format("; {} that nothing needs, {} (wherry prune)", garbage,
                        format_size(garbage_bytes));
  return text + "\n";
}

std::string format_report_json(const oci::StoreReport& report) {
  Json problems = Json::array();
  for (const oci::StoreProblem& problem : report.problems)
    problems.push_back({{"kind", problem.kind == Kind::Damage ? "damage" : "garbage"},
                        {"what", problem.what},
                        {"reason", problem.reason},
                        {"bytes", problem.size_bytes},
                        {"repaired", problem.repaired}});
  Json json = {{"images", report.images},
               {"blobs", report.blobs},
               {"bytes", report.blob_bytes},
               {"problems", std::move(problems)}};
  return json.dump(2) + "\n";
}

}  // namespace

int fsck(int argc, char** argv) {
  CLI::App app(
      "Check the local store: every blob's digest and size, every image's parts. Exit code 1 means "
      "damage; garbage is no fault, `wherry prune` removes it.",
      "wherry fsck");
  bool repair = false, as_json = false;
  app.add_flag("--repair", repair,
               "remove damaged blobs, and the names of images that cannot be used");
  app.add_flag("--json", as_json, "as JSON");
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;

  auto store = open_store();
  if (!store) return report(store.error());
  auto found = store->check({.repair = repair});
  if (!found) return report(found.error());
  std::fputs((as_json ? format_report_json(*found) : format_report(*found)).c_str(), stdout);
  return count_damage(*found) == 0 ? kSuccess : kFailure;
}

}  // namespace wherry::cli
