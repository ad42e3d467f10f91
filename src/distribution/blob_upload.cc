#include "distribution/blob_upload.h"

#include <algorithm>
#include <charconv>

#include "distribution/limits.h"
#include "distribution/registry_protocol.h"
#include "support/quotes.h"

namespace wherry::distribution {

namespace {

// One blob's upload: where it goes on, and how much the registry has.
class Upload {
 public:
  Upload(RegistrySession& session, const BlobUpload& upload, const oci::Reference& target,
         const TransferOptions& options)
      : session_(session),
        upload_(upload),
        blob_(upload.blob),
        options_(options),
        blobs_url_(session.repository_url(target) + "/blobs/"),
        retry_(session.retry_options()) {}

  Result<> run() {
    if (TRY(is_there())) {
      options_.tell(BlobStep::ThereAlready, blob_);
      return {};
    }
    if (TRY(begin(upload_.mount_from))) {
      options_.tell(BlobStep::Mounted, blob_);
      return {};
    }
    options_.tell(upload_.moving, blob_);
    source_ = TRY(upload_.open_source());
    while (!TRY(send_more())) {
    }
    options_.tell(upload_.moved, blob_, blob_.size_bytes);
    return {};
  }

 private:
  Result<bool> is_there();
  Result<bool> begin(const std::string& mount_from);
  Result<bool> send_more();
  Result<> take_progress(const HttpResponse& answer, uint64_t otherwise);
  Result<bool> recover(const Result<HttpResponse>& failure, bool was_last);
  Result<> find_place();

  bool ends_with_data() const { return blob_.size_bytes <= limits::kSinglePutBytes; }
  HttpRequest next_chunk();
  HttpRequest last_request();
  HttpBody body_from(uint64_t offset, uint64_t size_bytes);

