#include "oci/working_name.h"

#include <gtest/gtest.h>

#include "oci/image_store.h"

namespace wherry::oci {
namespace {

class WorkingNameTest : public testing::Test {
 protected:
  WorkingNameTest() {
    std::string name = (fs::temp_directory_path() / "wherry-working.XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    store_ = *ImageStore::open(folder_ / "store");
    EXPECT_TRUE(add("demo:1"));
  }
  ~WorkingNameTest() override { fs::remove_all(folder_); }

  Result<Image> add(const std::string& name) {
    static constexpr std::string_view kModule("\0asm\1\0\0\0", 8);
    return store_->add({.module = as_bytes(kModule),
                        .name = name,
                        .config = {.request_json = {}, .trigger = {}, .title = name}});
  }

  fs::path folder_;
  std::optional<ImageStore> store_;
};

TEST_F(WorkingNameTest, IsShownToNobody) {
  const WorkingName working = *WorkingName::create(store_->directory());
  ASSERT_TRUE(add(working.reference().to_string()));
  EXPECT_TRUE(is_working_name(working.reference().to_string()));
  EXPECT_FALSE(is_abandoned_name(store_->directory(), working.reference().to_string()));
  EXPECT_EQ(store_->list()->size(), 1u);
  EXPECT_EQ(store_->sizes()->size(), 1u);
  EXPECT_EQ(store_->check()->images, 1u);
  EXPECT_TRUE(store_->check()->problems.empty());
  // Changes of others leave it.
  ASSERT_TRUE(add("demo:2"));
  ASSERT_TRUE(store_->prune({.grace_s = 0}));
  EXPECT_TRUE(store_->find(working.reference()));
}

TEST_F(WorkingNameTest, GoesWithItsProcess) {
  const auto leave = [&] {
    const WorkingName working = *WorkingName::create(store_->directory());
    EXPECT_TRUE(add(working.reference(3).to_string()));
    return working.reference(3);
  };
  const Reference left = leave();
  const StoreReport report = *store_->check();
  ASSERT_EQ(report.problems.size(), 1u);
  EXPECT_EQ(report.problems[0].kind, StoreProblem::Kind::Garbage);
  ASSERT_TRUE(store_->prune({.grace_s = 0}));
  EXPECT_FALSE(store_->find(left));
  EXPECT_TRUE(store_->check()->problems.empty());
  const Reference again = leave();
  ASSERT_TRUE(add("demo:3"));
  EXPECT_FALSE(store_->find(again));
  EXPECT_TRUE(store_->check()->problems.empty());
}

}  // namespace
}  // namespace wherry::oci
