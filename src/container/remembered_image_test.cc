#include "container/remembered_image.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace wherry::container {
namespace {

class RememberedImageTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/wherry-remembered-test.XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    fs::create_directory(folder_ / "store");
    write_index("{}");
    // Only what was last changed a while ago is remembered, and a file's ctime cannot be set: a
    // link to a file of the system's stands for a store of longer standing.
    fs::create_directory(folder_ / "old");
    fs::create_symlink("/bin/sh", folder_ / "old/index.json");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write_index(std::string_view text) {
    ASSERT_TRUE(write_file_atomic(folder_ / "store/index.json", as_bytes(text)).has_value());
  }
  ImageMemory memory(const char* store, std::string_view name = "app:1") const {
    return ImageMemory(folder_ / store, folder_, *oci::parse_reference(name));
  }

  const RememberedImage image_{sha256(as_bytes("module")), "http", R"({"environment":["A b"]})"};
  fs::path folder_;
};

TEST_F(RememberedImageTest, NothingIsKnownAtFirst) {
  EXPECT_EQ(memory("old").recall(), std::nullopt);
}

TEST_F(RememberedImageTest, IsRecalledAsItWas) {
  memory("old").remember(image_);
  EXPECT_EQ(memory("old").recall(), image_);
}

TEST_F(RememberedImageTest, EmptyPartsStayEmpty) {
  const RememberedImage bare{image_.module, "", ""};
  memory("old").remember(bare);
  EXPECT_EQ(memory("old").recall(), bare);
}

TEST_F(RememberedImageTest, KeepsWhatAnOrdinaryImageBringsAlong) {
  RememberedImage image = image_;
  image.extras = {.module_path = "/s/unpacked/1/module.wasm",
                  .files = "/s/unpacked/1/files",
                  .folders = {"/a b"},
                  .arguments = {"-v", ""},
                  .default_arguments = {"\"x\" {"},
                  .environment = {{"A", "1 2"}}};
  memory("old").remember(image);
  EXPECT_EQ(memory("old").recall(), image);
}

TEST_F(RememberedImageTest, EveryNameHasItsOwn) {
  memory("old").remember(image_);
  EXPECT_EQ(memory("old", "app:2").recall(), std::nullopt);
  EXPECT_EQ(memory("old", "127.0.0.1:5000/app:1").recall(), std::nullopt);
}

TEST_F(RememberedImageTest, AnotherStoreIsNotMeant) {
  memory("old").remember(image_);
  EXPECT_EQ(memory("store").recall(), std::nullopt);
}

TEST_F(RememberedImageTest, AStoreThatJustChangedIsNotRemembered) {
  memory("store").remember(image_);
  EXPECT_EQ(memory("store").recall(), std::nullopt);
}

}  // namespace
}  // namespace wherry::container
