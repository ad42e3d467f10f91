#include "builder/build.h"

#include <gtest/gtest.h>

#include <map>

#include "builder/temporary_folder.h"
#include "signing/image_signature.h"
#include "support/json.h"

namespace wherry::builder {
namespace {

// The smallest module, one with a memory of two pages, and one whose function lacks its result.
const std::string kEmpty("\0asm\1\0\0\0", 8);
const std::string kTwoPages("\0asm\1\0\0\0\5\3\1\0\2", 13);
const std::string kInvalid("\0asm\1\0\0\0\1\5\1\x60\0\1\x7f\3\2\1\0\x0a\4\1\2\0\x0b", 25);

class BuildTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directory(folder()); }

  void write(const std::string& path, std::string_view content) {
    ASSERT_TRUE(write_file_atomic(folder() / path, as_bytes(content)));
  }

  Result<Built> build(std::optional<std::string> name = "app:1") {
    return build_image({.folder = folder(),
                        .name = std::move(name),
                        .image_store = store(),
                        .on_diagnostics = [this](std::string_view text) { diagnostics_ += text; }});
  }

  // The message, and the promise that nothing was stored.
  std::string message(std::optional<std::string> name = "app:1") {
    auto built = build(std::move(name));
    EXPECT_FALSE(fs::exists(store()));
    return built ? "" : built.error().message;
  }

  fs::path folder() const { return temporary_.path() / "app"; }
  fs::path store() const { return temporary_.path() / "store"; }

  TemporaryFolder temporary_ = std::move(*TemporaryFolder::create());
  std::string diagnostics_;
};

TEST_F(BuildTest, StoresTheModuleWithWhatItAsksFor) {
  write("app.wasm", kTwoPages);
  write("wherry.toml",
        "name = \"two-pages\"\ntrigger = \"http\"\n[permissions]\nenvironment = "
        "[\"A\"]\n[limits]\nmemory = "
        "\"128KiB\"\n");
  auto built = build();
  ASSERT_TRUE(built) << built.error().message;
  EXPECT_EQ(built->image.name, "app:1");
  EXPECT_EQ(built->image.config.trigger, "http");
  EXPECT_EQ(built->image.config.title, "two-pages");
  EXPECT_EQ(built->image.config.request_json,
            R"({"environment":["A"],"limits":{"memory_bytes_max":131072}})");
  EXPECT_EQ(built->module_size_bytes, kTwoPages.size());
  EXPECT_EQ(built->image.module.digest, sha256(as_bytes(kTwoPages)));
}

TEST_F(BuildTest, NamesTheImage) {
  write("app.wasm", kEmpty);
  EXPECT_EQ(message(std::nullopt),
            "the image has no name (give -t NAME[:TAG], or name in wherry.toml)");
  write("wherry.toml", "name = \"empty\"\n");
  auto built = build(std::nullopt);
  ASSERT_TRUE(built) << built.error().message;
  EXPECT_EQ(built->image.name, "empty:latest");
}

TEST_F(BuildTest, TitlesAnImageWithoutNameAfterItsRepository) {
  write("app.wasm", kEmpty);
  EXPECT_EQ(build("127.0.0.1:5000/demo/thing:2")->image.config.title, "thing");
}

TEST_F(BuildTest, RefusesInvalidModules) {
  write("app.wasm", kInvalid);
  EXPECT_TRUE(message().starts_with("app.wasm: at offset 0x")) << message();
  write("app.wasm", kEmpty.substr(0, 6));
  EXPECT_TRUE(message().starts_with("app.wasm: at offset 0x")) << message();
}

TEST_F(BuildTest, RefusesAMemoryLimitThatTheModuleExceeds) {
  write("app.wasm", kTwoPages);
  write("wherry.toml", "[limits]\nmemory = \"64KiB\"\n");
  EXPECT_EQ(message(),
            "the module's memory begins with 2 pages of 64KiB, more than limits.memory in "
            "wherry.toml, 64KiB "
            "(raise it)");
}

