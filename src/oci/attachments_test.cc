#include <gtest/gtest.h>

#include <fstream>

#include "oci/image_store.h"
#include "oci/limits.h"

namespace wherry::oci {
namespace {

const std::string kModule("\0asm\1\0\0\0", 8);
constexpr char kEmptyConfig[] = "application/vnd.oci.empty.v1+json";

Reference named(std::string_view text) { return parse_reference(text).value(); }

// As cosign's tag form: a manifest with one layer that does not name its subject.
std::string signature_of(const std::string& payload, const std::string& more_members = "") {
  auto descriptor = [](std::string_view content, std::string_view type) {
    Descriptor described = describe(content, type);
    return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}}})", type,
                       described.digest.to_string(), described.size_bytes);
  };
  return fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]{}}})",
                     media_type::kManifest, descriptor("{}", kEmptyConfig),
                     descriptor(payload, "application/vnd.dev.cosign.simplesigning.v1+json"),
                     more_members);
}

class AttachmentsTest : public ::testing::Test {
 protected:
  AttachmentsTest() {
    std::string pattern = (fs::temp_directory_path() / "wherry-attachments.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    store_.emplace(ImageStore::open(folder_ / "store").value());
  }
  ~AttachmentsTest() override { fs::remove_all(folder_); }

  Digest add(const std::string& name, const std::string& trigger = "") {
    ImageConfig config{.request_json = "", .trigger = trigger, .title = ""};
    return store_->add({.module = as_bytes(kModule), .name = name, .config = config})
        .value()
        .manifest.digest;
  }
  BlobWriter staged(const std::string& text) {
    BlobWriter writer = store_->write_blob(describe(text, "x")).value();
    EXPECT_TRUE(writer.write(as_bytes(text)) && writer.finish());
    return writer;
  }
  Result<Descriptor> attach(const Digest& subject, const std::string& payload,
                            const std::string& more_members = "") {
    std::vector<BlobWriter> blobs;
    blobs.push_back(staged("{}"));
    blobs.push_back(staged(payload));
    return store_->attach(subject, signature_of(payload, more_members), std::move(blobs));
  }
  size_t count_blobs() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(store_->directory() / "blobs" / "sha256"), {}));
  }

  fs::path folder_;
  std::optional<ImageStore> store_;
};

TEST_F(AttachmentsTest, AreFoundByTheirSubject) {
  Digest image = add("demo:1");
  Result<Descriptor> first = attach(image, "signed");
  Result<Descriptor> second = attach(image, "SBOM", R"(,"artifactType":"text/spdx+json")");
  ASSERT_TRUE(first && second) << first.error().message;
  auto found = ImageStore::open(store_->directory())->attachments(image);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].manifest.digest, first->digest);
  EXPECT_EQ((*found)[0].artifact_type, kEmptyConfig);
  EXPECT_EQ((*found)[0].manifest_json, signature_of("signed"));
  EXPECT_EQ((*found)[1].artifact_type, "text/spdx+json");
  EXPECT_TRUE(store_->attachments(first->digest)->empty());
}

TEST_F(AttachmentsTest, AreNoImages) {
  Digest image = add("demo:1");
  Result<Descriptor> attached = attach(image, "signed");
  ASSERT_TRUE(attached);
  EXPECT_EQ(store_->list()->size(), 1u);
  EXPECT_FALSE(store_->find(named("demo@" + attached->digest.to_string())));
}

TEST_F(AttachmentsTest, AttachingTwiceIsAttachingOnce) {
  Digest image = add("demo:1");
  ASSERT_TRUE(attach(image, "signed") && attach(image, "signed"));
  EXPECT_EQ(store_->attachments(image)->size(), 1u);
}

TEST_F(AttachmentsTest, GoWithTheLastNameOfTheirImage) {
  Digest image = add("demo:1");
  ASSERT_TRUE(store_->tag(named("demo:1"), named("demo:2")));
  ASSERT_TRUE(attach(image, "signed"));
  ASSERT_TRUE(store_->remove(named("demo:1")));
  EXPECT_EQ(store_->attachments(image)->size(), 1u);
  ASSERT_TRUE(store_->remove(named("demo:2")));
  EXPECT_TRUE(store_->attachments(image)->empty());
  EXPECT_EQ(count_blobs(), 0u);
}

