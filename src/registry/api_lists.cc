// Lists, in pages: distribution 1.1, end-8 (tags) and end-12 (referrers), and docker's _catalog.
#include "oci/manifest.h"
#include "registry/api.h"
#include "registry/limits.h"
#include "registry/ranges.h"
#include "support/json.h"

namespace wherry::registry {

namespace {

// `n` and `last`, as tags and _catalog have them.
Answer<PageRange> page_range(const Target& target) {
  PageRange range{.count_max = limits::kPageEntries};
  if (const std::string* last = target.find_parameter("last")) range.after = *last;
  if (const std::string* text = target.find_parameter("n")) {
    const std::optional<uint64_t> count = parse_number(*text);
    if (!count) return refuse(400, code::kUnsupported, "n is not a number of entries");
    range.count_max = std::min<uint64_t>(*count, limits::kPageEntries);
  }
  return range;
}

// RFC 8288; the specification has clients follow it. Never behind an empty page: n=0 asks for no
// more.
void add_next_link(Response& response, const std::string& path, const Page& page,
                   std::string_view parameters) {
  if (!page.has_more || page.entries.empty()) return;
  response.fields.push_back(
      {"Link", fmt::format("<{}?{}last={}>; rel=\"next\"", path, parameters, page.entries.back())});
}

Response json_response(const OrderedJson& document) {
  return {.fields = {{"Content-Type", "application/json"}},
          .body = document.dump(-1, ' ', false, OrderedJson::error_handler_t::replace)};
}

}  // namespace

Answer<Response> Api::list_catalog(const Target& target) {
  const PageRange range = TRY(page_range(target));
  const Page page = TRY(list_repositories(storage_, range));
  Response response = json_response({{"repositories", page.entries}});
  add_next_link(response, "/v2/_catalog", page, fmt::format("n={}&", range.count_max));
  return response;
}

Answer<Response> Api::list_tags(const Target& target) {
  const PageRange range = TRY(page_range(target));
  const std::string& name = target.repository->text();
  const Repository names = repository(target);
  if (!names.exists())
    return refuse(404, code::kNameUnknown, "no repository {} is known here", name);
  const Page page = TRY(names.list_tags(range));
  OrderedJson document;
  document["name"] = name;
  document["tags"] = page.entries;
  Response response = json_response(document);
  add_next_link(response, fmt::format("/v2/{}/tags/list", name), page,
                fmt::format("n={}&", range.count_max));
  return response;
}

// RFC 3986 §2.3, for a parameter that we repeat in a link.
static std::string encode_percent(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

static bool is_of_type(const OrderedJson& descriptor, const std::string& type) {
  const auto member = descriptor.find("artifactType");
  return member != descriptor.end() && *member == type;
}

// A page ends at a number of bytes, since descriptors carry annotations. Also of a subject that is
// not here: the specification answers an empty list, never 404.
Answer<Response> Api::list_referrers(const Target& target) {
  const std::string* type = target.find_parameter("artifactType");
  PageRange range{.count_max = limits::kPageEntries};
  if (const std::string* last = target.find_parameter("last")) range.after = *last;
  const Repository names = repository(target);
  Page page = TRY(names.list_referrers(*target.digest, range));
  OrderedJson index;
  index["schemaVersion"] = 2;
  index["mediaType"] = oci::media_type::kIndex;
  index["manifests"] = OrderedJson::array();
  size_t size_bytes = 0, seen = 0;
  for (const std::string& hex : page.entries) {
    const auto text = TRY(names.read_referrer(*target.digest, hex));
    // Written before its manifest's record: one without the other never came to be.
    const Result<Digest> digest = parse_digest("sha256:" + hex);
    if (!text || !digest || !TRY(names.find_manifest(*digest))) {
      seen++;
      continue;
    }
    OrderedJson descriptor = OrderedJson::parse(*text, nullptr, false);
    if (size_bytes + text->size() > limits::kReferrersPageBytes) break;
    seen++;
    if (!descriptor.is_object() || (type && !is_of_type(descriptor, *type))) continue;
    size_bytes += text->size();
    index["manifests"].push_back(std::move(descriptor));
  }
  if (seen < page.entries.size()) page.has_more = true;
  page.entries.resize(seen);
  Response response = json_response(index);
  response.fields[0].value = oci::media_type::kIndex;
  if (type) response.fields.push_back({"OCI-Filters-Applied", "artifactType"});
  add_next_link(
      response,
      fmt::format("/v2/{}/referrers/{}", target.repository->text(), target.digest->to_string()),
      page, type ? fmt::format("artifactType={}&", encode_percent(*type)) : "");
  return response;
}

}  // namespace wherry::registry
