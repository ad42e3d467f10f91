#include "registry/target.h"

#include <gtest/gtest.h>

namespace wherry::registry {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST(Target, ReadsEveryEndpoint) {
  struct Case {
    std::string text;
    Endpoint endpoint;
    const char* repository;
  };
  for (const Case& c : {
           Case{"/v2/", Endpoint::Version, ""},
           {"/v2", Endpoint::Version, ""},
           {"/v2/_catalog?n=1", Endpoint::Catalog, ""},
           {"/v2/a/b/blobs/" + kDigest, Endpoint::Blob, "a/b"},
           {"/v2/a/blobs/sha256%3A" + std::string(64, 'a'), Endpoint::Blob, "a"},
           {"/v2/a/blobs/uploads/", Endpoint::Uploads, "a"},
           {"/v2/a/blobs/uploads", Endpoint::Uploads, "a"},
           {"/v2/a/blobs/uploads/xyz", Endpoint::Upload, "a"},
           {"/v2/a/manifests/latest", Endpoint::Manifest, "a"},
           {"/v2/a/manifests/" + kDigest, Endpoint::Manifest, "a"},
           {"/v2/a/tags/list", Endpoint::Tags, "a"},
           {"/v2/a/referrers/" + kDigest, Endpoint::Referrers, "a"},
           {"/v2/tags/list/tags/list", Endpoint::Tags, "tags/list"},
           {"/v2/a/manifests/manifests/1", Endpoint::Manifest, "a/manifests"},
           {"/v2/%61/tags/list", Endpoint::Tags, "a"},
       }) {
    const Answer<Target> target = parse_target(c.text);
    ASSERT_TRUE(target) << c.text;
    EXPECT_EQ(target->endpoint, c.endpoint) << c.text;
    EXPECT_EQ(target->repository ? target->repository->text() : "", c.repository) << c.text;
  }
}

TEST(Target, RefusesOthers) {
  struct Case {
    std::string text;
    unsigned status;
    std::string_view code;
  };
  for (const Case& c : {
           Case{"/", 404, code::kUnsupported},
           {"*", 404, code::kUnsupported},
           {"/v1/", 404, code::kUnsupported},
           {"/v2/a", 404, code::kUnsupported},
           {"/v2/a/nothing/b", 404, code::kUnsupported},
           {"/v2/../tags/list", 400, code::kNameInvalid},
           {"/v2/a/%2e%2e/tags/list", 400, code::kNameInvalid},
           {"/v2/a%00/tags/list", 400, code::kNameInvalid},
           {"/v2/a%2f..%2f..%2fetc/tags/list", 400, code::kNameInvalid},
           {"/v2//tags/list", 400, code::kNameInvalid},
           {"/v2/tags/list", 404, code::kUnsupported},
           {"/v2/_uploads/tags/list", 400, code::kNameInvalid},
           {"/v2/A/tags/list", 400, code::kNameInvalid},
           {"/v2/a/blobs/sha256:../../x", 404, code::kUnsupported},
           {"/v2/a/blobs/sha256:zz", 400, code::kDigestInvalid},
           {"/v2/a/blobs/sha512:" + std::string(128, 'a'), 400, code::kDigestInvalid},
           {"/v2/a/manifests/sha256:totallywrong", 400, code::kDigestInvalid},
           {"/v2/a%/tags/list", 400, code::kUnsupported},
           {"/v2/a/tags/list?n=%zz", 400, code::kUnsupported},
           {"/v2/" + std::string(9000, 'a'), 414, code::kUnsupported},
       }) {
    const Answer<Target> target = parse_target(c.text);
    ASSERT_FALSE(target) << c.text;
    EXPECT_EQ(target.error().status, c.status) << c.text;
    EXPECT_EQ(target.error().code, c.code) << c.text;
  }
}

TEST(Target, HasNeitherTagNorDigestForWhatIsNone) {
  const Answer<Target> target = parse_target("/v2/a/manifests/.INVALID");
  ASSERT_TRUE(target);
  EXPECT_FALSE(target->tag);
  EXPECT_FALSE(target->digest);
}

TEST(Target, ReadsParameters) {
  const Answer<Target> target =
      parse_target("/v2/a/referrers/" + kDigest + "?artifactType=x%2Fy%2Bz&last=a+b&&empty");
  ASSERT_TRUE(target);
  ASSERT_TRUE(target->find_parameter("artifactType"));
  EXPECT_EQ(*target->find_parameter("artifactType"), "x/y+z");
  EXPECT_EQ(*target->find_parameter("last"), "a+b");
  EXPECT_EQ(*target->find_parameter("empty"), "");
  EXPECT_FALSE(target->find_parameter("none"));
}

TEST(Target, SaysThatSha512IsNotKept) {
  const std::string digest = "sha512:" + std::string(128, 'a');
  const auto target = parse_target("/v2/demo/blobs/" + digest);
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().status, 400u);
  EXPECT_NE(target.error().message.find("digests of sha512 are not kept"), std::string::npos);
}

}  // namespace
}  // namespace wherry::registry