TEST_F(AttachmentsTest, GoWhenTheNameIsGivenToAnotherImage) {
  Digest image = add("demo:1");
  ASSERT_TRUE(attach(image, "signed"));
  Digest other = add("demo:1", "http");
  ASSERT_NE(image, other);
  EXPECT_TRUE(store_->attachments(image)->empty());
  EXPECT_EQ(count_blobs(), 3u);
  ASSERT_TRUE(attach(other, "signed"));
  add("demo:2");
  ASSERT_TRUE(store_->tag(named("demo:2"), named("demo:1")));
  EXPECT_TRUE(store_->attachments(other)->empty());
  EXPECT_EQ(count_blobs(), 3u);
}

TEST_F(AttachmentsTest, OfAttachmentsGoWithThem) {
  Digest image = add("demo:1");
  Result<Descriptor> document = attach(image, "SBOM");
  ASSERT_TRUE(document);
  ASSERT_TRUE(attach(document->digest, "the SBOM, signed"));
  EXPECT_EQ(store_->attachments(document->digest)->size(), 1u);
  ASSERT_TRUE(store_->remove(named("demo:1")));
  EXPECT_EQ(count_blobs(), 0u);
  EXPECT_EQ(
      StoreIndex::parse(
          as_text(
              read_file(store_->directory() / "index.json", {.size_bytes_max = 1 << 20}).value()))
          ->entries()
          .size(),
      0u);
}

TEST_F(AttachmentsTest, ThatAnImageSharesKeepTheirBlobs) {
  Digest one = add("one:1"), two = add("two:1", "http");
  ASSERT_TRUE(attach(one, "signed") && attach(two, "signed"));
  ASSERT_TRUE(store_->remove(named("one:1")));
  auto found = store_->attachments(two);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->size(), 1u);
}

TEST_F(AttachmentsTest, CanBeTakenAway) {
  Digest image = add("demo:1");
  Result<Descriptor> attached = attach(image, "signed");
  ASSERT_TRUE(attached && attach(attached->digest, "of the signature"));
  ASSERT_TRUE(store_->detach(image, attached->digest));
  EXPECT_EQ(count_blobs(), 3u);
  EXPECT_EQ(store_->detach(image, attached->digest).error().code, ErrorCode::NotFound);
  EXPECT_TRUE(store_->find(named("demo:1")));
}

TEST_F(AttachmentsTest, AreRefusedWhereTheyDoNotBelong) {
  Digest image = add("demo:1");
  EXPECT_EQ(attach(sha256(as_bytes("nothing")), "signed").error().code, ErrorCode::NotFound);
  Descriptor other = describe("other", media_type::kManifest);
  std::string subject = fmt::format(R"(,"subject":{{"mediaType":"{}","digest":"{}","size":5}})",
                                    media_type::kManifest, other.digest.to_string());
  EXPECT_EQ(attach(image, "signed", subject).error().code, ErrorCode::Malformed);
  EXPECT_EQ(store_->attach(image, "no manifest").error().code, ErrorCode::Malformed);
  EXPECT_EQ(store_->attach(image, signature_of("not staged")).error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(store_->attachments(image)->empty());
  EXPECT_EQ(count_blobs(), 3u);
}

TEST_F(AttachmentsTest, DamageIsNotPassedOver) {
  Digest image = add("demo:1");
  Result<Descriptor> attached = attach(image, "signed");
  ASSERT_TRUE(attached);
  std::ofstream(store_->blob_path(attached->digest)) << signature_of("forged");
  EXPECT_EQ(store_->attachments(image).error().code, ErrorCode::Malformed);
  fs::remove(store_->blob_path(attached->digest));
  EXPECT_EQ(store_->attachments(image).error().code, ErrorCode::NotFound);
}

TEST_F(AttachmentsTest, HaveALimit) {
  Digest image = add("demo:1");
  fs::path path = store_->directory() / "index.json";
  Bytes json = read_file(path, {.size_bytes_max = 1 << 20}).value();
  StoreIndex index = StoreIndex::parse(as_text(json)).value();
  for (size_t i = 0; i < limits::kAttachments; i++)
    index.attach(image, describe(std::to_string(i), media_type::kManifest), "x");
  std::ofstream(path) << index.to_json();
  EXPECT_EQ(attach(image, "one more").error().code, ErrorCode::Invalid);
}

}  // namespace
}  // namespace wherry::oci
