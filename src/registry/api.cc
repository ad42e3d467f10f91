#include "registry/api.h"

namespace wherry::registry {

const std::string* Request::find_field(std::string_view name) const {
  for (const http::Field& field : fields)
    if (http::same_field_name(field.name, name)) return &field.value;
  return nullptr;
}

std::string entity_tag(const Digest& digest) { return '"' + digest.to_string() + '"'; }

bool is_known_to_client(const Request& request, const Digest& digest) {
  const std::string* known = request.find_field("If-None-Match");
  return known && known->contains(entity_tag(digest));
}

static std::unexpected<Refusal> method_not_allowed(std::string allowed) {
  return std::unexpected(Refusal(405, code::kUnsupported, "this method does nothing here",
                                 {{"Allow", std::move(allowed)}}));
}

Answer<Response> Api::answer(const Request& request) {
  const Target target = TRY(parse_target(request.target));
  const bool only_reads = request.method == "GET" || request.method == "HEAD";
  if (!only_reads && storage_.is_read_only())
    return refuse(405, code::kUnsupported, "this registry is read-only");
  // Registry clients are no browsers: a page of some other site must not make one write here.
  if (!only_reads && request.find_field("Origin"))
    return refuse(403, code::kDenied, "changes are not taken from web pages");
  return dispatch(request, target);
}

Answer<Response> Api::dispatch(const Request& request, const Target& target) {
  const std::string& method = request.method;
  const bool reads = method == "GET" || method == "HEAD";
  switch (target.endpoint) {
    case Endpoint::Version:
      if (!reads) return method_not_allowed("GET, HEAD");
      return Response{.fields = {{"Content-Type", "application/json"}}, .body = "{}"};
    case Endpoint::Catalog:
      return reads ? list_catalog(target) : method_not_allowed("GET, HEAD");
    case Endpoint::Tags:
      return reads ? list_tags(target) : method_not_allowed("GET, HEAD");
    case Endpoint::Referrers:
      return reads ? list_referrers(target) : method_not_allowed("GET, HEAD");
    case Endpoint::Blob:
      if (reads) return get_blob(request, target);
      return method == "DELETE" ? delete_blob(target) : method_not_allowed("GET, HEAD, DELETE");
    case Endpoint::Manifest:
      if (reads) return get_manifest(request, target);
      if (method == "PUT") return put_manifest(request, target);
      return method == "DELETE" ? delete_manifest(target)
                                : method_not_allowed("GET, HEAD, PUT, DELETE");
    case Endpoint::Uploads:
      return method == "POST" ? begin_upload(request, target) : method_not_allowed("POST");
    case Endpoint::Upload:
      if (reads) return upload_status(target);
      if (method == "PATCH") return append_to_upload(request, target);
      if (method == "PUT") return finish_upload(request, target);
      return method == "DELETE" ? cancel_upload(request, target)
                                : method_not_allowed("GET, HEAD, PATCH, PUT, DELETE");
  }
  return method_not_allowed("GET");
}

}  // namespace wherry::registry
