// Uploads and downloads against a registry in memory that breaks off, forgets and lies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <thread>

#include "distribution/blob_download.h"
#include "distribution/blob_upload.h"
#include "distribution/limits.h"
#include "distribution/registry_protocol.h"
#include "distribution/remote_blob.h"
#include "oci/limits.h"

namespace wherry::distribution {
namespace {

using ::testing::HasSubstr;

class NoWaiting : public Clock {
 public:
  void sleep(std::chrono::milliseconds, const std::stop_token&) override {}
};

// What goes wrong with one request, in the order in which requests of that method come.
struct Fault {
  std::string method;
  int status = 0;            // 0: the connection breaks off
  uint64_t after_bytes = 0;  // of the body, either way
  bool keeps = true;         // what has arrived of an upload
  std::map<std::string, std::string> headers = {};
};

class MemoryRegistry : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    log.push_back(request.method + " " + header(request, "Range: ") +
                  header(request, "Content-Range: "));
    if (!faults.empty() && faults.front().method == request.method) {
      Fault fault = faults.front();
      faults.pop_front();
      return go_wrong(request, fault);
    }
    if (request.method == "HEAD") return HttpResponse{.status = content.empty() ? 404 : 200};
    if (request.method == "POST") return begin(request);
    if (request.method == "PATCH") return append(request, UINT64_MAX);
    if (request.method == "PUT") return complete(request);
    if (request.url.contains("/up/")) return status();
    return give(request, UINT64_MAX);
  }

  std::string content;   // of the blob
  std::string uploaded;  // so far
  bool mounts = false, knows_ranges = true;
  std::deque<Fault> faults;
  std::vector<std::string> log;

