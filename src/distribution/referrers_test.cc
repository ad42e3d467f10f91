#include "distribution/referrers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "distribution/mirrors.h"
#include "distribution/referrer_list.h"

namespace wherry::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kModule("\0asm\1\0\0\0", 8);

// A registry in memory that keeps manifests, by "host/repository/name"; without the end point for
// referrers unless `knows_subjects`.
class FakeRegistry : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    size_t at = request.url.find("/manifests/");
    asked.push_back(request.method + " " + request.url);
    if (down && request.url.starts_with(*down))
      return fail(ErrorCode::Unavailable, "{} is down", *down);
    if (at == request.url.npos) return HttpResponse{.status = 404};
    if (request.method == "PUT") {
      std::string body(as_text(request.body));
      manifests[request.url] = body;
      manifests[request.url.substr(0, at + 11) + sha256(request.body).to_string()] = body;
      HttpResponse stored{.status = 201};
      if (knows_subjects) stored.headers["oci-subject"] = "yes";
      return stored;
    }
    auto found = manifests.find(request.url);
    if (found == manifests.end()) return HttpResponse{.status = 404};
    return HttpResponse{.status = 200, .headers = {}, .body = found->second};
  }
  std::map<std::string, std::string> manifests;
  std::vector<std::string> asked;
  std::optional<std::string> down;
  bool knows_subjects = false;
};

class ReferrersTest : public ::testing::Test {
 protected:
  ReferrersTest() {
    std::string pattern = (fs::temp_directory_path() / "wherry-referrers.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    first_.emplace(open("first"));
    subject_ = add(*first_);
  }
  ~ReferrersTest() override { fs::remove_all(folder_); }

  oci::ImageStore open(const char* name) { return oci::ImageStore::open(folder_ / name).value(); }
  static Digest add(oci::ImageStore& store) {
    return store.add({.module = as_bytes(kModule), .name = "demo", .config = {}})
        .value()
        .manifest.digest;
  }
  static std::string descriptor(const std::string& content, const std::string& type) {
    return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}}})", type,
                       sha256(as_bytes(content)).to_string(), content.size());
  }
  std::string manifest_of(const std::string& payload, const std::string& type, bool names_subject) {
    std::string subject =
        fmt::format(R"(,"artifactType":"{}","subject":{{"mediaType":"{}","digest":"{}","size":1}})",
                    type, oci::media_type::kManifest, subject_.to_string());
    return fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]{}}})",
                       oci::media_type::kManifest,
                       descriptor("{}", "application/vnd.oci.empty.v1+json"),
                       descriptor(payload, type), names_subject ? subject : "");
  }
  static oci::BlobWriter staged(oci::ImageStore& store, const std::string& text) {
    oci::BlobWriter writer = store.write_blob(oci::describe(text, "x")).value();
    EXPECT_TRUE(writer.write(as_bytes(text)) && writer.finish());
    return writer;
  }
  void attach(const std::string& payload, const std::string& type, bool names_subject) {
    std::vector<oci::BlobWriter> blobs;
    blobs.push_back(staged(*first_, "{}"));
    blobs.push_back(staged(*first_, payload));
    ASSERT_TRUE(
        first_->attach(subject_, manifest_of(payload, type, names_subject), std::move(blobs)));
  }
  Result<> push() {
    return push_referrers(session_, *first_, subject_, name_,
                          [this](const oci::Descriptor& blob) -> Result<> {
                            blobs_[blob.digest.to_string()] =
                                std::string(as_text(TRY(first_->read_blob(blob, 1000))));
                            return {};
                          });
  }
  Result<> pull(oci::ImageStore& store) {
    auto note = [this](const std::string& text) { notes_.push_back(text); };
    return pull_referrers(
        session_, store, subject_, name_, TRY(find_referrers(session_, name_, subject_, note)),
        [&](const oci::Descriptor& blob) -> Result<oci::BlobWriter> {
          return staged(store, blobs_.at(blob.digest.to_string()));
        },
        note);
  }
  std::string url(const std::string& name) const {
    return "https://r.io/v2/team/manifests/" + name;
  }

  fs::path folder_;
  std::optional<oci::ImageStore> first_;
  Digest subject_;
  FakeRegistry registry_;
  RegistrySession session_{registry_, "r.io", {}};
  oci::Reference name_ = oci::parse_reference("r.io/team:1").value();
  std::map<std::string, std::string> blobs_;
  std::vector<std::string> notes_;
};

constexpr const char* kSimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";

TEST_F(ReferrersTest, TravelByTagsWhereSubjectsAreUnknown) {
  attach("signature", kSimpleSigning, false);
  attach("materials", "text/spdx+json", true);
  attach("more", "text/spdx+json", true);
  ASSERT_TRUE(push());
  ASSERT_TRUE(push());  // once more changes nothing
  EXPECT_TRUE(registry_.manifests.contains(url(referrers_tag(subject_) + ".sig")));
  ASSERT_TRUE(registry_.manifests.contains(url(referrers_tag(subject_))));
  EXPECT_EQ(parse_referrers(registry_.manifests[url(referrers_tag(subject_))])->size(), 2u);

  oci::ImageStore other = open("other");
  ASSERT_EQ(add(other), subject_);
  Result<> done = pull(other);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(other.attachments(subject_)->size(), 3u);
  EXPECT_TRUE(notes_.empty());
}

TEST_F(ReferrersTest, NeedNoTagWhereSubjectsAreKnown) {
  registry_.knows_subjects = true;
  attach("materials", "text/spdx+json", true);
  ASSERT_TRUE(push());
  EXPECT_FALSE(registry_.manifests.contains(url(referrers_tag(subject_))));
}

TEST_F(ReferrersTest, TakeAlongWhatBelongsToThem) {
  registry_.knows_subjects = true;
  attach("materials", "text/spdx+json", true);
  const Digest image = subject_;
  subject_ = sha256(as_bytes(manifest_of("materials", "text/spdx+json", true)));
  attach("signature of the materials", "text/plain", true);
  const Digest signature =
      sha256(as_bytes(manifest_of("signature of the materials", "text/plain", true)));
  subject_ = image;
  ASSERT_TRUE(push());
  EXPECT_TRUE(registry_.manifests.contains(url(signature.to_string())));
}

TEST_F(ReferrersTest, ArePassedOverWhereTheyBelongToAnother) {
  std::string foreign = manifest_of("x", "t", true);
  foreign.replace(foreign.find(subject_.to_string()), 10, "sha256:000");
  registry_.manifests[url(referrers_tag(subject_) + ".sig")] = foreign;
  registry_.manifests[url(referrers_tag(subject_) + ".att")] = "{}";
  ASSERT_TRUE(pull(*first_));
  EXPECT_EQ(notes_.size(), 2u);
  EXPECT_TRUE(first_->attachments(subject_)->empty());
}

TEST_F(ReferrersTest, ArePassedOverWhereTheyAreTooLarge) {
  std::string large = manifest_of("x", "t", true);
  large.replace(large.rfind("\"size\":1}],"), 8, "\"size\":99999999999");
  registry_.manifests[url(referrers_tag(subject_) + ".sig")] = large;
  ASSERT_TRUE(pull(*first_));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("exceeds 67108864 bytes")));
}

}  // namespace
}  // namespace wherry::distribution
