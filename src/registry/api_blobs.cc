// Pulling and removing blobs: distribution 1.1, end-2 and end-10.
#include "registry/api.h"
#include "registry/ranges.h"

namespace wherry::registry {

static std::unexpected<Refusal> unknown_blob(const Digest& digest) {
  return refuse(404, code::kBlobUnknown, "{} is not in this repository", digest.to_string());
}

// RFC 9110 §13.1.5: a range is of the bytes that the client knows, or of nothing.
static WantedRange wanted_range(const Request& request, const Digest& digest, uint64_t size_bytes) {
  const std::string* range = request.find_field("Range");
  if (!range) return {};
  const std::string* condition = request.find_field("If-Range");
  if (condition && *condition != entity_tag(digest)) return {};
  return parse_range(*range, size_bytes);
}

Answer<Response> Api::get_blob(const Request& request, const Target& target) {
  const Digest digest = *target.digest;
  // Whoever only asks is about to push what refers to it.
  if (request.method == "HEAD") TRY(renew_blob(target));
  if (!repository(target).has_blob(digest)) return unknown_blob(digest);
  std::optional<Content> content = TRY(storage_.find_content(digest));
  if (!content) return unknown_blob(digest);
  Response response;
  response.fields = {{"Content-Type", "application/octet-stream"},
                     {"Docker-Content-Digest", digest.to_string()},
                     {"ETag", entity_tag(digest)},
                     {"Accept-Ranges", "bytes"},
                     {"Cache-Control", "max-age=31536000, immutable"}};
  if (is_known_to_client(request, digest)) {
    response.status = 304;
    return response;
  }
  FileBody file{.file = std::move(content->file), .offset = 0, .size_bytes = content->size_bytes};
  const WantedRange wanted = wanted_range(request, digest, content->size_bytes);
  if (wanted.wanted == Wanted::Unsatisfiable)
    return std::unexpected(
        Refusal(416, code::kSizeInvalid, "the range is outside of the blob",
                {{"Content-Range", fmt::format("bytes */{}", content->size_bytes)}}));
  if (wanted.wanted == Wanted::Part) {
    response.status = 206;
    file.offset = wanted.range.first;
    file.size_bytes = wanted.range.size_bytes;
    response.fields.push_back(
        {"Content-Range", fmt::format("bytes {}-{}/{}", file.offset,
                                      file.offset + file.size_bytes - 1, content->size_bytes)});
  }
  response.file = std::move(file);
  return response;
}

// So that prune leaves it for as long as if it had been pushed now.
Answer<> Api::renew_blob(const Target& target) {
  if (storage_.is_read_only()) return {};
  const std::lock_guard lock(storage_.locks().of_content(*target.digest));
  TRY(repository(target).renew_blob(*target.digest));
  return {};
}

Answer<Response> Api::delete_blob(const Target& target) {
  const std::lock_guard lock(repository_mutex(target));
  if (!TRY(repository(target).remove_blob(*target.digest))) return unknown_blob(*target.digest);
  return Response{.status = 202};
}

}  // namespace wherry::registry
