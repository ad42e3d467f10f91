#include "signing/image_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "signing/image_trust.h"
#include "support/base64.h"
#include "trust/simple_signing.h"

namespace wherry::signing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class ImageSignatureTest : public ::testing::Test {
 protected:
  ImageSignatureTest() {
    char pattern[] = "/tmp/wherry-signature-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~ImageSignatureTest() override { fs::remove_all(folder_); }

  oci::ImageStore store() { return oci::ImageStore::open(folder_).value(); }
  oci::Image add(const char* name, std::string_view module = std::string_view("\0asm\1\0\0\0", 8)) {
    return store().add({.module = as_bytes(module), .name = name, .config = {}}).value();
  }
  Result<> check(const oci::Image& image, const trust::EcdsaPrivateKey& key) {
    const oci::ImageStore opened = store();
    TRY(find_signed(signed_manifests(opened, image), key.public_key()));
    return {};
  }
  std::vector<VerifiedSignature> verified(const oci::Image& image,
                                          const trust::EcdsaPrivateKey& key) {
    const oci::ImageStore opened = store();
    return verify_all(load_signed_manifest(opened, image.manifest).value(), key.public_key())
        .value();
  }
  // The image once more, by the name of an index that holds it.
  oci::Image add_index(const char* name, const oci::Image& image) {
    const OrderedJson index = {{"schemaVersion", 2},
                               {"mediaType", oci::media_type::kIndex},
                               {"manifests",
                                {{{"mediaType", image.manifest.media_type},
                                  {"digest", image.manifest.digest.to_string()},
                                  {"size", image.manifest.size_bytes},
                                  {"platform", {{"os", "wasip1"}, {"architecture", "wasm"}}}}}}};
    return store().adopt(oci::parse_reference(name).value(), index.dump()).value();
  }
  Result<> sign(const oci::Image& image, const trust::EcdsaPrivateKey& key,
                const SigningOptions& options = {.reference = "example.com/app"}) {
    oci::ImageStore opened = store();
    return sign_image(opened, image, key, options);
  }
  size_t attachments(const oci::Image& image) {
    return store().attachments(image.manifest.digest)->size();
  }
  // Puts signatures of tag form to an image, whoever made them.
  void attach_payload(const oci::Image& image, const std::string& payload,
                      const std::string& signature) {
    oci::ImageStore opened = store();
    oci::Descriptor layer = oci::describe(payload, trust::kSimpleSigningType);
    const OrderedJson manifest = {
        {"schemaVersion", 2},
        {"mediaType", oci::media_type::kManifest},
        {"config",
         {{"mediaType", "application/vnd.oci.image.config.v1+json"},
          {"digest", layer.digest.to_string()},
          {"size", layer.size_bytes}}},
        {"layers",
         {{{"mediaType", layer.media_type},
           {"digest", layer.digest.to_string()},
           {"size", layer.size_bytes},
           {"annotations", {{trust::kSimpleSigningAnnotation, signature}}}}}}};
    std::vector<oci::BlobWriter> staged;
    staged.push_back(opened.write_blob(layer).value());
    ASSERT_TRUE(staged.back().write(as_bytes(payload)));
    ASSERT_TRUE(staged.back().finish());
    auto attached = opened.attach(image.manifest.digest, manifest.dump(), std::move(staged));
    ASSERT_TRUE(attached) << attached.error().message;
  }

  fs::path folder_;
  const trust::EcdsaPrivateKey key_ = trust::EcdsaPrivateKey::create().value();
  const trust::EcdsaPrivateKey other_ = trust::EcdsaPrivateKey::create().value();
};

TEST_F(ImageSignatureTest, VerifiesBothFormsByTheirKeyAlone) {
  for (const bool bundle : {false, true}) {
    const oci::Image image =
        add(bundle ? "b:1" : "a:1", bundle ? std::string_view("\0asm\1\0\0\0\0\2\1x", 12)
                                           : std::string_view("\0asm\1\0\0\0", 8));
    EXPECT_THAT(check(image, key_).error().message, HasSubstr("it has no signature"));
    ASSERT_TRUE(
        sign(image, key_, {.reference = "example.com/app", .tag_form = !bundle, .bundle = bundle}));
    EXPECT_EQ(attachments(image), 1u);
    EXPECT_TRUE(check(image, key_)) << bundle;
    EXPECT_EQ(check(image, other_).error().code, ErrorCode::Denied);
  }
}

TEST_F(ImageSignatureTest, SignsOnceForEachKey) {
  const oci::Image image = add("a:1");
  ASSERT_TRUE(sign(image, key_));
  ASSERT_TRUE(sign(image, key_));
  EXPECT_EQ(attachments(image), 2u);  // of tag form, and a bundle
  ASSERT_TRUE(sign(image, other_));
  EXPECT_EQ(attachments(image), 3u);  // those of tag form are one manifest
  EXPECT_TRUE(check(image, key_));
  EXPECT_TRUE(check(image, other_));
  const auto by_key = verified(image, key_);
  ASSERT_THAT(by_key, SizeIs(2));
  EXPECT_EQ(by_key[0].reference + by_key[1].reference, "example.com/app");
}

TEST_F(ImageSignatureTest, RefusesASignatureOfAnotherDigest) {
  const oci::Image image = add("a:1");
  const std::string payload =
      trust::to_payload({.manifest = sha256(as_bytes("other")), .reference = "a"});
  attach_payload(image, payload, base64_encode(*key_.sign(as_bytes(payload))));
  EXPECT_THAT(check(image, key_).error().message, HasSubstr("of another image"));
}

TEST_F(ImageSignatureTest, RefusesAChangedPayloadAndAMalformedSignature) {
  const oci::Image image = add("a:1");
  const std::string payload =
      trust::to_payload({.manifest = image.manifest.digest, .reference = "a"});
  const std::string signature = base64_encode(*key_.sign(as_bytes(payload)));
  attach_payload(image, payload + " ", signature);
  EXPECT_THAT(check(image, key_).error().message, HasSubstr("is not of key"));
  attach_payload(image, payload, "no base64");
  EXPECT_THAT(check(image, key_).error().message, HasSubstr("none of its 2 signatures is good"));
  // A bad one beside it does not spoil a good one.
  attach_payload(image, payload, signature);
  EXPECT_TRUE(check(image, key_));
}

TEST_F(ImageSignatureTest, TakesNoAttestationForASignature) {
  const oci::Image image = add("a:1");
  oci::ImageStore opened = store();
  ASSERT_TRUE(attest_image(opened, image, key_, std::string(trust::kSpdxPredicate), "{}"));
  EXPECT_THAT(check(image, key_).error().message, HasSubstr("is no signature"));
  // Said once, however often.
  ASSERT_TRUE(attest_image(opened, image, key_, std::string(trust::kSpdxPredicate), "{ }"));
  EXPECT_THAT(verified(image, key_), SizeIs(1));
  ASSERT_TRUE(attest_image(opened, image, key_, std::string(trust::kSpdxPredicate), R"({"a":1})"));
  EXPECT_THAT(verified(image, key_), SizeIs(2));
}

TEST_F(ImageSignatureTest, OfAnIndexCoversTheImageInIt) {
  const oci::Image alone = add("alone:1");
  const oci::Image image = add_index("many:1", alone);
  ASSERT_TRUE(image.index);
  ASSERT_EQ(image.manifest.digest, alone.manifest.digest);
  // Of the index and nothing else.
  const std::string payload =
      trust::to_payload({.manifest = image.index->digest, .reference = "a"});
  oci::Image index = image;
  index.manifest = *image.index;
  attach_payload(index, payload, base64_encode(*key_.sign(as_bytes(payload))));
  EXPECT_TRUE(check(image, key_));
  // The other name says nothing of an index.
  EXPECT_EQ(check(alone, key_).error().message, "it has no signature (wherry sign makes one)");
  EXPECT_EQ(check(image, other_).error().message,
            fmt::format("the image {}: it has no signature (wherry sign makes one); the index {}: "
                        "none of its 1 signatures is good: the signature is not of key {}",
                        image.manifest.digest.to_string(), image.index->digest.to_string(),
                        other_.public_key().fingerprint().to_string()));
}

TEST_F(ImageSignatureTest, SignsAnIndexAndItsImage) {
  const oci::Image alone = add("alone:1");
  const oci::Image image = add_index("many:1", alone);
  ASSERT_TRUE(sign(image, key_));
  ASSERT_TRUE(sign(image, key_));
  EXPECT_EQ(store().attachments(image.index->digest)->size(), 2u);
  EXPECT_EQ(attachments(image), 2u);
  EXPECT_TRUE(check(alone, key_));
}

TEST_F(ImageSignatureTest, AttachesDocumentsOnce) {
  const oci::Image image = add("a:1");
  oci::ImageStore opened = store();
  ASSERT_TRUE(attach_document(opened, image, kSpdxType, R"({"spdxVersion":"SPDX-2.3"})"));
  ASSERT_TRUE(attach_document(opened, image, kSpdxType, R"({"spdxVersion":"SPDX-2.3"})"));
  EXPECT_EQ(attachments(image), 1u);
  EXPECT_EQ(find_documents(*load_signed_manifest(opened, image.manifest), kSpdxType)->front(),
            R"({"spdxVersion":"SPDX-2.3"})");
}

TEST_F(ImageSignatureTest, TellsAPolicyWhatItAsks) {
  const oci::Image image = add("a:1");
  trust::TrustFile file;
  file.rules.push_back({.keys = {{"release", key_.public_key()}}, .origin = "trust.toml:1"});
  const trust::TrustPolicy policy({file});
  const oci::ImageStore opened = store();
  auto trusted = [&] { return check_image_trust(policy, "a:1", opened, image); };
  EXPECT_THAT(trusted().error().message,
              HasSubstr("trust.toml:1 asks for a signature by key release"));
  ASSERT_TRUE(sign(image, other_));
  EXPECT_FALSE(trusted());
  ASSERT_TRUE(sign(image, key_));
  EXPECT_TRUE(trusted());
}

}  // namespace
}  // namespace wherry::signing
