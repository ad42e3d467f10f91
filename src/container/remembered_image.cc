#include "container/remembered_image.h"

#include <charconv>

#include "support/json.h"

namespace wherry::container {

// As text: "<name> <64 hex digits> <trigger> <length> <extras><request>", where <length> is that of
// <extras>, JSON or nothing; neither names nor triggers have spaces.

static std::string to_json(const ImageExtras& extras) {
  if (extras == ImageExtras()) return "";
  return Json({extras.module_path.string(), extras.files.string(), extras.folders, extras.arguments,
               extras.default_arguments, extras.environment})
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The text is our own, in a folder that is nobody else's: its form is not in question.
static std::optional<ImageExtras> parse_extras(std::string_view text) {
  ImageExtras extras;
  if (text.empty()) return extras;
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array() || json.size() != 6) return std::nullopt;
  extras.module_path = json[0].get<std::string>();
  extras.files = json[1].get<std::string>();
  json[2].get_to(extras.folders);
  json[3].get_to(extras.arguments);
  json[4].get_to(extras.default_arguments);
  json[5].get_to(extras.environment);
  return extras;
}

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
  const std::string_view length_text = next_word();
  size_t length = 0;
  std::from_chars(length_text.data(), length_text.data() + length_text.size(), length);
  auto extras = parse_extras(rest.substr(0, length));
  if (!extras) return std::nullopt;
  image.extras = *std::move(extras);
  image.request_json = rest.substr(std::min(length, rest.size()));
  return image;
}

void ImageMemory::remember(const RememberedImage& image) const {
  const std::string extras = to_json(image.extras);
  fact_.remember(fmt::format("{} {} {} {} {}{}", name_, image.module.hex(), image.trigger,
                             extras.size(), extras, image.request_json));
}

}  // namespace wherry::container