  RegistrySession& session_;
  const BlobUpload& upload_;
  const oci::Descriptor& blob_;
  const TransferOptions& options_;
  std::string blobs_url_;
  Retry retry_;
  std::unique_ptr<BlobSource> source_;
  std::string location_;
  uint64_t arrived_bytes_ = 0;
  uint64_t most_arrived_bytes_ = 0;
  uint64_t chunk_bytes_ = limits::kChunkBytes;
};

Result<bool> Upload::is_there() {
  HttpResponse found =
      TRY(session_.send({.method = "HEAD", .url = blobs_url_ + blob_.digest.to_string()}));
  return found.status == 200;
}

// end-4a, or end-11. True when the blob was mounted, and nothing is left to do.
Result<bool> Upload::begin(const std::string& mount_from) {
  std::string url = blobs_url_ + "uploads/";
  std::string asked = url;
  if (!mount_from.empty())
    asked = add_query(add_query(url, "mount", blob_.digest.to_string()), "from", mount_from);
  HttpResponse begun = TRY(session_.send({.method = "POST", .url = asked}));
  if (begun.status == 201 && !mount_from.empty()) return true;
  if (begun.status != 202) return std::unexpected(registry_error(begun));
  location_ = TRY(resolve_location(url, begun.header("location")));
  arrived_bytes_ = 0;
  // A registry may want chunks of at least so many bytes (distribution 1.1, "Pushing a blob in
  // chunks").
  std::string wanted = begun.header("oci-chunk-min-length");
  uint64_t chunk_bytes_min = 0;
  std::from_chars(wanted.data(), wanted.data() + wanted.size(), chunk_bytes_min);
  chunk_bytes_ = std::max(chunk_bytes_, chunk_bytes_min);
  return false;
}

HttpBody Upload::body_from(uint64_t offset, uint64_t size_bytes) {
  return {.size_bytes = size_bytes,
          .read = [this, offset](uint64_t at, std::span<std::byte> into) -> Result<size_t> {
            if (options_.stop.stop_requested()) return stopped();
            size_t count = TRY(source_->read(offset + at, into));
            options_.tell(upload_.moving, blob_, offset + at + count);
            return count;
          }};
}

// end-5.
HttpRequest Upload::next_chunk() {
  uint64_t size_bytes = std::min(chunk_bytes_, blob_.size_bytes - arrived_bytes_);
  return {.method = "PATCH",
          .url = location_,
          .headers = {"Content-Type: application/octet-stream",
                      fmt::format("Content-Range: {}-{}", arrived_bytes_,
                                  arrived_bytes_ + size_bytes - 1)},
          .streamed_body = body_from(arrived_bytes_, size_bytes)};
}

// end-6, with all of a small blob in it. Streamed even where it is empty: such requests are not
// sent again on the way (RetryingTransport), and recover() knows better what to do.
HttpRequest Upload::last_request() {
  return {.method = "PUT",
          .url = add_query(location_, "digest", blob_.digest.to_string()),
          .headers = {"Content-Type: application/octet-stream"},
          .streamed_body = body_from(0, ends_with_data() ? blob_.size_bytes : 0)};
}

// True when it is done.
Result<bool> Upload::send_more() {
  bool is_last = ends_with_data() || arrived_bytes_ == blob_.size_bytes;
  HttpRequest request = is_last ? last_request() : next_chunk();
  uint64_t after = arrived_bytes_ + request.streamed_body.size_bytes;
  Result<HttpResponse> answer = session_.send(std::move(request));
  if (options_.stop.stop_requested()) return stopped();
  if (answer && is_last && answer->status == 201) return true;
  if (!answer || is_last || (answer->status != 202 && answer->status != 204))
    return recover(answer, is_last);
  uint64_t before = arrived_bytes_;
  TRY(take_progress(*answer, after));
  if (arrived_bytes_ > before || retry_.pause("it kept nothing of a chunk", {}, options_.stop))
    return false;
  return fail(ErrorCode::Unavailable,
              "blob {}: the registry takes chunks and keeps nothing of them",
              blob_.digest.to_string());
}

// `otherwise` is what has arrived where the registry does not say it.
Result<> Upload::take_progress(const HttpResponse& answer, uint64_t otherwise) {
  std::string range = answer.header("range");
  std::optional<uint64_t> arrived = range.empty() ? otherwise : parse_upload_range(range);
  if (!arrived || *arrived > blob_.size_bytes)
    return fail(ErrorCode::Malformed, "blob {}: the registry says that it has the bytes '{}' of {}",
                blob_.digest.to_string(), quote(range, 80), blob_.size_bytes);
  if (!answer.header("location").empty())
    location_ = TRY(resolve_location(location_, answer.header("location")));
  arrived_bytes_ = *arrived;
  if (arrived_bytes_ > most_arrived_bytes_) retry_.reset();
  most_arrived_bytes_ = std::max(most_arrived_bytes_, arrived_bytes_);
  return {};
}

// After a request that failed: finds out where to go on. True when the blob is there all the same,
// since only the answer was lost.
Result<bool> Upload::recover(const Result<HttpResponse>& failure, bool was_last) {
  int status = failure ? failure->status : 0;
  // 404: the upload was forgotten; 416: it is at another place than we think.
  bool is_lost = status == 404 || status == 416;
  bool is_too_large = status == 413 && !was_last && chunk_bytes_ > limits::kSmallChunkBytes;
  if (is_too_large) chunk_bytes_ = limits::kSmallChunkBytes;
  bool may_pass = failure ? is_passing(status) || is_lost || is_too_large
                          : is_connection_error(failure.error());
  std::string reason = failure ? fmt::format("HTTP {}", status) : failure.error().message;
  std::string retry_after = failure ? failure->header("retry-after") : "";
  if (!may_pass || !retry_.pause(reason, retry_after, options_.stop)) {
    if (options_.stop.stop_requested()) return stopped();
    return std::unexpected(failure ? registry_error(*failure) : failure.error());
  }
  if (was_last && TRY(is_there())) return true;
  TRY(find_place());
  return false;
}

// end-13; a new upload where the registry does not know the old one.
Result<> Upload::find_place() {
  if (!ends_with_data()) {
    HttpResponse answer = TRY(session_.send({.url = location_}));
    if (answer.status == 204 || answer.status == 202) return take_progress(answer, 0);
  }
  TRY(begin({}));
  return {};
}

}  // namespace

Result<> upload_blob(RegistrySession& session, const BlobUpload& upload,
                     const oci::Reference& target, const TransferOptions& options) {
  return Upload(session, upload, target, options).run();
}

}  // namespace wherry::distribution
