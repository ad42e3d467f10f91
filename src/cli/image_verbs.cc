// wherry images, tag, rmi: the names in the local store.
#include <cstdio>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "oci/image_store.h"
#include "support/install_paths.h"
#include "support/json.h"
#include "support/log.h"

namespace wherry::cli {

static Result<oci::ImageStore> open_store() {
  return oci::ImageStore::open(TRY(image_store_path()));
}

// Bytes as people read them: "36 KB", "1.4 MB" (powers of ten, as registries count).
static std::string format_size(uint64_t size_bytes) {
  if (size_bytes < 1000) return fmt::format("{} B", size_bytes);
  if (size_bytes < 1000 * 1000) return fmt::format("{} KB", size_bytes / 1000);
  return fmt::format("{:.1f} MB", static_cast<double>(size_bytes) / 1e6);
}

static std::string format_table(const std::vector<oci::Image>& images) {
  size_t width = 4;
  for (const oci::Image& image : images) width = std::max(width, image.name.size());
  std::string text =
      fmt::format("{:<{}}  {:<12}  {:<8}  SIZE\n", "NAME", width, "DIGEST", "TRIGGER");
  for (const oci::Image& image : images) {
    std::string trigger = image.problem                  ? "unusable"
                          : image.config.trigger.empty() ? "-"
                                                         : image.config.trigger;
    text += fmt::format("{:<{}}  {:<12}  {:<8}  {}\n", image.name, width,
                        image.manifest.digest.hex().substr(0, 12), trigger,
                        image.problem ? "-" : format_size(image.module.size_bytes));
  }
  return text;
}

static std::string format_json(const std::vector<oci::Image>& images) {
  Json list = Json::array();
  for (const oci::Image& image : images) {
    Json entry = {{"name", image.name}, {"digest", image.manifest.digest.to_string()}};
    if (image.problem)
      entry["problem"] = image.problem->message;
    else
      entry.update({{"trigger", image.config.trigger}, {"moduleBytes", image.module.size_bytes}});
    list.push_back(std::move(entry));
  }
  return list.dump(2) + "\n";
}

int images(int argc, char** argv) {
  CLI::App app("List the images of the local store.", "wherry images");
  bool as_json = false, quiet = false;
  app.add_flag("--json", as_json, "as JSON");
  app.add_flag("-q,--quiet", quiet, "names only");
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;

  auto store = open_store();
  if (!store) return report(store.error());
  auto list = store->list();
  if (!list) return report(list.error());
  std::string text;
  if (quiet)
    for (const oci::Image& image : *list) text += image.name + "\n";
  else
    text = as_json ? format_json(*list) : format_table(*list);
  std::fputs(text.c_str(), stdout);
  for (const oci::Image& image : *list)
    if (image.problem) log::warning(fmt::format("{}: {}", image.name, image.problem->message));
  return kSuccess;
}

static Result<> tag_image(const std::string& existing, const std::string& added) {
  oci::Reference from = TRY(oci::parse_reference(existing));
  oci::Reference to = TRY(oci::parse_reference(added));
  return TRY(open_store())
  .tag(from, to);
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
  return TRY(open_store())
  .remove(reference);
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
