#include "container/remembered_image.h"

namespace wherry::container {

// As text: "<name> <64 hex digits> <trigger> <request>"; neither names nor triggers have spaces.

static fs::path link_of(const fs::path& folder, const std::string& name) {
  return folder / ("image." + sha256(as_bytes(name)).hex().substr(0, 16));
}

ImageMemory::ImageMemory(const fs::path& store, const fs::path& folder,
                         const oci::Reference& reference)
    : name_(reference.to_string()), fact_(store / "index.json", link_of(folder, name_)) {}

std::optional<RememberedImage> ImageMemory::recall() const {
  std::optional<std::string> text = fact_.recall();
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  auto next_word = [&]() -> std::string_view {
    const size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
  };
  if (next_word() != name_) return std::nullopt;  // of another name with the same link
  auto digest = parse_digest("sha256:" + std::string(next_word()));
  if (!digest) return std::nullopt;
  RememberedImage image{.module = *digest, .trigger = {}, .request_json = {}};
  image.trigger = next_word();
  image.request_json = rest;
  return image;
}

void ImageMemory::remember(const RememberedImage& image) const {
  fact_.remember(
      fmt::format("{} {} {} {}", name_, image.module.hex(), image.trigger, image.request_json));
}

}  // namespace wherry::container
