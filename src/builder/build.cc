#include "builder/build.h"

#include <algorithm>

#include "builder/assets.h"
#include "builder/detect.h"
#include "builder/sbom.h"
#include "builder/source_tree.h"
#include "builder/temporary_folder.h"
#include "oci/image_documents.h"
#include "oci/image_format.h"
#include "oci/image_unpacking.h"
#include "policy/limits.h"
#include "policy/size.h"
#include "signing/image_signature.h"
#include "support/install_paths.h"
#include "support/limits.h"
#include "support/process.h"
#include "wasm/decoder.h"
#include "wasm/limits.h"
#include "wasm/validator.h"

namespace wherry::builder {

static constexpr const char* kApplicationFileName = "wherry.toml";

static bool has_application_file(const SourceTree& tree) {
  std::error_code error;
  return fs::symlink_status(tree.folder() / kApplicationFileName, error).type() !=
         fs::file_type::not_found;
}

// What wherry.toml says; the defaults where there is none.
static Result<policy::ApplicationFile> load_application_file(const SourceTree& tree) {
  const fs::path path = tree.folder() / kApplicationFileName;
  if (!has_application_file(tree)) return policy::ApplicationFile{};
  TRY(tree.check_file(kApplicationFileName));
  // As the user sees it: "./app" gives "app/wherry.toml".
  std::string shown = (tree.shown() / kApplicationFileName).lexically_normal().string();
  Bytes text = TRY(read_file(path, {.size_bytes_max = wherry::limits::kTomlBytes}));
  return policy::parse_application_file(as_text(text), shown);
}

static Result<oci::Reference> choose_name(const BuildOptions& options,
                                          const policy::ApplicationFile& file) {
  if (options.name) return oci::parse_reference(*options.name);
  if (file.name) return oci::parse_reference(*file.name);
  return fail(ErrorCode::Invalid,
              "the image has no name (give -t NAME[:TAG], or name in wherry.toml)");
}

// A limit below what the module begins with would let no instance ever start.
static Result<> check_memory_limit(const wasm::Module& module, const policy::Limits& limits) {
  if (!limits.memory_bytes_max) return {};
  for (const wasm::MemoryType& memory : module.memories) {
    // In pages: a 64-bit memory's bytes may exceed 64 bits.
    if (memory.limits.min > *limits.memory_bytes_max / wasm::kPageBytes)
      return fail(ErrorCode::Invalid,
                  "the module's memory begins with {} pages of 64KiB, more than limits.memory in "
                  "wherry.toml, {} "
                  "(raise it)",
                  memory.limits.min, policy::size_text(*limits.memory_bytes_max));
  }
  return {};
}

// `what` is how messages call the module.
static Result<> check_module(ByteSpan binary, std::string_view what, const policy::Limits& limits) {
  wasm::Module module = TRY(with_context(wasm::decode_module(binary), "{}", what));
  TRY(with_context(wasm::validate_module(module), "{}", what));
  return check_memory_limit(module, limits);
}

// The module as its initialisation leaves it, by the front program, since that runs modules.
static Result<Bytes> take_snapshot(const Bytes& module, const std::string& init,
                                   const fs::path& temporary) {
  const std::string program = TRY(find_front_program()).string();
  const std::string before = (temporary / "before-snapshot.wasm").string();
  const fs::path after = temporary / "snapshot.wasm";
  TRY(write_file_atomic(before, module));
  ProcessOutput output = TRY(
      run_process({program, "snapshot", before, "--output=" + after.string(), "--init=" + init}));
  if (output.exit_code == 0)
    return read_file(after, {.size_bytes_max = wasm::limits::kModuleBytes});
  std::string_view reason = output.standard_error;
  // What it begins with names a file of ours.
  if (size_t end = reason.find(before); end != reason.npos)
    reason.remove_prefix(std::min(reason.size(), end + before.size() + 2));
  while (reason.ends_with('\n')) reason.remove_suffix(1);
  return fail(ErrorCode::Invalid, "no snapshot of the module (build.snapshot in wherry.toml): {}",
              reason);
}

struct MadeModule {
  Bytes bytes;
  std::vector<std::string> sources;  // what it was made of
};

static Result<MadeModule> make_module(const SourceTree& tree, const policy::ApplicationFile& file,
                                      const fs::path& temporary,
                                      const DiagnosticsSink& on_diagnostics) {
  Detected detected = TRY(detect(tree, file.build, file.assets));
  fs::path path = TRY(detected.toolchain->build({.folder = tree.folder(),
                                                 .sources = detected.sources,
                                                 .flags = file.build.flags,
                                                 .temporary = temporary,
                                                 .on_diagnostics = on_diagnostics}));
  Bytes bytes = TRY(read_file(path, {.size_bytes_max = wasm::limits::kModuleBytes}));
  // By its file, where it came as one.
  std::string what = detected.toolchain->many_sources ? "the module" : detected.sources.front();
  TRY(check_module(bytes, what, file.request.limits));
  if (file.build.snapshot) {
    bytes = TRY(take_snapshot(bytes, *file.build.snapshot, temporary));
    TRY(check_module(bytes, "its snapshot", file.request.limits));
  }
  return MadeModule{std::move(bytes), std::move(detected.sources)};
}

static Result<> check_claims(const BuildOptions& options, const policy::ApplicationFile& file) {
  if (!options.claims || file.claims) return {};
  return fail(ErrorCode::Invalid,
              "--sign-claims has nothing to sign: wherry.toml has no [claims] (module = \"M…\", "
              "whom they are about)");
}

static Result<> attach_sbom(oci::ImageStore& store, const oci::Image& image, const SourceTree& tree,
                            SbomInput input) {
  if (has_application_file(tree)) input.sources.emplace_back(kApplicationFileName);
  return signing::attach_document(store, image, signing::kSpdxType, TRY(make_sbom(tree, input)));
}

Result<Built> build_image(const BuildOptions& options) {
  SourceTree tree = TRY(SourceTree::open(options.folder));
  policy::ApplicationFile file = TRY(load_application_file(tree));
  oci::Reference name = TRY(choose_name(options, file));
  const std::string title = file.name.value_or(fs::path(name.repository).filename().string());
  TRY(check_claims(options, file));
  TemporaryFolder temporary = TRY(TemporaryFolder::create());
  MadeModule module = TRY(make_module(tree, file, temporary.path(), options.on_diagnostics));
  if (options.claims)
    module.bytes =
        TRY(sign_claims(module.bytes, *file.claims, title, *options.claims, temporary.path()));

  oci::ImageContents contents{.module = ByteSpan(module.bytes),
                              .config = {.request_json = policy::to_json(file.request),
                                         .trigger = policy::to_string(file.trigger),
                                         .title = title},
                              .assets = TRY(collect_assets(tree, file.assets)),
                              .created_s = TRY(oci::source_date_epoch())};
  const oci::ImageFormat format = options.format.value_or(
      contents.assets.empty() ? oci::ImageFormat::Artifact : oci::ImageFormat::Image);
  auto store = TRY(oci::ImageStore::open(options.image_store));
  auto add = [&]() -> Result<oci::Image> {
    oci::PackedImage packed = TRY(oci::pack_image(store, contents, format));
    return oci::unpack_and_adopt(store, name, packed.manifest_json, std::move(packed.blobs));
  };
  oci::Image image = TRY(with_context(add(), "image {}", name.to_string()));
  TRY(attach_sbom(store, image, tree,
                  {.name = title,
                   .module = module.bytes,
                   .sources = std::move(module.sources),
                   .assets = contents.assets,
                   .created_s = contents.created_s}));
  return Built{std::move(image), module.bytes.size(), contents.assets.size(), format,
               file.claims && !options.claims};
}

}  // namespace wherry::builder
