// image_store_tool: ImageStore's operations as commands, for the scripts of this folder, so that
// they need no toolchain to make an image and can look at a store without the front program.
//   image_store_tool STORE add NAME FILE [REQUEST_JSON [TRIGGER]] | list | find NAME | tag NAME
//   ADDED | remove NAME
#include <cstdio>
#include <vector>

#include "oci/image_store.h"
#include "support/log.h"

namespace wherry::oci {
namespace {

void print(const Image& image) {
  fmt::print("{} {} {}\n", image.name, image.manifest.digest.to_string(),
             image.problem ? image.problem->message : image.module_path.string());
}

Result<> add(ImageStore& store, const std::vector<std::string>& words) {
  Bytes module = TRY(read_file(words.at(1), {.size_bytes_max = 1 << 30}));
  ImageConfig config{.request_json = words.size() > 2 ? words[2] : "",
                     .trigger = words.size() > 3 ? words[3] : "",
                     .title = ""};
  print(TRY(store.add({.module = module, .name = words[0], .config = config})));
  return {};
}

Result<> run(const fs::path& directory, const std::string& verb,
             const std::vector<std::string>& words) {
  ImageStore store = TRY(ImageStore::open(directory));
  if (verb == "add") return add(store, words);
  if (verb == "list") {
    for (const Image& image : TRY(store.list())) print(image);
    return {};
  }
  Reference reference = TRY(parse_reference(words.at(0)));
  if (verb == "tag") return store.tag(reference, TRY(parse_reference(words.at(1))));
  if (verb == "remove") return store.remove(reference);
  print(TRY(store.find(reference)));
  return {};
}

}  // namespace
}  // namespace wherry::oci

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  auto done = wherry::oci::run(argv[1], argv[2], {argv + 3, argv + argc});
  if (!done) wherry::log::error(done.error().message);
  return done ? 0 : 1;
}
