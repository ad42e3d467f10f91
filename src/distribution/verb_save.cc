#include <unistd.h>

#include <memory>

#include "distribution/registry_verbs.h"
#include "oci/image_archive.h"

namespace wherry::distribution {

namespace {
struct SaveFlags {
  CommonFlags common;
  std::vector<std::string> images;
  std::string output = "-";
  std::string format = "oci";
};
}  // namespace

static Result<std::vector<oci::Image>> find_images(const oci::ImageStore& store,
                                                   const std::vector<std::string>& names) {
  std::map<std::string, oci::Image> images;  // each once
  for (const std::string& name : names) {
    oci::Image image = TRY(store.find(TRY(oci::parse_reference(name))));
    images.emplace(image.name, std::move(image));
  }
  std::vector<oci::Image> list;
  for (auto& [name, image] : images) list.push_back(std::move(image));
  return list;
}

// By name, the digest that it has in the archive.
static Result<std::map<std::string, Digest>> write_archive(const SaveFlags& flags,
                                                           oci::ImageStore& store,
                                                           const std::vector<oci::Image>& images,
                                                           oci::TarWriter::Sink sink) {
  if (flags.format == "docker") return oci::save_docker_archive(store, images, std::move(sink));
  TRY(oci::save_archive(store, images, std::move(sink)));
  std::map<std::string, Digest> digests;
  for (const oci::Image& image : images) digests[image.name] = image.named().digest;
  return digests;
}

static Result<> save_to_output(const SaveFlags& flags, oci::ImageStore& store,
                               const std::vector<oci::Image>& images) {
  if (::isatty(STDOUT_FILENO))
    return fail(ErrorCode::Invalid, "an archive is not for a terminal (give a file with -o)");
  TRY(write_archive(flags, store, images, [](ByteSpan bytes) {
    return with_context(write_all(STDOUT_FILENO, bytes), "writing the archive");
  }));
  return {};
}

static Result<> save(const SaveFlags& flags) {
  oci::ImageStore store = TRY(open_store(flags.common));
  const std::vector<oci::Image> images = TRY(find_images(store, flags.images));
  if (flags.output == "-") return save_to_output(flags, store, images);
  AtomicFile file = TRY(AtomicFile::create(flags.output));
  const auto saved =
      TRY(write_archive(flags, store, images, [&](ByteSpan bytes) { return file.write(bytes); }));
  TRY(file.commit());
  if (flags.common.quiet) return {};
  for (const auto& [name, digest] : saved) fmt::print("saved {} {}\n", name, digest.to_string());
  return {};
}

void add_save_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<SaveFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand(
      "save",
      "Write images of the local store to an archive: with their signatures in OCI's form, or for "
      "`docker load` and `podman load`.");
  verb->add_option("image", flags->images, "the images in the local store")
      ->required()
      ->type_name("NAME[:TAG]");
  verb->add_option("-o,--output", flags->output, "the archive (default: standard output)")
      ->type_name("FILE");
  verb->add_option("--format", flags->format,
                   "oci (default), or docker: ordinary images, without signatures, as `docker "
                   "save` writes them")
      ->check(CLI::IsMember({"oci", "docker"}))
      ->type_name("FORMAT");
  add_store_flags(*verb, flags->common);
  verb->callback([flags, &chosen] { chosen = [flags] { return save(*flags); }; });
}

}  // namespace wherry::distribution
