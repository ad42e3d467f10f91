#include "registry/prune.h"

#include <map>
#include <set>

#include "oci/manifest.h"
#include "registry/pushed_manifest.h"
#include "registry/repository.h"

namespace wherry::registry {

namespace {

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

class Run {
 public:
  Run(Storage& storage, const PruneOptions& options, std::stop_token stop)
      : storage_(storage), options_(options), stop_(std::move(stop)), watch_(storage.locks()) {}

  // Names before contents: a run that is killed leaves nothing that names what is gone.
  Result<Pruned> run() {
    const Page names = TRY(list_repositories(storage_, {.count_max = SIZE_MAX}));
    for (const std::string& text : names.entries) {
      TRY(check_stop());
      const RepositoryName name = *RepositoryName::parse(text);
      TRY(with_context(prune_names(name), "{}", text));
    }
    TRY(prune_contents());
    return pruned_;
  }

 private:
  Result<> check_stop() const {
    if (!stop_.stop_requested()) return {};
    return fail(ErrorCode::Unavailable, "stopped before its end (run it again)");
  }

  Result<> prune_names(const RepositoryName& name);
  Result<std::set<Digest>> kept_manifests(const Repository& names, const Graph& graph);
  Result<> prune_blobs(Repository& names, const std::set<Digest>& used);
  Result<> prune_contents();
  bool is_recent(std::optional<std::chrono::seconds> age) {
    const bool recent = age && *age < options_.age_min;
    if (recent) pruned_.recent++;
    return recent;
  }

  Storage& storage_;
  const PruneOptions options_;
  const std::stop_token stop_;
  const NameLocks::Watch watch_;
  std::set<Digest> needed_;  // contents that have names
  Pruned pruned_;
};

Result<std::set<Digest>> Run::kept_manifests(const Repository& names, const Graph& graph) {
  std::set<Digest> kept;
  if (!options_.untagged) {
    for (const auto& [digest, links] : graph.links) kept.insert(digest);
    return kept;
  }
  const Page tags = TRY(names.list_tags({.count_max = SIZE_MAX}));
  for (const std::string& tag : tags.entries)
    if (const auto digest = TRY(names.find_tag(*Tag::parse(tag)))) keep(graph, *digest, kept);
  for (const auto& [digest, links] : graph.links)
    if (!kept.contains(digest) && is_recent(names.manifest_age(digest))) keep(graph, digest, kept);
  return kept;
}

Result<> Run::prune_names(const RepositoryName& name) {
  const std::lock_guard lock(storage_.locks().of_repository(name));
  Repository names(storage_, name);
  Graph graph;
  for (const Digest& digest : TRY(names.list_manifests())) {
    Links links = TRY(read_links(storage_, names, digest));
    if (links.subject) graph.referrers.emplace(*links.subject, digest);
    graph.links.emplace(digest, std::move(links));
  }
  const std::set<Digest> kept = TRY(kept_manifests(names, graph));
  std::set<Digest> used;
  for (const auto& [digest, links] : graph.links) {
    if (!kept.contains(digest)) continue;
    needed_.insert(digest);
    used.insert(links.blobs.begin(), links.blobs.end());
  }
  for (const auto& [digest, links] : graph.links) {
    if (kept.contains(digest)) continue;
    pruned_.manifests++;
    if (!options_.dry_run) TRY(names.remove_manifest(digest));
  }
  return prune_blobs(names, used);
}

Result<> Run::prune_blobs(Repository& names, const std::set<Digest>& used) {
  for (const Digest& blob : TRY(names.list_blobs())) {
    // A push that finds it here makes it new, and then counts on it.
    const std::lock_guard lock(storage_.locks().of_content(blob));
    if (used.contains(blob) || is_recent(names.blob_age(blob)))
      needed_.insert(blob);
    else if (!options_.dry_run)
      TRY(names.remove_blob(blob));
  }
  return {};
}

Result<> Run::prune_contents() {
  for (const std::string& hex : TRY(list_folder(storage_.contents_folder()))) {
    TRY(check_stop());
    const Result<Digest> digest = parse_digest("sha256:" + hex);
    if (!digest || needed_.contains(*digest)) continue;
    const std::lock_guard lock(storage_.locks().of_content(*digest));
    const std::optional<Content> content = TRY(storage_.find_content(*digest));
    if (!content || watch_.has_seen(*digest)) continue;
    pruned_.blobs++;
    pruned_.size_bytes += content->size_bytes;
    if (!options_.dry_run) TRY(storage_.remove_content(*digest));
  }
  return {};
}

}  // namespace

Result<Pruned> prune(Storage& storage, const PruneOptions& options, std::stop_token stop) {
  return Run(storage, options, std::move(stop)).run();
}

}  // namespace wherry::registry
