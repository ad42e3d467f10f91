#include "registry/storage.h"

#include <fstream>

#include "registry/test_folder.h"

namespace wherry::registry {
namespace {

TEST(Storage, IsOneProcesss) {
  TestFolder folder;
  {
    const auto storage = folder.open();
    const auto second = Storage::open(folder.path(), {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::Unavailable);
    EXPECT_FALSE(Storage::open(folder.path(), {.read_only = true}));
  }
  const auto reader = folder.open({.read_only = true});
  EXPECT_TRUE(folder.open({.read_only = true}));
  EXPECT_FALSE(Storage::open(folder.path(), {}));
}

TEST(Storage, TakesNoFolderOfOthers) {
  TestFolder folder;
  fs::create_directory(folder.path());
  std::ofstream(folder.path() / "diary") << "dear";
  const auto storage = Storage::open(folder.path(), {});
  ASSERT_FALSE(storage);
  EXPECT_EQ(storage.error().code, ErrorCode::Invalid);
  EXPECT_FALSE(fs::exists(folder.path() / "blobs"));
}

TEST(Storage, MakesNothingToRead) {
  TestFolder folder;
  const auto storage = Storage::open(folder.path(), {.read_only = true});
  ASSERT_FALSE(storage);
  EXPECT_EQ(storage.error().code, ErrorCode::NotFound);
  EXPECT_FALSE(fs::exists(folder.path()));
}

TEST(Storage, RemovesWhatAKilledProcessLeft) {
  TestFolder folder;
  fs::create_directory(folder.path());
  std::ofstream(folder.path() / "wherry-registry.new") << "ver";
  folder.open();
  std::ofstream(folder.path() / "tmp" / "7") << "half";
  folder.open();
  EXPECT_TRUE(fs::is_empty(folder.path() / "tmp"));
}

TEST(Storage, KeepsToItsSize) {
  TestFolder folder;
  const std::string text(60, 'x');
  const Digest digest = sha256(as_bytes(text));
  {
    const auto storage = folder.open({.size_bytes_max = 100});
    ASSERT_TRUE(storage->add_content(digest, as_bytes(text)));
    ASSERT_TRUE(storage->take_space(40));
    EXPECT_FALSE(storage->take_space(1));
    storage->give_space_back(40);
  }
  // Counted again at the next start; freed when it is removed.
  const auto storage = folder.open({.size_bytes_max = 100});
  const auto refused = storage->take_space(41);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  // The same content again takes no more.
  EXPECT_FALSE(storage->add_content(sha256(as_bytes("y")), as_bytes(std::string(41, 'y'))));
  ASSERT_TRUE(storage->remove_content(digest));
  EXPECT_TRUE(storage->take_space(100));
}

}  // namespace
}  // namespace wherry::registry