TEST_F(BuildTest, NamesTheApplicationFileAsTheUserSeesIt) {
  write("app.wasm", kEmpty);
  write("wherry.toml", "\nnmae = \"x\"\n");
  EXPECT_EQ(message(),
            (folder() / "wherry.toml").string() + ":2: unknown key 'nmae' (did you mean 'name'?)");
}

TEST_F(BuildTest, RefusesAnApplicationFileThatLeadsOut) {
  write("app.wasm", kEmpty);
  ASSERT_TRUE(write_file_atomic(temporary_.path() / "other.toml", as_bytes("")));
  fs::create_symlink("../other.toml", folder() / "wherry.toml");
  EXPECT_EQ(
      message(),
      "source 'wherry.toml' is a symbolic link that leads out of the folder (copy the file into "
      "it)");
}

TEST_F(BuildTest, RefusesFlagsForAReadyModule) {
  write("app.wasm", kEmpty);
  write("wherry.toml", "[build]\nflags = [\"-O3\"]\n");
  EXPECT_EQ(message(), "flags of [build] in wherry.toml: a module that is ready takes none");
}

TEST_F(BuildTest, RefusesNamesThatAreNone) {
  write("app.wasm", kEmpty);
  EXPECT_NE(message("App:1"), "");
}

TEST_F(BuildTest, PacksAssets) {
  write("app.wasm", kEmpty);
  fs::create_directories(folder() / "public");
  write("public/other.wasm", kEmpty);  // no candidate for the module
  write("public/index.html", "hello");
  write("wherry.toml", "assets = [{ path = \"public\", guest = \"/static\" }]\n");
  auto built = build();
  ASSERT_TRUE(built) << built.error().message;
  EXPECT_EQ(built->assets, 2u);
  EXPECT_EQ(built->format, oci::ImageFormat::Image);
  EXPECT_EQ(built->image.files.folders, std::vector<std::string>{"/static"});
  EXPECT_TRUE(fs::is_regular_file(built->image.files.root / "static/index.html"));
}

TEST_F(BuildTest, ListsSourcesAndAssetsInTheSbom) {
  write("app.wasm", kEmpty);
  fs::create_directories(folder() / "public");
  write("public/index.html", "hello");
  write("wherry.toml", "assets = [{ path = \"public\", guest = \"/static\" }]\n");
  auto built = build();
  ASSERT_TRUE(built) << built.error().message;
  auto opened = oci::ImageStore::open(store()).value();
  const auto documents = signing::find_documents(
      signing::load_signed_manifest(opened, built->image.manifest).value(), signing::kSpdxType);
  ASSERT_TRUE(documents && documents->size() == 1);
  const Json sbom = Json::parse(documents->front());
  std::map<std::string, std::string> files;  // how each is related to the image
  for (const Json& file : sbom["files"])
    for (const Json& relation : sbom["relationships"])
      if (relation["relatedSpdxElement"] == file["SPDXID"])
        files[file["fileName"]] = relation["relationshipType"];
  EXPECT_EQ(files, (std::map<std::string, std::string>{{"./app.wasm", "GENERATED_FROM"},
                                                       {"./wherry.toml", "GENERATED_FROM"},
                                                       {"./static/index.html", "CONTAINS"}}));
  EXPECT_EQ(sbom["files"][2]["checksums"][1]["checksumValue"],
            sha256(as_bytes(std::string_view("hello"))).hex());
}

TEST_F(BuildTest, RefusesAssetsThatAreNotThere) {
  write("app.wasm", kEmpty);
  write("wherry.toml", "assets = [{ path = \"public\", guest = \"/static\" }]\n");
  EXPECT_NE(message().find("public"), std::string::npos);
  fs::create_directories(folder() / "public");
  EXPECT_EQ(message(), "assets: the folder 'public' holds no file");
  fs::create_symlink("/etc/passwd", folder() / "public/link");
  EXPECT_NE(message().find("is neither a file nor a folder"), std::string::npos);
}

}  // namespace
}  // namespace wherry::builder
