// Manifests and tags: distribution 1.1, end-3, end-7 and end-9.
#include "registry/api.h"
#include "registry/limits.h"
#include "registry/pushed_manifest.h"

namespace wherry::registry {

namespace {

std::unexpected<Refusal> unknown_manifest() {
  return refuse(404, code::kManifestUnknown, "no such tag or manifest in this repository");
}

Answer<std::string> receive_manifest(const Request& request) {
  auto too_large = [] {
    return refuse(413, code::kSizeInvalid, "a manifest has at most {} bytes",
                  limits::kManifestBytes);
  };
  const std::optional<uint64_t> announced = request.body->announced_bytes();
  if (announced && *announced > limits::kManifestBytes) return too_large();
  std::string json;
  std::vector<std::byte> buffer(limits::kTransferBufferBytes);
  while (const size_t count = TRY(request.body->read(buffer))) {
    if (json.size() + count > limits::kManifestBytes) return too_large();
    json += as_text(ByteSpan(buffer).first(count));
  }
  return json;
}

}  // namespace

Answer<Response> Api::get_manifest(const Request& request, const Target& target) {
  // As with blobs (api_blobs.cc): an index may be about to name it.
  if (request.method == "HEAD" && target.digest) TRY(renew_manifest(target));
  const Repository names = repository(target);
  std::optional<Digest> digest = target.digest;
  if (target.tag) digest = TRY(names.find_tag(*target.tag));
  if (!digest) return unknown_manifest();
  const std::optional<ManifestRecord> record = TRY(names.find_manifest(*digest));
  std::optional<Content> content = TRY(storage_.find_content(*digest));
  if (!record || !content) return unknown_manifest();
  Response response;
  response.fields = {{"Content-Type", record->media_type},
                     {"Docker-Content-Digest", digest->to_string()},
                     {"ETag", entity_tag(*digest)}};
  if (is_known_to_client(request, *digest)) {
    response.status = 304;
    return response;
  }
  response.file = FileBody{.file = std::move(content->file), .size_bytes = content->size_bytes};
  return response;
}

Answer<> Api::renew_manifest(const Target& target) {
  if (storage_.is_read_only()) return {};
  const std::lock_guard lock(repository_mutex(target));
  TRY(repository(target).renew_manifest(*target.digest));
  return {};
}

// Whether everything is here that the manifest refers to: what is pulled by it can be pulled whole.
static Answer<> check_references(const PushedManifest& manifest, const Storage& storage,
                                 const Repository& names) {
  auto check = [&](const oci::Descriptor& wanted, bool is_here, const char* kind) -> Answer<> {
    const std::optional<Content> content = TRY(storage.find_content(wanted.digest));
    if (!is_here || !content)
      return refuse(400, code::kManifestBlobUnknown,
                    "the {} {} that the manifest refers to is not in this repository (it has to "
                    "be pushed first)",
                    kind, wanted.digest.to_string());
    if (content->size_bytes == wanted.size_bytes) return {};
    return refuse(400, code::kManifestInvalid, "the {} {} has {} bytes, not {}", kind,
                  wanted.digest.to_string(), content->size_bytes, wanted.size_bytes);
  };
  for (const oci::Descriptor& blob : manifest.blobs)
    TRY(check(blob, names.has_blob(blob.digest), "blob"));
  for (const oci::Descriptor& child : manifest.manifests)
    TRY(check(child, TRY(names.find_manifest(child.digest)).has_value(), "manifest"));
  return {};
}

Answer<> Api::store_manifest(Repository& names, const Digest& digest, std::string_view json,
                             const PushedManifest& manifest) {
  const std::lock_guard naming(storage_.locks().of_content(digest));
  TRY(storage_.add_content(digest, as_bytes(json)));
  TRY(names.add_manifest(digest, {.media_type = manifest.media_type, .subject = manifest.subject},
                         manifest.referrer_descriptor));
  return {};
}

Answer<Response> Api::put_manifest(const Request& request, const Target& target) {
  if (!target.tag && !target.digest)
    return refuse(400, code::kManifestInvalid,
                  "the tag is not one (letters, digits, _ . -, at most {}, beginning with none of "
                  ". and -)",
                  limits::kTagBytes);
  const std::string json = TRY(receive_manifest(request));
  const Digest digest = sha256(as_bytes(json));
  if (target.digest && *target.digest != digest)
    return refuse(400, code::kDigestInvalid, "the manifest is {}, not what its URL says",
                  digest.to_string());
  const std::string* type = request.find_field("Content-Type");
  const PushedManifest manifest =
      TRY(parse_pushed_manifest(json, type ? std::string_view(*type) : std::string_view(), digest));
  const std::lock_guard lock(repository_mutex(target));
  Repository names = repository(target);
  TRY(check_references(manifest, storage_, names));
  TRY(store_manifest(names, digest, json, manifest));
  if (target.tag) TRY(names.set_tag(*target.tag, digest));
  Response response{
      .status = 201,
      .fields = {{"Location", fmt::format("/v2/{}/manifests/{}", target.repository->text(),
                                          digest.to_string())},
                 {"Docker-Content-Digest", digest.to_string()}}};
  if (manifest.subject) response.fields.push_back({"OCI-Subject", manifest.subject->to_string()});
  return response;
}

// A tag alone, or a manifest with all its tags.
Answer<Response> Api::delete_manifest(const Target& target) {
  const std::lock_guard lock(repository_mutex(target));
  Repository names = repository(target);
  bool was_there = false;
  if (target.tag) was_there = TRY(names.remove_tag(*target.tag));
  if (target.digest) was_there = TRY(names.remove_manifest(*target.digest));
  if (!was_there) return unknown_manifest();
  return Response{.status = 202};
}

}  // namespace wherry::registry
