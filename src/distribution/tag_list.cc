#include "distribution/tag_list.h"

#include <algorithm>

#include "distribution/limits.h"
#include "distribution/paging.h"
#include "distribution/registry_protocol.h"
#include "support/json.h"
#include "support/quotes.h"

namespace wherry::distribution {

Result<std::vector<std::string>> parse_tag_page(std::string_view json) {
  Json page = TRY(with_context(parse_json(json), "the list of tags"));
  const Json* list = TRY(json_array(page, "tags"));
  std::vector<std::string> tags;
  if (!list) return tags;  // null: a repository whose last tag was deleted
  for (const Json& tag : *list) {
    const std::string* text = tag.get_ptr<const std::string*>();
    // What was parsed is of a tag's grammar, and does no harm on a terminal.
    if (!text || !oci::parse_reference("x:" + *text))
      return fail(ErrorCode::Malformed, "the list of tags has an entry that is none: {}",
                  text ? quote(*text, 80) : "");
    tags.push_back(*text);
  }
  return tags;
}

Result<std::vector<std::string>> list_tags(RegistrySession& session,
                                           const oci::Reference& repository) {
  std::vector<std::string> tags;
  auto refused = TRY(get_pages(
      session,
      session.repository_url(repository) + fmt::format("/tags/list?n={}", limits::kTagPage),
      {"Accept: application/json"}, [&](const HttpResponse& page) -> Result<> {
        for (std::string& tag : TRY(parse_tag_page(page.body))) tags.push_back(std::move(tag));
        if (tags.size() > limits::kTags)
          return fail(ErrorCode::Malformed, "more than {} tags", limits::kTags);
        return {};
      }));
  if (refused) return std::unexpected(registry_error(*refused));
  std::ranges::sort(tags);  // the order that the specification wants, and docker-registry has not
  return tags;
}

}  // namespace wherry::distribution
