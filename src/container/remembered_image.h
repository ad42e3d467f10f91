// What the name of an image meant when it was last looked up, as far as a start needs it: for the
// common case that the store has not changed since, which is then not read at all (four files and
// their JSON, a fifth of a start). Kept beside the artifacts (support/file_fact.h), and good while
// the store's index.json stays as it was: every change of the store replaces that file, and a
// manifest never changes, being named by its digest.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "oci/reference.h"
#include "support/digest.h"
#include "support/file_fact.h"

namespace wherry::container {

// What an ordinary image brings along for a start, besides its module; artifacts bring nothing.
struct ImageExtras {
  fs::path module_path;              // empty: the module is a blob
  fs::path files;                    // the folder that holds `folders`
  std::vector<std::string> folders;  // that the guest reads: "/static"
  std::vector<std::string> arguments;
  std::vector<std::string> default_arguments;
  std::vector<std::pair<std::string, std::string>> environment;
  bool operator==(const ImageExtras&) const = default;
};

struct RememberedImage {
  Digest module;
  std::string trigger;       // one word, or empty
  std::string request_json;  // may be empty
  ImageExtras extras = {};
  bool operator==(const RememberedImage&) const = default;
};

class ImageMemory {
 public:
  // `folder` must be the user's own, as that of the artifacts.
  ImageMemory(const fs::path& store, const fs::path& folder, const oci::Reference& reference);

  std::optional<RememberedImage> recall() const;
  void remember(const RememberedImage& image) const;

 private:
  std::string name_;
  FileFact fact_;
};

}  // namespace wherry::container
