#include "oci/registry_client.h"

#include "oci/image_format.h"
#include "oci/limits.h"
#include "oci/quote.h"
#include "oci/registry_protocol.h"

namespace wherry::oci {

RegistryClient::RegistryClient(Transport& transport, const std::string& registry,
                               RegistryOptions options)
    : transport_(transport), options_(std::move(options)) {
  bool plain = options_.plain_http || is_loopback_registry(registry);
  base_url_ = (plain ? "http://" : "https://") + registry;
}

std::string RegistryClient::repository_url(const Reference& reference) const {
  return base_url_ + "/v2/" + reference.repository;
}

Result<> RegistryClient::fetch_token(const HttpResponse& refusal) {
  std::optional<BearerChallenge> challenge =
      parse_bearer_challenge(refusal.header("www-authenticate"));
  if (!challenge) return std::unexpected(registry_error(doing_, refusal));
  std::string url = TRY(with_context(token_url(*challenge), "{}", doing_));
  if (base_url_.starts_with("https:") && !url.starts_with("https:"))
    return fail(ErrorCode::Denied, "{}: the registry's token server is not on https", doing_);
  HttpResponse answer = TRY(with_context(
      transport_.send({.url = std::move(url), .headers = {"Accept: application/json"}}), "{}",
      doing_));
  if (answer.status != 200)
    return std::unexpected(registry_error(doing_ + ": asking for a token", answer));
  token_ = TRY(with_context(parse_token(answer.body), "{}", doing_));
  return {};
}

Result<HttpResponse> RegistryClient::send(HttpRequest request) {
  // A Location may lead to another host, which is not to have the token.
  bool is_ours = url_origin(request.url) == base_url_;
  bool had_token = is_ours && !token_.empty();
  if (is_ours) request.bearer_token = token_;
  HttpResponse response = TRY(with_context(transport_.send(request), "{}", doing_));
  if (response.status != 401 || !is_ours || had_token) return response;
  TRY(fetch_token(response));
  request.bearer_token = token_;
  return with_context(transport_.send(request), "{}", doing_);
}

// --- pushing

Result<> RegistryClient::push_blob(const ImageStore& store, const Descriptor& blob,
                                   const Reference& target) {
  auto tell = [&](const char* what) {
    if (options_.on_blob) options_.on_blob(what, blob);
  };
  std::string url = repository_url(target) + "/blobs/";
  HttpResponse found = TRY(send({.method = "HEAD", .url = url + blob.digest.to_string()}));
  if (found.status == 200) {
    tell("there already");
    return {};
  }
  tell("uploading");
  Mapping content = TRY(store.map_blob(blob, limits::kModuleBytes));
  // end-4a, then end-6: one PUT with all of it.
  HttpResponse session = TRY(send({.method = "POST", .url = url + "uploads/"}));
  if (session.status != 202) return std::unexpected(registry_error(doing_, session));
  std::string location = TRY(
      with_context(resolve_location(url + "uploads/", session.header("location")), "{}", doing_));
  HttpResponse done = TRY(send({.method = "PUT",
                                .url = add_query(location, "digest", blob.digest.to_string()),
                                .headers = {"Content-Type: application/octet-stream"},
                                .body = content.bytes()}));
  if (done.status != 201) return std::unexpected(registry_error(doing_, done));
  return {};
}

Result<> RegistryClient::push_manifest(const Image& image, const Reference& target) {
  std::string name = target.tag.empty() ? image.manifest.digest.to_string() : target.tag;
  HttpResponse done = TRY(send({.method = "PUT",
                                .url = repository_url(target) + "/manifests/" + name,
                                .headers = {"Content-Type: " + image.manifest.media_type},
                                .body = as_bytes(image.manifest_json)}));
  if (done.status != 201) return std::unexpected(registry_error(doing_, done));
  std::string digest = done.header("docker-content-digest");
  if (!digest.empty() && digest != image.manifest.digest.to_string())
    return fail(ErrorCode::Malformed, "{}: the registry stored the manifest as {} instead of {}",
                doing_, quote(digest, 80), image.manifest.digest.to_string());
  return {};
}

Result<> RegistryClient::push(const ImageStore& store, const Image& image,
                              const Reference& target) {
  doing_ = "pushing " + target.to_string();
  if (target.digest && *target.digest != image.manifest.digest)
    return fail(ErrorCode::Invalid, "{}: the image's digest is another, {}", doing_,
                image.manifest.digest.to_string());
  Manifest manifest = TRY(parse_manifest(image.manifest_json));
  TRY(push_blob(store, manifest.config, target));
  for (const Descriptor& layer : manifest.layers) TRY(push_blob(store, layer, target));
  return push_manifest(image, target);
}

// --- pulling

// The type that the document states. Content-Type must not contradict it: two tools that believe
// different ones would see two images under one digest (CVE-2021-41190).
static Result<std::string> manifest_type(const HttpResponse& response) {
  std::string type = response.header("content-type");
  type = type.substr(0, type.find_first_of("; "));
  Json document =
      TRY(parse_json(response.body, {.size_bytes_max = limits::kManifestBytes, .depth_max = 32}));
  std::optional<std::string> stated = TRY(json_string(document, "mediaType"));
  bool is_known =
      is_index_type(type) || type == media_type::kManifest || type == media_type::kDockerManifest;
  if (!stated) return type;
  if (is_known && type != *stated)
    return fail(ErrorCode::Malformed, "the manifest came as '{}' and calls itself '{}'", type,
                quote(*stated, 80));
  return *stated;
}

Result<RegistryClient::FetchedManifest> RegistryClient::fetch_manifest(
    const Reference& source, const std::string& tag_or_digest) {
  std::string accept = "Accept: ";
  for (std::string_view type :
       {media_type::kManifest, media_type::kIndex, media_type::kDockerManifest})
    accept += std::string(type) + ", ";
  accept += media_type::kDockerIndex;
  HttpResponse response = TRY(send({.url = repository_url(source) + "/manifests/" + tag_or_digest,
                                    .headers = {accept},
                                    .answer_bytes_max = limits::kManifestBytes}));
  if (response.status != 200 || response.header("content-type").starts_with("text/html"))
    return std::unexpected(registry_error(doing_, response));
  std::string type = TRY(with_context(manifest_type(response), "{}", doing_));
  Digest digest = sha256(as_bytes(response.body));
  std::string promised = response.header("docker-content-digest");
  if (tag_or_digest.find(':') != std::string::npos) promised = tag_or_digest;
  if (!promised.empty() && promised != digest.to_string())
    return fail(ErrorCode::Malformed, "{}: the manifest's digest is {} and not {}", doing_,
                digest.to_string(), quote(promised, 80));
  return FetchedManifest{std::move(response.body), std::move(type), digest};
}

// Follows indexes to the manifest for WebAssembly, each step by digest.
Result<RegistryClient::FetchedManifest> RegistryClient::fetch_wasm_manifest(
    const Reference& source) {
  FetchedManifest fetched =
      TRY(fetch_manifest(source, source.digest ? source.digest->to_string() : source.tag));
  for (int depth = 0; is_index_type(fetched.media_type); depth++) {
    if (depth == limits::kIndexDepth)
      return fail(ErrorCode::Malformed, "{}: indexes are nested deeper than {} levels", doing_,
                  limits::kIndexDepth);
    Index index = TRY(with_context(parse_index(fetched.json), "{}", doing_));
    const IndexEntry* entry = TRY(with_context(select_wasm_entry(index), "{}", doing_));
    fetched = TRY(fetch_manifest(source, entry->descriptor.digest.to_string()));
  }
  return fetched;
}

Result<BlobWriter> RegistryClient::fetch_blob(ImageStore& store, const Descriptor& blob,
                                              const Reference& source) {
  BlobWriter writer = TRY(store.write_blob(blob));
  HttpResponse response =
      TRY(send({.url = repository_url(source) + "/blobs/" + blob.digest.to_string(),
                .sink = [&](ByteSpan bytes) { return writer.write(bytes); }}));
  if (response.status != 200) return std::unexpected(registry_error(doing_, response));
  TRY(with_context(writer.finish(), "{}", doing_));
  return writer;
}

Result<Image> RegistryClient::pull(ImageStore& store, const Reference& source,
                                   const Reference& stored_as) {
  doing_ = "pulling " + source.to_string();
  FetchedManifest fetched = TRY(fetch_wasm_manifest(source));
  Manifest manifest = TRY(with_context(parse_manifest(fetched.json), "{}", doing_));
  const Descriptor* module = TRY(with_context(find_module_layer(manifest), "{}", doing_));
  std::vector<BlobWriter> staged;
  for (const Descriptor& blob : {manifest.config, *module}) {
    bool is_there = store.has_blob(blob);
    if (options_.on_blob) options_.on_blob(is_there ? "there already" : "downloading", blob);
    if (!is_there) staged.push_back(TRY(fetch_blob(store, blob, source)));
  }
  return with_context(store.adopt(stored_as, fetched.json, std::move(staged)), "{}", doing_);
}

}  // namespace wherry::oci
