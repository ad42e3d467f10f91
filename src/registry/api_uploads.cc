// Pushing blobs: distribution 1.1, end-4 to end-6, end-11, end-13 and end-14.
#include "registry/api.h"
#include "registry/limits.h"
#include "registry/ranges.h"

namespace wherry::registry {

namespace {

std::string upload_path(const Target& target, const std::string& id) {
  return fmt::format("/v2/{}/blobs/uploads/{}", target.repository->text(), id);
}

// "0-1023". Of an empty upload "0-0", as Debian's docker-registry has it: the form knows no
// nothing.
std::string range_so_far(uint64_t size_bytes) {
  return fmt::format("0-{}", size_bytes == 0 ? 0 : size_bytes - 1);
}

std::vector<http::Field> upload_fields(const Target& target, const std::string& id,
                                       uint64_t size_bytes) {
  return {{"Location", upload_path(target, id)},
          {"Range", range_so_far(size_bytes)},
          {"Docker-Upload-UUID", id}};
}

Response created(const Target& target, const Digest& digest) {
  return {.status = 201,
          .fields = {{"Location", fmt::format("/v2/{}/blobs/{}", target.repository->text(),
                                              digest.to_string())},
                     {"Docker-Content-Digest", digest.to_string()}}};
}

// Reads all of the body into the upload. What came before an error stays, to be gone on with.
Answer<uint64_t> receive(const Request& request, Upload& upload) {
  std::vector<std::byte> buffer(limits::kTransferBufferBytes);
  uint64_t received = 0;
  while (const size_t count = TRY(request.body->read(buffer))) {
    TRY(upload.append(ByteSpan(buffer).first(count)));
    received += count;
  }
  return received;
}

// What Content-Range says, held to what is there and to what comes (distribution 1.1, "Pushing a
// blob in chunks"): 416 where it does not go on at the end.
Answer<std::optional<ByteRange>> announced_range(const Request& request, const Target& target,
                                                 const Upload& upload) {
  const std::string* field = request.find_field("Content-Range");
  if (!field) return std::nullopt;
  const std::optional<ByteRange> range = parse_content_range(*field);
  if (!range)
    return refuse(400, code::kBlobUploadInvalid, "Content-Range is not FIRST-LAST, in bytes");
  if (range->first != upload.size_bytes())
    return std::unexpected(
        Refusal(416, code::kBlobUploadInvalid,
                fmt::format("the next byte of this upload is number {}", upload.size_bytes()),
                upload_fields(target, target.upload_id, upload.size_bytes())));
  const std::optional<uint64_t> announced = request.body->announced_bytes();
  if (announced && *announced != range->size_bytes)
    return refuse(400, code::kSizeInvalid, "Content-Range and Content-Length do not agree");
  return range;
}

// The body of PATCH or PUT. A chunk that is not as long as it was announced is taken back whole.
Answer<> receive_chunk(const Request& request, const Target& target, Upload& upload) {
  const auto range = TRY(announced_range(request, target, upload));
  const uint64_t before = upload.size_bytes();
  const uint64_t received = TRY(receive(request, upload));
  if (!range || range->size_bytes == received) return {};
  TRY(upload.truncate(before));
  return refuse(400, code::kSizeInvalid, "Content-Range announced {} bytes, {} came",
                range->size_bytes, received);
}

}  // namespace

Answer<Response> Api::begin_upload(const Request& request, const Target& target) {
  // end-4c: refused before anything is sent.
  if (const std::string* algorithm = target.find_parameter("digest-algorithm");
      algorithm && *algorithm != "sha256")
    return refuse(400, code::kDigestInvalid, "digests are of sha256 here, and of nothing else");
  if (const std::string* digest = target.find_parameter("mount")) {
    const Digest wanted = TRY(parse_client_digest(*digest));
    if (TRY(mount(target, wanted))) return created(target, wanted);
    // Else an upload begins, as if no mount had been asked for.
  } else if (const std::string* whole = target.find_parameter("digest")) {
    const Digest announced = TRY(parse_client_digest(*whole));
    const std::string id = TRY(uploads_.begin(*target.repository));
    Answer<Response> finished = finish(request, target, id, announced);
    // Nobody was told of this upload: nobody can go on with it.
    if (!finished)
      if (auto upload = uploads_.claim(*target.repository, id, request.interrupt))
        TRY((*upload)->remove());
    return finished;
  }
  const std::string id = TRY(uploads_.begin(*target.repository));
  return Response{.status = 202, .fields = upload_fields(target, id, 0)};
}

// end-11. Without `from`, any repository's will do: who may push here may read everywhere.
Answer<bool> Api::mount(const Target& target, const Digest& digest) {
  if (const std::string* text = target.find_parameter("from")) {
    const auto from = RepositoryName::parse(*text);
    if (!from) return refuse(400, code::kNameInvalid, "'from' names no repository");
    if (!Repository(storage_, *from).has_blob(digest)) return false;
  }
  const std::lock_guard naming(storage_.locks().of_content(digest));
  if (!storage_.has_content(digest)) return false;
  TRY(repository(target).add_blob(digest));
  return true;
}

// end-13
Answer<Response> Api::upload_status(const Target& target) {
  const uint64_t size_bytes = TRY(uploads_.size_bytes(*target.repository, target.upload_id));
  return Response{.status = 204, .fields = upload_fields(target, target.upload_id, size_bytes)};
}

// end-5
Answer<Response> Api::append_to_upload(const Request& request, const Target& target) {
  auto upload = TRY(uploads_.claim(*target.repository, target.upload_id, request.interrupt));
  TRY(receive_chunk(request, target, *upload));
  return Response{.status = 202,
                  .fields = upload_fields(target, target.upload_id, upload->size_bytes())};
}

// end-6
Answer<Response> Api::finish_upload(const Request& request, const Target& target) {
  const std::string* digest = target.find_parameter("digest");
  if (!digest)
    return refuse(400, code::kDigestInvalid, "the parameter digest says what was uploaded");
  return finish(request, target, target.upload_id, TRY(parse_client_digest(*digest)));
}

Answer<Response> Api::finish(const Request& request, const Target& target, const std::string& id,
                             const Digest& digest) {
  auto upload = TRY(uploads_.claim(*target.repository, id, request.interrupt));
  TRY(receive_chunk(request, target, *upload));
  Repository names = repository(target);
  TRY(upload->finish(digest, names));
  return created(target, digest);
}

// end-14
Answer<Response> Api::cancel_upload(const Request& request, const Target& target) {
  auto upload = TRY(uploads_.claim(*target.repository, target.upload_id, request.interrupt));
  TRY(upload->remove());
  return Response{.status = 204};
}

}  // namespace wherry::registry
