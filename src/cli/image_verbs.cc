// wherry images, tag, rmi: the names in the local store.
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/local_store.h"
#include "cli/verbs.h"
#include "support/json.h"
#include "support/log.h"

namespace wherry::cli {

// A name and what it costs; the sizes are there with --size.
struct ListedImage {
  oci::Image image;
  std::optional<oci::ImageSize> size;
};

static Result<std::vector<ListedImage>> list_images(bool with_sizes) {
  oci::ImageStore store = TRY(open_store());
  std::map<std::string, oci::ImageSize> sizes;
  if (with_sizes)
    for (oci::ImageSize& size : TRY(store.sizes())) sizes.emplace(size.name, size);
  std::vector<ListedImage> list;
  for (oci::Image& image : TRY(store.list())) {
    auto size = sizes.find(image.name);
    list.push_back(
        {std::move(image), size == sizes.end() ? std::nullopt : std::optional(size->second)});
  }
  return list;
}

static std::string format_sizes(const oci::ImageSize& size) {
  return fmt::format("  {:<8}  {}", format_size(size.shared_bytes),
                     format_size(size.total_bytes - size.shared_bytes));
}

static std::string format_table(const std::vector<ListedImage>& images, bool with_sizes) {
  size_t width = 4;
  for (const auto& [image, size] : images) width = std::max(width, image.name.size());
  std::string text = fmt::format("{:<{}}  {:<12}  {:<8}  {:<8}{}\n", "NAME", width, "DIGEST",
                                 "TRIGGER", "SIZE", with_sizes ? "  SHARED    UNIQUE" : "");
  for (const auto& [image, size] : images) {
    std::string trigger = image.problem                  ? "unusable"
                          : image.config.trigger.empty() ? "-"
                                                         : image.config.trigger;
    std::string bytes = size            ? format_size(size->total_bytes)
                        : image.problem ? "-"
                                        : format_size(image.module.size_bytes);
    text += fmt::format("{:<{}}  {:<12}  {:<8}  {:<8}{}\n", image.name, width,
                        image.named().digest.hex().substr(0, 12), trigger, bytes,
                        size ? format_sizes(*size) : "");
  }
  return text;
}

static std::string format_json(const std::vector<ListedImage>& images) {
  Json list = Json::array();
  for (const auto& [image, size] : images) {
    Json entry = {{"name", image.name}, {"digest", image.named().digest.to_string()}};
    if (image.problem)
      entry["problem"] = image.problem->message;
    else
      entry.update({{"trigger", image.config.trigger}, {"moduleBytes", image.module.size_bytes}});
    if (size)
      entry.update({{"totalBytes", size->total_bytes},
                    {"sharedBytes", size->shared_bytes},
                    {"uniqueBytes", size->total_bytes - size->shared_bytes}});
    list.push_back(std::move(entry));
  }
  return list.dump(2) + "\n";
}

int images(int argc, char** argv) {
  CLI::App app("List the images of the local store.", "wherry images");
  bool as_json = false, quiet = false, with_sizes = false;
  app.add_flag("--json", as_json, "as JSON");
  app.add_flag("-q,--quiet", quiet, "names only");
  app.add_flag("--size", with_sizes,
               "all that an image takes, and what of it other images share or it has for itself");
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;

  auto list = list_images(with_sizes);
  if (!list) return report(list.error());
  std::string text;
  if (quiet)
    for (const ListedImage& listed : *list) text += listed.image.name + "\n";
  else
    text = as_json ? format_json(*list) : format_table(*list, with_sizes);
  std::fputs(text.c_str(), stdout);
  for (const auto& [image, size] : *list)
    if (image.problem) log::warning(fmt::format("{}: {}", image.name, image.problem->message));
  return kSuccess;
}

static Result<> tag_image(const std::string& existing, const std::string& added) {
  oci::Reference from = TRY(oci::parse_reference(existing));
  oci::Reference to = TRY(oci::parse_reference(added));
  return TRY(open_store()).tag(from, to);
}

int tag(int argc, char** argv) {
  CLI::App app("Give an image a further name.", "wherry tag");
  std::string existing, added;
  app.add_option("image", existing, "name[:tag] of an image")->required();
  app.add_option("name", added, "its further name: [registry/]repository[:tag]")->required();
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;
  auto done = tag_image(existing, added);
  return done ? kSuccess : report(done.error());
}

static Result<> remove_image(const std::string& name) {
  oci::Reference reference = TRY(oci::parse_reference(name));
  return TRY(open_store()).remove(reference);
}

int rmi(int argc, char** argv) {
  CLI::App app("Remove images from the local store; what no other image needs goes with them.",
               "wherry rmi");
  std::vector<std::string> names;
  app.add_option("image", names, "name[:tag] of an image")->required();
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;
  int code = kSuccess;
  for (const std::string& name : names)
    if (auto done = remove_image(name); !done) code = report(done.error());
  return code;
}

}  // namespace wherry::cli
