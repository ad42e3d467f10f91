#include "distribution/manifest_transfer.h"

#include "distribution/registry_protocol.h"
#include "oci/limits.h"
#include "oci/manifest.h"
#include "support/quotes.h"

namespace wherry::distribution {

Result<HttpResponse> offer_manifest(RegistrySession& session, const OutgoingManifest& manifest,
                                    const oci::Reference& target) {
  std::string name = target.tag.empty() ? manifest.digest.to_string() : target.tag;
  return session.send({.method = "PUT",
                       .url = session.repository_url(target) + "/manifests/" + name,
                       .headers = {"Content-Type: " + manifest.media_type},
                       .body = as_bytes(manifest.json)});
}

Result<> check_stored(const OutgoingManifest& manifest, const HttpResponse& answer) {
  if (answer.status != 201) return std::unexpected(registry_error(answer));
  std::string digest = answer.header("docker-content-digest");
  if (!digest.empty() && digest != manifest.digest.to_string())
    return fail(ErrorCode::Malformed, "the registry stored the manifest as {} instead of {}",
                quote(digest, 80), manifest.digest.to_string());
  return {};
}

Result<> put_manifest(RegistrySession& session, const OutgoingManifest& manifest,
                      const oci::Reference& target) {
  return check_stored(manifest, TRY(offer_manifest(session, manifest, target)));
}

// The type that the document states. Content-Type must not contradict it: two tools that believe
// different ones would see two images under one digest (CVE-2021-41190).
static Result<std::string> manifest_type(const HttpResponse& response) {
  std::string type = response.header("content-type");
  type = type.substr(0, type.find_first_of("; "));
  Json document = TRY(
      parse_json(response.body, {.size_bytes_max = oci::limits::kManifestBytes, .depth_max = 32}));
  std::optional<std::string> stated = TRY(json_string(document, "mediaType"));
  bool is_known = oci::is_index_type(type) || type == oci::media_type::kManifest ||
                  type == oci::media_type::kDockerManifest;
  if (!stated) return type;
  if (is_known && type != *stated)
    return fail(ErrorCode::Malformed, "the manifest came as '{}' and calls itself '{}'", type,
                quote(*stated, 80));
  return *stated;
}

static std::string accept_header() {
  std::string accept = "Accept: ";
  for (std::string_view type :
       {oci::media_type::kManifest, oci::media_type::kIndex, oci::media_type::kDockerManifest})
    accept += std::string(type) + ", ";
  return accept + std::string(oci::media_type::kDockerIndex);
}

std::string tag_or_digest(const oci::Reference& reference) {
  return reference.digest ? reference.digest->to_string() : reference.tag;
}

Result<std::optional<Digest>> find_manifest(RegistrySession& session, const oci::Reference& source,
                                            const std::string& tag_or_digest) {
  HttpResponse response =
      TRY(session.send({.method = "HEAD",
                        .url = session.repository_url(source) + "/manifests/" + tag_or_digest,
                        .headers = {accept_header()}}));
  // Other answers are repeated, with their reasons, to the GET that follows.
  if (response.status != 200) return std::nullopt;
  Result<Digest> digest = parse_digest(response.header("docker-content-digest"));
  return digest ? std::optional(*digest) : std::nullopt;
}

Result<FetchedManifest> fetch_manifest(RegistrySession& session, const oci::Reference& source,
                                       const std::string& tag_or_digest) {
  HttpResponse response =
      TRY(session.send({.url = session.repository_url(source) + "/manifests/" + tag_or_digest,
                        .headers = {accept_header()},
                        .answer_bytes_max = oci::limits::kManifestBytes}));
  if (response.status != 200 || response.header("content-type").starts_with("text/html"))
    return std::unexpected(registry_error(response));
  std::string type = TRY(manifest_type(response));
  Digest digest = sha256(as_bytes(response.body));
  std::string promised = response.header("docker-content-digest");
  if (tag_or_digest.find(':') != std::string::npos) promised = tag_or_digest;
  if (!promised.empty() && promised != digest.to_string())
    return fail(ErrorCode::Malformed, "the manifest's digest is {} and not {}", digest.to_string(),
                quote(promised, 80));
  return FetchedManifest{std::move(response.body), std::move(type), digest};
}

// One that `known` gives was held to its digest when it came.
static Result<FetchedManifest> fetch_entry(RegistrySession& session, const oci::Reference& source,
                                           const oci::Descriptor& entry,
                                           const KnownManifest& known) {
  std::optional<std::string> json = known ? known(entry) : std::nullopt;
  if (!json) {
    FetchedManifest fetched = TRY(fetch_manifest(session, source, entry.digest.to_string()));
    if (fetched.json.size() == entry.size_bytes) return fetched;
    return fail(ErrorCode::Malformed, "the manifest {} has {} bytes instead of {}",
                entry.digest.to_string(), fetched.json.size(), entry.size_bytes);
  }
  std::string type = TRY(oci::describe_manifest(*json)).media_type;
  return FetchedManifest{*std::move(json), std::move(type), entry.digest};
}

Result<std::vector<FetchedManifest>> fetch_manifest_chain(RegistrySession& session,
                                                          const oci::Reference& source,
                                                          const KnownManifest& known) {
  std::vector<FetchedManifest> fetched;
  fetched.push_back(TRY(fetch_manifest(session, source, tag_or_digest(source))));
  while (oci::is_index_type(fetched.back().media_type)) {
    if (fetched.size() > oci::limits::kIndexDepth)
      return fail(ErrorCode::Malformed, "indexes are nested deeper than {} levels",
                  oci::limits::kIndexDepth);
    const oci::Index index = TRY(oci::parse_index(fetched.back().json));
    const oci::IndexEntry* entry = TRY(oci::select_wasm_entry(index));
    fetched.push_back(TRY(fetch_entry(session, source, entry->descriptor, known)));
  }
  return fetched;
}

}  // namespace wherry::distribution
