#include "registry/repository.h"

#include <gmock/gmock.h>

#include "registry/test_folder.h"

namespace wherry::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Digest digest_of(std::string_view text) { return sha256(as_bytes(text)); }

TEST(Repository, ForgetsTagsWithTheirManifest) {
  TestFolder folder;
  const auto storage = folder.open();
  Repository names(*storage, *RepositoryName::parse("team/demo"));
  EXPECT_FALSE(names.exists());
  const Digest one = digest_of("1"), two = digest_of("2");
  for (const Digest& digest : {one, two})
    ASSERT_TRUE(names.add_manifest(digest, {.media_type = "x/y"}, ""));
  ASSERT_TRUE(names.set_tag(*Tag::parse("a"), one));
  ASSERT_TRUE(names.set_tag(*Tag::parse("b"), two));
  ASSERT_TRUE(names.set_tag(*Tag::parse("c"), one));
  EXPECT_TRUE(names.exists());
  EXPECT_EQ(**names.find_tag(*Tag::parse("a")), one);
  EXPECT_EQ((*names.find_manifest(two))->media_type, "x/y");
  EXPECT_TRUE(*names.remove_manifest(one));
  EXPECT_FALSE(*names.remove_manifest(one));
  EXPECT_THAT(names.list_tags({.count_max = 10})->entries, ElementsAre("b"));
}

TEST(Repository, KnowsWhoRefersToWhom) {
  TestFolder folder;
  const auto storage = folder.open();
  Repository names(*storage, *RepositoryName::parse("demo"));
  const Digest subject = digest_of("image"), signature = digest_of("signature");
  ASSERT_TRUE(names.add_manifest(signature, {.media_type = "x/y", .subject = subject}, "{}"));
  EXPECT_THAT(names.list_referrers(subject, {.count_max = 10})->entries,
              ElementsAre(signature.hex()));
  EXPECT_EQ(*names.read_referrer(subject, signature.hex()), "{}");
  EXPECT_EQ((*names.find_manifest(signature))->subject, subject);
  ASSERT_TRUE(names.remove_manifest(signature));
  EXPECT_THAT(names.list_referrers(subject, {.count_max = 10})->entries, IsEmpty());
}

TEST(Repository, ListsInPages) {
  TestFolder folder;
  const auto storage = folder.open();
  Repository names(*storage, *RepositoryName::parse("demo"));
  for (const char* tag : {"c", "a", "d", "b"})
    ASSERT_TRUE(names.set_tag(*Tag::parse(tag), digest_of("x")));
  const Page first = *names.list_tags({.count_max = 2});
  EXPECT_THAT(first.entries, ElementsAre("a", "b"));
  EXPECT_TRUE(first.has_more);
  const Page last = *names.list_tags({.after = "b", .count_max = 2});
  EXPECT_THAT(last.entries, ElementsAre("c", "d"));
  EXPECT_FALSE(last.has_more);
  EXPECT_THAT(names.list_tags({.count_max = 0})->entries, IsEmpty());
}

TEST(Repositories, AreListedInPages) {
  TestFolder folder;
  const auto storage = folder.open();
  for (const char* name : {"a/b", "a-b", "a", "c/d/e"})
    ASSERT_TRUE(Repository(*storage, *RepositoryName::parse(name)).add_blob(digest_of("x")));
  EXPECT_THAT(list_repositories(*storage, {.count_max = 10})->entries,
              ElementsAre("a", "a/b", "a-b", "c/d/e"));
  std::vector<std::string> seen;
  for (PageRange range{.count_max = 1};;) {
    const Page page = *list_repositories(*storage, range);
    seen.insert(seen.end(), page.entries.begin(), page.entries.end());
    if (!page.has_more) break;
    range.after = page.entries.back();
  }
  EXPECT_THAT(seen, ElementsAre("a", "a/b", "a-b", "c/d/e"));
  EXPECT_THAT(list_repositories(*storage, {.after = "b", .count_max = 9})->entries,
              ElementsAre("c/d/e"));
}

}  // namespace
}  // namespace wherry::registry