 private:
  static std::string header(const HttpRequest& request, const std::string& name) {
    for (const std::string& line : request.headers)
      if (line.starts_with(name)) return line.substr(name.size());
    return "";
  }
  HttpResponse at(int status, const std::string& range = {}) {
    HttpResponse response{.status = status,
                          .headers = {{"location", "/up/" + std::to_string(++location_)}}};
    if (!range.empty()) response.headers["range"] = range;
    return response;
  }
  std::string range() const {
    return "0-" + std::to_string(uploaded.empty() ? 0 : uploaded.size() - 1);
  }
  Result<HttpResponse> begin(const HttpRequest& request) {
    if (mounts && request.url.contains("?mount=sha256%3A")) {
      content = "mounted";
      return at(201);
    }
    uploaded.clear();
    return at(202, "0-0");
  }
  HttpResponse status() {
    return uploaded.empty() ? HttpResponse{.status = 404} : at(204, range());
  }
  Result<HttpResponse> append(const HttpRequest& request, uint64_t limit) {
    std::string first = std::to_string(uploaded.size()) + "-";
    if (!header(request, "Content-Range: ").starts_with(first)) return at(416, range());
    uint64_t size = std::min(limit, request.streamed_body.size_bytes);
    Bytes piece(100'000);
    for (uint64_t done = 0; done < size;) {
      size_t wanted = static_cast<size_t>(std::min<uint64_t>(piece.size(), size - done));
      size_t count = TRY(request.streamed_body.read(done, std::span(piece).first(wanted)));
      uploaded += as_text(ByteSpan(piece).first(count));
      done += count;
    }
    return at(202, range());
  }
  Result<HttpResponse> complete(const HttpRequest& request) {
    if (request.streamed_body.size_bytes > 0) {
      Bytes body(request.streamed_body.size_bytes);
      TRY(request.streamed_body.read(0, body));
      uploaded = as_text(body);
    }
    content = uploaded;
    return at(201);
  }
  Result<HttpResponse> give(const HttpRequest& request, uint64_t limit) {
    std::string range = header(request, "Range: bytes=");
    uint64_t first = range.empty() || !knows_ranges ? 0 : std::stoull(range);
    HttpResponse head{.status = 200};
    if (!range.empty() && knows_ranges)
      head = {.status = 206,
              .headers = {{"content-range", "bytes " + std::to_string(first) + "-" +
                                                std::to_string(content.size() - 1) + "/9"}}};
    std::string body = content.substr(first, limit);
    for (size_t at = 0; at < body.size(); at += 1000)
      TRY(request.sink(head, as_bytes(std::string_view(body).substr(at, 1000))));
    return head;
  }
  Result<HttpResponse> go_wrong(const HttpRequest& request, const Fault& fault) {
    std::string before = uploaded;
    if (request.method == "PATCH") TRY(append(request, fault.after_bytes));
    if (request.method == "PUT" && fault.keeps && fault.status == 0) TRY(complete(request));
    if (request.method == "GET" && request.sink) TRY(give(request, fault.after_bytes));
    if (!fault.keeps) uploaded.clear();
    if (fault.status == 0) return fail(ErrorCode::Unavailable, "r: cut");
    HttpResponse response{.status = fault.status, .headers = fault.headers};
    return response;
  }
  int location_ = 0;
};

class BlobTransferTest : public ::testing::Test {
 protected:
  BlobTransferTest() : content_(3'000'000, 'x') {
    std::string pattern = (fs::temp_directory_path() / "wherry-blob.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    store_ = std::make_unique<oci::ImageStore>(oci::ImageStore::open(folder_ / "store").value());
    for (size_t i = 0; i < content_.size(); i++) content_[i] = static_cast<char>(i * 7 >> 5);
    blob_ = oci::describe(content_, "application/wasm");
  }
  ~BlobTransferTest() override { fs::remove_all(folder_); }

  Result<> upload(const std::string& mount_from = "") {
    fs::create_directories(store_->blob_path(blob_.digest).parent_path());
    WHERRY_ASSERT(write_file_atomic(store_->blob_path(blob_.digest), as_bytes(content_)));
    BlobUpload upload{.blob = blob_,
                      .open_source = [this] { return StoredBlob::open(*store_, blob_); },
                      .mount_from = mount_from};
    return upload_blob(session_, upload, name_, {});
  }
  Result<std::string> download() {
    oci::BlobWriter writer = TRY(download_blob(session_, *store_, blob_, name_, {}));
    fs::path path = folder_ / "out";
    TRY(writer.publish(path));
    return std::string(as_text(TRY(read_file(path, {.size_bytes_max = 10'000'000}))));
  }
  size_t count(const std::string& method) const {
    return static_cast<size_t>(std::ranges::count_if(
        registry_.log, [&](const std::string& line) { return line.starts_with(method + " "); }));
  }

  fs::path folder_;
  std::unique_ptr<oci::ImageStore> store_;
  std::string content_;
  oci::Descriptor blob_;
  oci::Reference name_ = oci::parse_reference("r.io/demo:1").value();
  NoWaiting clock_;
  MemoryRegistry registry_;
  RegistrySession session_{registry_, "r.io", {.retry = {.clock = &clock_}}};
};

TEST_F(BlobTransferTest, UploadsInOneChunk) {
  Result<> done = upload();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(registry_.content, content_);
  EXPECT_THAT(registry_.log, ::testing::ElementsAre("HEAD ", "POST ", "PATCH 0-2999999", "PUT "));
}

TEST_F(BlobTransferTest, UploadsNothingThatIsThere) {
  registry_.content = content_;
  ASSERT_TRUE(upload());
  EXPECT_THAT(registry_.log, ::testing::ElementsAre("HEAD "));
}

TEST_F(BlobTransferTest, MountsOrUploadsWhereItCannot) {
  ASSERT_TRUE(upload("other"));
  EXPECT_EQ(registry_.content, content_);
  registry_.content.clear();
  registry_.mounts = true;
  ASSERT_TRUE(upload("other"));
  EXPECT_EQ(registry_.content, "mounted");
}

TEST_F(BlobTransferTest, UploadGoesOnWhereTheRegistryIs) {
  registry_.faults = {{.method = "PATCH", .after_bytes = 1'200'000},
                      {.method = "PATCH", .status = 500, .after_bytes = 300'000}};
  Result<> done = upload();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(registry_.content, content_);
  EXPECT_EQ(registry_.log[3], "GET ");
  EXPECT_EQ(registry_.log[4], "PATCH 1200000-2999999");
  EXPECT_EQ(registry_.log[6], "PATCH 1500000-2999999");
}

TEST_F(BlobTransferTest, UploadBeginsAnewWhereItWasForgotten) {
  registry_.faults = {{.method = "PATCH", .after_bytes = 1'200'000, .keeps = false}};
  ASSERT_TRUE(upload());
  EXPECT_EQ(registry_.content, content_);
  EXPECT_EQ(count("POST"), 2u);
}

TEST_F(BlobTransferTest, AnUploadWhoseAnswerWasLostIsDone) {
  registry_.faults = {{.method = "PUT"}};
  ASSERT_TRUE(upload());
  EXPECT_EQ(count("PUT"), 1u);
}

TEST_F(BlobTransferTest, ChunksShrinkWhereABodyIsTooLarge) {
  content_.resize(20'000'000, 'y');
  blob_ = oci::describe(content_, "application/wasm");
  registry_.faults = {{.method = "PATCH", .status = 413, .keeps = false}};
  ASSERT_TRUE(upload());
  EXPECT_EQ(registry_.content, content_);
  EXPECT_EQ(count("PATCH"), 1u + 3u);
}

TEST_F(BlobTransferTest, UploadEndsAfterABoundedNumberOfAttempts) {
  for (int i = 0; i < 100; i++) registry_.faults.push_back({.method = "PATCH", .keeps = false});
  Result<> done = upload();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(count("PATCH"), 6u);
  EXPECT_TRUE(registry_.content.empty());
}

TEST_F(BlobTransferTest, ARefusedUploadIsNotTriedAgain) {
  registry_.faults = {{.method = "PATCH", .status = 403}};
  EXPECT_EQ(upload().error().code, ErrorCode::Denied);
  EXPECT_EQ(count("PATCH"), 1u);
}

TEST_F(BlobTransferTest, ARegistryThatKeepsNothingOrTooMuchIsLeft) {
  for (int i = 0; i < 100; i++)
    registry_.faults.push_back({.method = "PATCH", .status = 202, .headers = {{"range", "0-0"}}});
  registry_.faults[0].headers["range"] = "0-99999999";
  EXPECT_EQ(upload().error().code, ErrorCode::Malformed);
  registry_.uploaded.clear();
  EXPECT_EQ(upload().error().code, ErrorCode::Unavailable);
}

TEST_F(BlobTransferTest, ADamagedBlobDoesNotArrive) {
  ASSERT_TRUE(upload());
  registry_.content.clear();
  content_[5] ^= 1;
  Result<> done = upload();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("is damaged in the store"));
  EXPECT_TRUE(registry_.content.empty());
}

TEST_F(BlobTransferTest, DownloadGoesOnWhereItBrokeOff) {
  registry_.content = content_;
  registry_.faults = {{.method = "GET", .after_bytes = 1'200'000},
                      {.method = "GET", .status = 503},
                      {.method = "GET", .after_bytes = 300'000}};
  Result<std::string> got = download();
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, content_);
  EXPECT_THAT(registry_.log, ::testing::ElementsAre("GET ", "GET bytes=1200000-",
                                                    "GET bytes=1200000-", "GET bytes=1500000-"));
}

TEST_F(BlobTransferTest, DownloadPassesOverWhatARegistryWithoutRangesRepeats) {
  registry_.content = content_;
  registry_.knows_ranges = false;
  registry_.faults = {{.method = "GET", .after_bytes = 1'200'000}};
  Result<std::string> got = download();
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, content_);
}

TEST_F(BlobTransferTest, DownloadRefusesOtherBytes) {
  registry_.content = content_;
  registry_.content[2'000'000] ^= 1;
  EXPECT_EQ(download().error().code, ErrorCode::Malformed);
  EXPECT_EQ(count("GET"), 1u);
  EXPECT_TRUE(fs::is_empty(folder_ / "store" / "staging"));
}

TEST_F(BlobTransferTest, DownloadEndsAfterABoundedNumberOfAttempts) {
  registry_.content = content_;
  for (int i = 0; i < 100; i++) registry_.faults.push_back({.method = "GET"});
  EXPECT_EQ(download().error().code, ErrorCode::Unavailable);
  EXPECT_EQ(count("GET"), 6u);
}

TEST_F(BlobTransferTest, RemoteBlobGoesBack) {
  registry_.content = content_;
  RemoteBlob source(session_, name_, blob_, {});
  Bytes piece(700'000);
  std::string got;
  for (uint64_t at : {uint64_t{0}, uint64_t{0}, uint64_t{1000}, uint64_t{2'000'000}}) {
    size_t count = source.read(at, piece).value();
    EXPECT_EQ(as_text(ByteSpan(piece).first(count)), std::string_view(content_).substr(at, count));
  }
}

TEST_F(BlobTransferTest, RemoteBlobGivesNoLastByteOfAnotherDigest) {
  registry_.content = content_;
  registry_.content.back() ^= 1;
  RemoteBlob source(session_, name_, blob_, {});
  Bytes piece(700'000);
  Result<size_t> count = 0;
  for (uint64_t at = 0; at < content_.size() && count; at += *count) count = source.read(at, piece);
  ASSERT_FALSE(count);
  EXPECT_THAT(count.error().message, HasSubstr("another digest"));
}

TEST(ForEachBlob, StopsAfterTheFirstError) {
  std::vector<oci::Descriptor> blobs(50, oci::describe("x", "m"));
  std::atomic<int> moved = 0;
  Result<> done = for_each_blob(
      blobs, {}, [&](const oci::Descriptor&, size_t, const TransferOptions& options) -> Result<> {
        moved++;
        if (options.stop.stop_requested()) return stopped();
        return fail(ErrorCode::Io, "full");
      });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "full");
  EXPECT_LE(moved, static_cast<int>(limits::kConnections));
}

// What began before the bytes of the largest of three blobs came, or never would.
size_t begun_with_the_largest(uint64_t largest_bytes, bool comes) {
  std::vector<oci::Descriptor> blobs(3, oci::describe("x", "m"));
  blobs[1].size_bytes = largest_bytes;
  HeadStart head_start(blobs);
  std::atomic<size_t> begun = 0;
  size_t seen = 0;
  const auto move = [&](const oci::Descriptor&, size_t index, const TransferOptions& options) {
    begun++;
    if (index != 1) return Result<>();
    // Time for the others to begin, if they may.
    for (int i = 0; i < 100 && begun < 3; i++)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    seen = begun;
    options.tell(BlobStep::Downloading, blobs[1], comes ? 1 : 0);
    while (comes && begun < 3) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return Result<>();
  };
  EXPECT_TRUE(for_each_blob(blobs, {.head_start = &head_start}, move));
  EXPECT_EQ(begun, 3u);
  head_start.wait();
  return seen;
}

TEST(ForEachBlob, GivesALargeOneAHeadStart) {
  EXPECT_EQ(begun_with_the_largest(limits::kHeadStartBytes, true), 1u);
  EXPECT_EQ(begun_with_the_largest(limits::kHeadStartBytes, false), 1u);
  EXPECT_EQ(begun_with_the_largest(limits::kHeadStartBytes - 1, true), 3u);
}

TEST(BlobsOf, RefusesWhatIsTooLarge) {
  oci::Manifest manifest;
  manifest.config = oci::describe("{}", "m");
  manifest.layers = {oci::describe("a", "m"), oci::describe("a", "m")};
  EXPECT_EQ(blobs_of(manifest)->size(), 2u);
  manifest.layers[0].size_bytes = oci::limits::kModuleBytes + 1;
  EXPECT_EQ(blobs_of(manifest).error().code, ErrorCode::Invalid);
  manifest.layers.clear();
  for (int i = 0; i < 9; i++) {
    manifest.layers.push_back(oci::describe(std::to_string(i), "m"));
    manifest.layers.back().size_bytes = oci::limits::kModuleBytes;
  }
  EXPECT_EQ(blobs_of(manifest).error().code, ErrorCode::Invalid);
}

}  // namespace
}  // namespace wherry::distribution
