#include "signing/trusted_pull.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "signing/image_signature.h"

namespace wherry::signing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TrustedPullTest : public ::testing::Test {
 protected:
  static fs::path make_folder() {
    char pattern[] = "/tmp/wherry-trusted-XXXXXX";
    return mkdtemp(pattern);
  }
  TrustedPullTest() : folder_(make_folder()), store_(oci::ImageStore::open(folder_).value()) {
    trust::TrustFile file;
    file.name = "trust.toml";
    file.rules.push_back({.image = "r.example/**",
                          .keys = {{"release", key_.public_key()}},
                          .origin = "trust.toml:1"});
    policy_.emplace(std::vector<trust::TrustFile>{file});
  }
  ~TrustedPullTest() override { fs::remove_all(folder_); }

  // A registry's image, with a signature or without.
  FetchImage fetch(bool is_signed) {
    return [this, is_signed](const ImageFetch& wanted) -> Result<oci::Image> {
      fetches_.push_back(wanted.refreshes_attachments);
      Result<oci::Image> known = store_.find(wanted.known_as);
      if (known && !wanted.refreshes_attachments) return known;
      return add(known ? wanted.known_as : wanted.stored_as, is_signed);
    };
  }
  Result<oci::Image> add(const oci::Reference& name, bool is_signed) {
    oci::Image image = TRY(store_.add({.module = as_bytes(std::string_view("\0asm\1\0\0\0", 8)),
                                       .name = name.to_string(),
                                       .config = {}}));
    if (is_signed) TRY(sign_image(store_, image, key_, {.reference = "r.example/app"}));
    return image;
  }

  const fs::path folder_;
  const trust::EcdsaPrivateKey key_ = trust::EcdsaPrivateKey::create().value();
  std::optional<trust::TrustPolicy> policy_;
  const oci::Reference source_ = oci::parse_reference("r.example/app:1").value();
  oci::ImageStore store_;
  std::vector<bool> fetches_;  // whether each was to refresh the attachments
};

TEST_F(TrustedPullTest, NamesWhatIsTrusted) {
  auto image = pull_trusted(store_, *policy_, source_, source_, fetch(true));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->name, "r.example/app:1");
  EXPECT_EQ(store_.list()->size(), 1u);
  EXPECT_EQ(store_.attachments(image->manifest.digest)->size(), 2u);
}

TEST_F(TrustedPullTest, LeavesNothingOfWhatIsNot) {
  auto image = pull_trusted(store_, *policy_, source_, source_, fetch(false));
  EXPECT_EQ(image.error().code, ErrorCode::Denied);
  EXPECT_THAT(image.error().message, HasSubstr("trust.toml:1 asks for a signature by key release"));
  EXPECT_TRUE(store_.list()->empty());
  // Nor under a name that no rule is for.
  EXPECT_FALSE(pull_trusted(store_, *policy_, source_, oci::parse_reference("mine:1").value(),
                            fetch(false)));
  EXPECT_TRUE(store_.list()->empty());
}

TEST_F(TrustedPullTest, AsksOnceForWhatIsThereAndTrusted) {
  ASSERT_TRUE(pull_trusted(store_, *policy_, source_, source_, fetch(true)));
  fetches_.clear();
  ASSERT_TRUE(pull_trusted(store_, *policy_, source_, source_, fetch(true)));
  EXPECT_THAT(fetches_, ElementsAre(false));
}

TEST_F(TrustedPullTest, FindsSignaturesThatCameSince) {
  const trust::TrustPolicy none({});
  ASSERT_TRUE(pull_trusted(store_, none, source_, source_, fetch(false)));
  auto image = pull_trusted(store_, *policy_, source_, source_, fetch(false));
  EXPECT_THAT(image.error().message, HasSubstr("asks for a signature by key release"));
  EXPECT_EQ(store_.list()->size(), 1u);  // it was there before, and who runs it is asked again
  fetches_.clear();
  image = pull_trusted(store_, *policy_, source_, source_, fetch(true));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_THAT(fetches_, ElementsAre(false, true));
  EXPECT_EQ(image->name, "r.example/app:1");
  EXPECT_EQ(store_.list()->size(), 1u);
}

TEST_F(TrustedPullTest, LoadsAllOrNothing) {
  const oci::Reference other = oci::parse_reference("other:1").value();
  // An image that no rule is for, and one that must be signed.
  const auto load = [&](bool is_signed) {
    return load_trusted(store_, *policy_,
                        [&](const auto& rename) -> Result<std::vector<oci::Image>> {
                          std::vector<oci::Image> images;
                          images.push_back(TRY(add(rename(other), false)));
                          images.push_back(TRY(add(rename(source_), is_signed)));
                          return images;
                        });
  };
  EXPECT_EQ(load(false).error().code, ErrorCode::Denied);
  EXPECT_TRUE(store_.list()->empty());
  const auto images = load(true);
  ASSERT_TRUE(images) << images.error().message;
  EXPECT_EQ(images->at(1).name, "r.example/app:1");
  EXPECT_EQ(store_.list()->size(), 2u);
  EXPECT_TRUE(store_.find(other));
}

TEST_F(TrustedPullTest, LeavesNothingOfALoadThatFails) {
  const auto loaded =
      load_trusted(store_, *policy_, [&](const auto& rename) -> Result<std::vector<oci::Image>> {
        TRY(add(rename(source_), true));
        return fail(ErrorCode::Io, "cut off");
      });
  EXPECT_EQ(loaded.error().code, ErrorCode::Io);
  EXPECT_TRUE(store_.list()->empty());
}

}  // namespace
}  // namespace wherry::signing
