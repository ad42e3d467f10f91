#include "distribution/referrer_list.h"

#include "distribution/manifest_transfer.h"
#include "distribution/paging.h"
#include "distribution/registry_protocol.h"
#include "oci/limits.h"
#include "support/json.h"

namespace wherry::distribution {

Result<std::vector<Referrer>> parse_referrers(std::string_view json) {
  Json index = TRY(with_context(parse_json(json, {.depth_max = 32}), "the list of referrers"));
  const Json* list = TRY(json_array(index, "manifests"));
  std::vector<Referrer> referrers;
  if (!list) return referrers;
  if (list->size() > oci::limits::kIndexEntries)
    return fail(ErrorCode::Malformed, "the list of referrers has more than {} entries",
                oci::limits::kIndexEntries);
  for (const Json& entry : *list)
    referrers.push_back({TRY(with_context(oci::read_descriptor(entry), "a referrer")),
                         TRY(json_string(entry, "artifactType")).value_or("")});
  return referrers;
}

std::string referrers_tag(const Digest& subject) { return "sha256-" + std::string(subject.hex()); }

// Registries that do not know the end point answer in many ways.
static bool has_no_end_point(int status) {
  return status == 404 || status == 405 || status == 400 || status == 501;
}

static Result<std::vector<Referrer>> list_by_tag(RegistrySession& session,
                                                 const oci::Reference& repository,
                                                 const Digest& subject) {
  Result<FetchedManifest> index = fetch_manifest(session, repository, referrers_tag(subject));
  if (!index && index.error().code == ErrorCode::NotFound) return std::vector<Referrer>();
  return parse_referrers(TRY(std::move(index)).json);
}

Result<std::vector<Referrer>> list_referrers(RegistrySession& session,
                                             const oci::Reference& repository,
                                             const Digest& subject) {
  std::vector<Referrer> referrers;
  auto refused = TRY(
      get_pages(session, session.repository_url(repository) + "/referrers/" + subject.to_string(),
                {"Accept: " + std::string(oci::media_type::kIndex)},
                [&](const HttpResponse& page) -> Result<> {
                  for (Referrer& one : TRY(parse_referrers(page.body)))
                    referrers.push_back(std::move(one));
                  return {};
                }));
  if (refused && !has_no_end_point(refused->status))
    return std::unexpected(registry_error(*refused));
  if (refused) referrers = TRY(list_by_tag(session, repository, subject));
  if (referrers.size() > oci::limits::kIndexEntries)
    return fail(ErrorCode::Malformed, "more than {} referrers", oci::limits::kIndexEntries);
  return referrers;
}

}  // namespace wherry::distribution
