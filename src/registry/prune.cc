#include "registry/prune.h"

#include <sys/stat.h>

#include <map>
#include <set>

#include "oci/manifest.h"
#include "registry/limits.h"
#include "registry/pushed_manifest.h"
#include "registry/repository.h"
#include "registry/uploads.h"

namespace wherry::registry {

namespace {

// What is to go, and what of it nothing needs.
struct Plan {
  struct Names {
    RepositoryName name;
    std::vector<Digest> manifests;
    std::vector<Digest> blobs;
  };
  std::vector<Names> repositories;
  std::set<Digest> needed;  // contents
};

// One repository's manifests, as a graph: who leads to whom.
struct Links {
  std::vector<Digest> blobs;
  std::vector<Digest> manifests;  // of an index
  std::optional<Digest> subject;
};

Result<Links> read_links(const Storage& storage, const Repository& names, const Digest& digest) {
  const auto record = TRY(names.find_manifest(digest));
  const auto json = TRY(read_text(storage.content_path(digest), limits::kManifestBytes));
  if (!json)
    return fail(ErrorCode::NotFound, "the manifest {} is not there (push it again, or delete it)",
                digest.to_string());
  Answer<PushedManifest> parsed = parse_pushed_manifest(*json, record->media_type, digest);
  if (!parsed)
    return fail(ErrorCode::Malformed, "the manifest {}: {}", digest.to_string(),
                parsed.error().message);
  Links links;
  links.subject = parsed->subject;
  for (const oci::Descriptor& blob : parsed->blobs) links.blobs.push_back(blob.digest);
  for (const oci::Descriptor& child : parsed->manifests) links.manifests.push_back(child.digest);
  return links;
}

struct Graph {
  std::map<Digest, Links> links;
  std::multimap<Digest, Digest> referrers;  // by their subjects
};

// Adds what `digest` leads to: an index's manifests; and whoever refers to it, as signatures do.
void keep(const Graph& graph, const Digest& digest, std::set<Digest>& kept) {
  std::vector<Digest> open = {digest};
  while (!open.empty()) {
    const Digest next = open.back();
    open.pop_back();
    const auto found = graph.links.find(next);
    if (found == graph.links.end() || !kept.insert(next).second) continue;
    open.insert(open.end(), found->second.manifests.begin(), found->second.manifests.end());
    const auto [first, last] = graph.referrers.equal_range(next);
    for (auto referrer = first; referrer != last; ++referrer) open.push_back(referrer->second);
  }
}

Result<std::set<Digest>> kept_manifests(const Repository& names, const Graph& graph,
                                        const PruneOptions& options) {
  std::set<Digest> kept;
  if (!options.untagged) {
    for (const auto& [digest, links] : graph.links) kept.insert(digest);
    return kept;
  }
  const Page tags = TRY(names.list_tags({.count_max = SIZE_MAX}));
  for (const std::string& tag : tags.entries)
    if (const auto digest = TRY(names.find_tag(*Tag::parse(tag)))) keep(graph, *digest, kept);
  return kept;
}

Result<> plan_repository(Storage& storage, const RepositoryName& name, const PruneOptions& options,
                         Plan& plan) {
  const Repository names(storage, name);
  Graph graph;
  for (const Digest& digest : TRY(names.list_manifests())) {
    Links links = TRY(with_context(read_links(storage, names, digest), "{}", name.text()));
    if (links.subject) graph.referrers.emplace(*links.subject, digest);
    graph.links.emplace(digest, std::move(links));
  }
  const std::set<Digest> kept = TRY(kept_manifests(names, graph, options));
  std::set<Digest> used;
  Plan::Names gone{.name = name, .manifests = {}, .blobs = {}};
  for (const auto& [digest, links] : graph.links) {
    if (!kept.contains(digest)) {
      gone.manifests.push_back(digest);
      continue;
    }
    plan.needed.insert(digest);
    used.insert(links.blobs.begin(), links.blobs.end());
  }
  for (const Digest& blob : TRY(names.list_blobs()))
    if (used.contains(blob))
      plan.needed.insert(blob);
    else
      gone.blobs.push_back(blob);
  plan.repositories.push_back(std::move(gone));
  return {};
}

Result<Plan> make_plan(Storage& storage, const PruneOptions& options) {
  Plan plan;
  const Page names = TRY(list_repositories(storage, {.count_max = SIZE_MAX}));
  for (const std::string& name : names.entries)
    TRY(plan_repository(storage, *RepositoryName::parse(name), options, plan));
  return plan;
}

}  // namespace

Result<Pruned> prune(Storage& storage, const PruneOptions& options) {
  const Plan plan = TRY(make_plan(storage, options));
  Pruned pruned;
  // Names before contents: a run that is killed leaves nothing that names what is gone.
  for (const Plan::Names& gone : plan.repositories) {
    Repository names(storage, gone.name);
    pruned.manifests += gone.manifests.size();
    if (options.dry_run) continue;
    for (const Digest& manifest : gone.manifests) TRY(names.remove_manifest(manifest));
    for (const Digest& blob : gone.blobs) TRY(names.remove_blob(blob));
  }
  for (const std::string& hex : TRY(list_folder(storage.contents_folder()))) {
    const Result<Digest> digest = parse_digest("sha256:" + hex);
    if (!digest || plan.needed.contains(*digest)) continue;
    struct stat status{};
    if (::stat(storage.content_path(*digest).c_str(), &status) != 0) continue;
    pruned.blobs++;
    pruned.size_bytes += static_cast<uint64_t>(status.st_size);
    if (!options.dry_run) TRY(storage.remove_content(*digest));
  }
  const size_t before = TRY(list_folder(storage.uploads_folder()))
  .size();
  if (!options.dry_run) TRY(Uploads::open(storage, limits::kBlobBytes));
  pruned.uploads = before - TRY(list_folder(storage.uploads_folder()))
  .size();
  return pruned;
}

}  // namespace wherry::registry
