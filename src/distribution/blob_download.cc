#include "distribution/blob_download.h"

#include "distribution/registry_protocol.h"
#include "support/quotes.h"

namespace wherry::distribution {

BlobStream::BlobStream(RegistrySession& session, const oci::Reference& source,
                       const oci::Descriptor& blob, const TransferOptions& options)
    : session_(session),
      url_(session.repository_url(source) + "/blobs/" + blob.digest.to_string()),
      size_bytes_(blob.size_bytes),
      options_(options) {}

// Where the bytes of an answer belong: 206 says so, 200 is the whole blob.
static Result<uint64_t> first_byte(const HttpResponse& head, uint64_t asked) {
  if (head.status == 200) return 0;
  std::string range = head.header("content-range");
  std::optional<uint64_t> first = parse_content_range(range);
  if (first != asked)
    return fail(ErrorCode::Malformed, "the registry sent the range '{}' instead of that from {} on",
                quote(range, 80), asked);
  return *first;
}

Result<HttpResponse> BlobStream::attempt(uint64_t offset, const Take& take, const Room& room) {
  std::optional<uint64_t> place;  // of the next byte of this answer
  HttpRequest request{.url = url_};
  if (offset > 0) request.headers.push_back(fmt::format("Range: bytes={}-", offset));
  request.sink = [&](const HttpResponse& head, ByteSpan bytes) -> Result<> {
    if (options_.stop.stop_requested()) return stopped();
    if (!place) place = TRY(first_byte(head, offset));
    uint64_t known = std::min<uint64_t>(position_ - *place, bytes.size());
    *place += bytes.size();
    bytes = bytes.subspan(static_cast<size_t>(known));
    if (bytes.empty()) return {};
    position_ += bytes.size();
    return take(bytes);
  };
  if (size_bytes_ - std::min(offset, size_bytes_) >= limits::kDirectBytes) request.room = room;
  return session_.send(std::move(request));
}

Result<> BlobStream::read(uint64_t offset, const Take& take, const Room& room) {
  position_ = offset;
  Retry retry(session_.retry_options());
  while (true) {
    uint64_t before = position_;
    Result<HttpResponse> answer = attempt(before, take, room);
    if (options_.stop.stop_requested()) return stopped();
    if (answer && (answer->status == 200 || answer->status == 206)) return {};
    // All of it came before the connection broke.
    if (!answer && position_ > before && position_ == size_bytes_) return {};
    if (position_ > before) retry.reset();
    bool is_passing_now = answer ? is_passing(answer->status) : is_connection_error(answer.error());
    std::string reason = answer ? fmt::format("HTTP {}", answer->status) : answer.error().message;
    std::string retry_after = answer ? answer->header("retry-after") : "";
    if (is_passing_now && retry.pause(reason, retry_after, options_.stop)) continue;
    if (options_.stop.stop_requested()) return stopped();
    return std::unexpected(answer ? registry_error(*answer) : answer.error());
  }
}

Result<oci::BlobWriter> download_blob(RegistrySession& session, oci::ImageStore& store,
                                      const oci::Descriptor& blob, const oci::Reference& source,
                                      const TransferOptions& options) {
  oci::BlobWriter writer = TRY(store.write_blob(blob));
  options.tell(BlobStep::Downloading, blob);
  BlobStream stream(session, source, blob, options);
  const auto take = [&](ByteSpan bytes) -> Result<> {
    TRY(writer.write(bytes));
    options.tell(BlobStep::Downloading, blob, writer.written_bytes());
    return {};
  };
  TRY(stream.read(0, take, [&] { return writer.room(); }));
  TRY(writer.finish());
  options.tell(BlobStep::Downloaded, blob, blob.size_bytes);
  return writer;
}

}  // namespace wherry::distribution
