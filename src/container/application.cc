#include "container/application.h"

#include "container/remembered_image.h"
#include "oci/image_store.h"
#include "runtime/artifact_cache.h"
#include "runtime/memory.h"
#include "support/install_paths.h"

namespace wherry::container {

namespace {

// A module on disk with what travels with it.
struct FoundModule {
  fs::path path;
  Digest digest;
  std::string trigger;
  std::optional<policy::Request> request;  // none for a bare file
};

Result<FoundModule> find_file(std::string_view what, const runtime::ArtifactCache& cache) {
  fs::path path(what);
  return FoundModule {
    path, TRY(cache.digest_of(path))
    , "", std::nullopt
  };
}

Result<FoundModule> find_image(std::string_view what, const fs::path& store_path,
                               const runtime::ArtifactCache& cache) {
  oci::Reference reference = TRY(oci::parse_reference(what));
  ImageMemory memory(store_path, cache.directory(), reference);
  RememberedImage found;
  if (auto remembered = memory.recall()) {
    found = *std::move(remembered);
  } else {
    oci::ImageStore store = TRY(oci::ImageStore::open(store_path));
    oci::Image image = TRY(store.find(reference));
    found = {image.module.digest, image.config.trigger, image.config.request_json};
    memory.remember(found);
  }
  policy::Request request;
  if (!found.request_json.empty())
    request = TRY(with_context(policy::parse_request(found.request_json),
                               "image {}: its request for permissions", reference.to_string()));
  return FoundModule{oci::blob_path(store_path, found.module), found.module,
                     std::move(found.trigger), std::move(request)};
}

}  // namespace

bool names_file(std::string_view what) {
  std::error_code ignored;
  return what.starts_with("/") || what.starts_with("./") || what.starts_with("../") ||
         what.ends_with(".wasm") || fs::is_regular_file(what, ignored);
}

Result<Places> default_places() {
  return Places {
    .image_store = TRY(image_store_path())
    , .artifact_cache = TRY(artifact_cache_path())
  };
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

Result<Application> Application::load(std::string_view what, const policy::Grant& grant,
                                      const Places& places, const LoadOptions& options) {
  runtime::ArtifactCache cache = TRY(runtime::ArtifactCache::open(places.artifact_cache));
  FoundModule module = names_file(what) ? TRY(find_file(what, cache)) : TRY(find_image(what, places.image_store, cache));

  Application application;
  application.name_ = what;
  application.trigger_ = std::move(module.trigger);
  application.effective_ =
      module.request ? policy::intersect(*module.request, grant) : policy::without_request(grant);
  auto loaded =
      TRY(with_context(load_artifact(cache, module, application.effective_.limits.fuel.has_value(),
                                     options.executions_at_once),
                       "{}", what));
  application.preparation_ = {.compiled = loaded.compiled,
                              .compile_ms = loaded.compile_ms,
                              .recompiled_because = std::move(loaded.reason),
                              .checks_bounds = loaded.artifact->mode().checks_bounds};
  application.artifact_ = std::move(loaded.artifact);
  return application;
}

}  // namespace wherry::container
