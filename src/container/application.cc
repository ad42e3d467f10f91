#include "container/application.h"

#include <algorithm>
#include <ctime>

#include "container/remembered_image.h"
#include "container/trust_gate.h"
#include "oci/image_store.h"
#include "runtime/artifact_cache.h"
#include "runtime/memory.h"
#include "support/install_paths.h"
#include "trust/claim_times.h"

namespace wherry::container {

namespace {

// A module on disk with what travels with it.
struct FoundModule {
  fs::path path;
  Digest digest;
  std::string trigger;
  std::optional<policy::Request> request;  // none for a bare file
  policy::Subject subject;                 // only where there are rules to match it with
  ImageExtras extras = {};
};

Result<FoundModule> find_file(std::string_view what, const runtime::ArtifactCache& cache,
                              bool needs_subject) {
  FoundModule found;
  found.path = what;
  found.digest = TRY(cache.digest_of(found.path));
  if (!needs_subject) return found;
  std::error_code ignored;
  found.subject.file = fs::weakly_canonical(found.path, ignored).string();
  found.subject.module_digest = found.digest.to_string();
  return found;
}

ImageExtras extras_of(const oci::ImageStore& store, const oci::Image& image) {
  ImageExtras extras{.module_path = {},
                     .files = image.files.root,
                     .folders = image.files.folders,
                     .arguments = image.config.arguments,
                     .default_arguments = image.config.default_arguments,
                     .environment = image.config.environment};
  if (image.module_path != store.blob_path(image.module.digest))
    extras.module_path = image.module_path;
  return extras;
}

// What is remembered of an image does not suffice where rules ask for its manifest's digest.
Result<FoundModule> find_image(std::string_view what, const fs::path& store_path,
                               const runtime::ArtifactCache& cache, bool needs_subject) {
  oci::Reference reference = TRY(oci::parse_reference(what));
  ImageMemory memory(store_path, cache.directory(), reference);
  RememberedImage found;
  policy::Subject subject;
  auto remembered = needs_subject ? std::nullopt : memory.recall();
  if (remembered) {
    found = *std::move(remembered);
  } else {
    oci::ImageStore store = TRY(oci::ImageStore::open(store_path));
    oci::Image image = TRY(store.find(reference));
    found = {image.module.digest, image.config.trigger, image.config.request_json,
             extras_of(store, image)};
    memory.remember(found);
    subject = {.image = image.name,
               .digest = image.manifest.digest.to_string(),
               .module_digest = image.module.digest.to_string(),
               .file = ""};
  }
  policy::Request request;
  if (!found.request_json.empty())
    request = TRY(with_context(policy::parse_request(found.request_json),
                               "image {}: its request for permissions", reference.to_string()));
  fs::path path = found.extras.module_path.empty() ? oci::blob_path(store_path, found.module)
                                                   : found.extras.module_path;
  return FoundModule{std::move(path),    found.module,       std::move(found.trigger),
                     std::move(request), std::move(subject), std::move(found.extras)};
}

// A module, and what it is allowed.
struct FoundApplication {
  FoundModule module;
  policy::Decision decision;
};

// An image's own files are for it to read without being asked for or granted; a folder that the
// operator grants at the same place takes theirs.
void add_image_folders(const ImageExtras& extras, policy::Decision& decision) {
  std::vector<policy::DirectoryGrant>& directories = decision.effective.directories;
  for (const std::string& guest : extras.folders) {
    if (std::ranges::find(directories, guest, &policy::DirectoryGrant::guest) != directories.end())
      continue;
    directories.push_back({.host = extras.files / guest.substr(1),
                           .guest = guest,
                           .access = policy::kReadOnly,
                           .quota_bytes = {},
                           .origin = policy::kOfTheImage});
    decision.lines.push_back({policy::Line::Verdict::Given, "directory " + guest, "",
                              "read-only, of the image", "read-only", "the image brings it along",
                              ""});
  }
}

Result<FoundApplication> find_application(std::string_view what, const policy::Grant& grant,
                                          const Places& places,
                                          const runtime::ArtifactCache& cache) {
  const std::vector<policy::PolicyRule> rules = TRY(policy::load_policies(places.policies));
  const bool needs_trust = has_trust_policy(places.trust);
  const bool needs_subject = !rules.empty() || needs_trust;
  FoundApplication found;
  const bool is_file = names_file(what);
  found.module = TRY(is_file ? find_file(what, cache, needs_subject)
                             : find_image(what, places.image_store, cache, needs_subject));
  if (needs_trust) TRY(check_trust(found.module.subject, places.image_store));
  if (rules.empty()) {
    found.decision = policy::decide(found.module.request, grant);
    add_image_folders(found.module.extras, found.decision);
    return found;
  }
  policy::AppliedPolicies applied = policy::apply_policies(rules, found.module.subject, grant);
  found.decision = policy::decide(found.module.request, applied.grant, applied.caps);
  add_image_folders(found.module.extras, found.decision);
  return found;
}

}  // namespace

bool names_file(std::string_view what) {
  std::error_code ignored;
  return what.starts_with("/") || what.starts_with("./") || what.starts_with("../") ||
         what.ends_with(".wasm") || fs::is_regular_file(what, ignored);
}

Result<Places> default_places() {
  return Places{.image_store = TRY(image_store_path()),
                .artifact_cache = TRY(artifact_cache_path()),
                .policies = policy::policy_paths(""),
                .trust = trust::trust_paths()};
}

// Guards where the address space suffices for all memories of that many executions, explicit checks
// else. How many memories a module has is known from its artifact: nearly always one, or none.
static Result<runtime::ArtifactCache::Loaded> load_artifact(const runtime::ArtifactCache& cache,
                                                            const FoundModule& module,
                                                            bool counts_fuel,
                                                            uint64_t executions_at_once) {
  abi::CodeMode mode{.checks_bounds = !runtime::can_reserve_memories(executions_at_once),
                     .counts_fuel = counts_fuel};
  auto loaded =
      TRY(cache.load_or_compile(module.digest, module.path, {.compiler = {.mode = mode}}));
  const uint64_t memories = loaded.artifact->view().memories.size();
  if (mode.checks_bounds || memories <= 1 ||
      runtime::can_reserve_memories(executions_at_once * memories))
    return loaded;
  mode.checks_bounds = true;
  return cache.load_or_compile(module.digest, module.path, {.compiler = {.mode = mode}});
}

// Not when it is compiled: a cached artifact outlives the claims.
static Result<> check_validity(const runtime::Artifact& artifact) {
  const abi::Validity& validity = artifact.view().header->validity;
  if (validity.from_s == 0 && validity.until_s == abi::Validity::kForever) return {};
  return trust::check_times(validity.from_s, validity.until_s,
                            static_cast<uint64_t>(std::time(nullptr)));
}

Result<Permissions> find_permissions(std::string_view what, const policy::Grant& grant,
                                     const Places& places) {
  runtime::ArtifactCache cache = TRY(runtime::ArtifactCache::open(places.artifact_cache));
  auto [module, decision] = TRY(find_application(what, grant, places, cache));
  return Permissions{std::move(module.subject), std::move(module.request), std::move(decision)};
}

Result<> Application::hold_files() {
  if (extras_.files.empty()) return {};
  held_files_ = oci::UseLock::take(extras_.files.parent_path());
  if (!held_files_)
    return fail(ErrorCode::NotFound, "its files were removed from the store meanwhile");
  return {};
}

Result<Application> Application::load(std::string_view what, const policy::Grant& grant,
                                      const Places& places, const LoadOptions& options) {
  runtime::ArtifactCache cache = TRY(runtime::ArtifactCache::open(places.artifact_cache));
  auto [module, decision] = TRY(find_application(what, grant, places, cache));

  Application application;
  application.name_ = what;
  application.trigger_ = std::move(module.trigger);
  application.extras_ = std::move(module.extras);
  TRY(with_context(application.hold_files(), "{}", what));
  application.decision_ = std::move(decision);
  auto loaded =
      TRY(with_context(load_artifact(cache, module, application.effective().limits.fuel.has_value(),
                                     options.executions_at_once),
                       "{}", what));
  TRY(with_context(check_validity(*loaded.artifact), "{}", what));
  application.preparation_ = {.compiled = loaded.compiled,
                              .compile_ms = loaded.compile_ms,
                              .recompiled_because = std::move(loaded.reason),
                              .checks_bounds = loaded.artifact->mode().checks_bounds};
  application.artifact_ = std::move(loaded.artifact);
  return application;
}

}  // namespace wherry::container
