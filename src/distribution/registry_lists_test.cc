#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "distribution/paging.h"
#include "distribution/referrer_list.h"
#include "distribution/remote_delete.h"
#include "distribution/tag_list.h"

namespace wherry::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Answers by "METHOD URL", 404 to all else.
class FakeRegistry : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    auto found = answers.find(request.method + " " + request.url);
    return found == answers.end() ? HttpResponse{.status = 404} : found->second;
  }
  std::map<std::string, HttpResponse> answers;
};

const std::string kTagsUrl = "https://r.io/v2/a/tags/list?n=1000";
const std::string kHex(64, 'a');
const std::string kIndex =
    R"({"schemaVersion":2,"manifests":[{"mediaType":"m","size":3,"digest":"sha256:)" +
    std::string(64, 'b') + R"(","artifactType":"t"}]})";

class RegistryListsTest : public ::testing::Test {
 protected:
  void page(const std::string& url, const std::string& body, const std::string& link = "") {
    registry.answers["GET " + url] = {.status = 200, .headers = {{"link", link}}, .body = body};
  }
  Result<std::vector<std::string>> tags() { return list_tags(session, repository); }
  Result<std::vector<Referrer>> referrers() {
    return list_referrers(session, repository, parse_digest("sha256:" + kHex).value());
  }

  FakeRegistry registry;
  RegistrySession session{registry, "r.io", {}};
  oci::Reference repository = oci::parse_reference("r.io/a:1").value();
};

TEST_F(RegistryListsTest, FollowPages) {
  page(kTagsUrl, R"({"name":"a","tags":["1","2"]})", "</v2/a/tags/list?n=2&last=2>; rel=\"next\"");
  page("https://r.io/v2/a/tags/list?n=2&last=2", R"({"tags":["3"]})", "<x>; rel=\"prev\"");
  EXPECT_THAT(tags().value(), ElementsAre("1", "2", "3"));
}

TEST_F(RegistryListsTest, MayBeEmpty) {
  page(kTagsUrl, R"({"name":"a","tags":null})");
  EXPECT_TRUE(tags()->empty());
}

TEST_F(RegistryListsTest, EndAtALimit) {
  page(kTagsUrl, R"({"tags":["1"]})", "<?n=1000>; rel=\"next\"");
  page("https://r.io/v2/a/tags/?n=1000", R"({"tags":["1"]})", "<?n=1000>; rel=\"next\"");
  EXPECT_THAT(tags().error().message, HasSubstr("more than 10000 pages"));
}

TEST_F(RegistryListsTest, StayOnTheirHost) {
  page(kTagsUrl, R"({"tags":["1"]})", "<https://evil.io/v2/a/tags/list>; rel=\"next\"");
  EXPECT_EQ(tags().error().code, ErrorCode::Denied);
}

TEST_F(RegistryListsTest, HoldTagsOnly) {
  for (const char* body :
       {"", "[]", R"({"tags":{}})", R"({"tags":[1]})", R"({"tags":["\u001b[2J"]})",
        R"({"tags":["a/b"]})", R"({"tags":[""]})"}) {
    page(kTagsUrl, body);
    ASSERT_FALSE(tags()) << body;
    EXPECT_EQ(tags().error().code, ErrorCode::Malformed) << body;
  }
  EXPECT_EQ(parse_tag_page(R"({"tags":["1"]})")->size(), 1u);
}

TEST_F(RegistryListsTest, SayWhatIsMissing) { EXPECT_EQ(tags().error().code, ErrorCode::NotFound); }

TEST_F(RegistryListsTest, LinksHaveManyForms) {
  const std::pair<const char*, const char*> cases[] = {
      {R"(</n>; rel="next")", "/n"},
      {R"(</n>;rel=next)", "/n"},
      {R"(</p>; rel="prev", </n>; rel="next")", "/n"},
      {R"(</p>; rel="prev")", ""},
      {R"(</n)", ""},
      {R"(rel="next")", ""},
      {"", ""}};
  for (auto [header, target] : cases) EXPECT_EQ(next_link(header).value_or(""), target) << header;
}

TEST_F(RegistryListsTest, ReferrersComeFromTheirEndPoint) {
  page("https://r.io/v2/a/referrers/sha256:" + kHex, kIndex);
  ASSERT_EQ(referrers()->size(), 1u);
  EXPECT_EQ(referrers()->front().artifact_type, "t");
}

TEST_F(RegistryListsTest, ReferrersComeFromTheirTag) {
  page("https://r.io/v2/a/manifests/sha256-" + kHex, kIndex);
  EXPECT_EQ(referrers()->size(), 1u);
  registry.answers.clear();
  EXPECT_TRUE(referrers()->empty());
  registry.answers["GET https://r.io/v2/a/referrers/sha256:" + kHex] = {.status = 500};
  EXPECT_EQ(referrers().error().code, ErrorCode::Unavailable);
}

TEST_F(RegistryListsTest, DeletesByDigestOrTag) {
  oci::Reference by_digest = oci::parse_reference("r.io/a@sha256:" + kHex).value();
  registry.answers["DELETE https://r.io/v2/a/manifests/sha256:" + kHex] = {.status = 202};
  EXPECT_TRUE(delete_remote(session, by_digest));
  EXPECT_EQ(delete_remote(session, repository).error().code, ErrorCode::NotFound);
  registry.answers["DELETE https://r.io/v2/a/manifests/sha256:" + kHex] = {.status = 405};
  EXPECT_THAT(delete_remote(session, by_digest).error().message, HasSubstr("delete.enabled"));
}

TEST_F(RegistryListsTest, NeverDeletesByDigestInATagsPlace) {
  registry.answers["DELETE https://r.io/v2/a/manifests/1"] = {.status = 405};
  registry.answers["GET https://r.io/v2/a/manifests/1"] = {
      .status = 200, .headers = {}, .body = "{}"};
  Result<> done = delete_remote(session, repository);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Unsupported);
  EXPECT_THAT(done.error().message, HasSubstr("wherry delete r.io/a@sha256:"));
}

}  // namespace
}  // namespace wherry::distribution
