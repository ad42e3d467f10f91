#include "oci/image_unpacking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "oci/image_documents.h"
#include "oci/image_format.h"
#include "oci/image_packing.h"
#include "oci/layer_tree.h"
#include "oci/spin_application.h"
#include "oci/test_tar.h"

namespace wherry::oci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kModule("\0asm\1\0\0\0", 8);
constexpr char kTar[] = "application/vnd.oci.image.layer.v1.tar";

class ImageUnpackingTest : public ::testing::Test {
 protected:
  ImageUnpackingTest() {
    std::string pattern = (fs::temp_directory_path() / "wherry-unpack.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ::unsetenv("SOURCE_DATE_EPOCH");
    store_.emplace(ImageStore::open(folder_ / "store").value());
  }
  ~ImageUnpackingTest() override { fs::remove_all(folder_); }

  BlobWriter stage(const std::string& content, std::string_view type) {
    BlobWriter writer = store_->write_blob(describe(content, type)).value();
    EXPECT_TRUE(writer.write(as_bytes(content)) && writer.finish());
    return writer;
  }

  struct Layer {
    std::string content;
    std::string type = kTar;
  };
  // Stores an ordinary image of these layers as "demo:1".
  Result<Image> load(const std::vector<Layer>& layers, const std::string& process,
                     const std::string& name = "demo:1") {
    std::vector<BlobWriter> staged;
    const std::string config = R"({"architecture":"wasm","os":"wasi","config":)" + process + "}";
    staged.push_back(stage(config, "application/vnd.oci.image.config.v1+json"));
    std::string members;
    auto describe_json = [](const Descriptor& blob) {
      return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}}})", blob.media_type,
                         blob.digest.to_string(), blob.size_bytes);
    };
    for (const Layer& layer : layers) {
      staged.push_back(stage(layer.content, layer.type));
      members += (members.empty() ? "" : ",") + describe_json(staged.back().descriptor());
    }
    const std::string manifest = fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{}]}})",
                                             describe_json(staged[0].descriptor()), members);
    return unpack_and_adopt(*store_, parse_reference(name).value(), manifest, std::move(staged));
  }
  Result<Image> load_tar(const std::vector<TestTarEntry>& entries, const std::string& process) {
    return load({{test_tar(entries)}}, process);
  }

  static std::string read(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Every file and folder below it.
  static std::set<std::string> tree(const fs::path& folder) {
    std::set<std::string> paths;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      paths.insert(entry.path().lexically_relative(folder).string());
    return paths;
  }
  void expect_nothing_left() {
    EXPECT_TRUE(store_->list().value().empty());
    for (const char* part : {"blobs/sha256", "staging", "unpacked"})
      if (fs::exists(folder_ / "store" / part)) {
        EXPECT_THAT(tree(folder_ / "store" / part), ElementsAre()) << part;
      }
  }

  fs::path folder_;
  std::optional<ImageStore> store_;
};

TEST_F(ImageUnpackingTest, FindsTheModuleByTheEntrypoint) {
  Result<Image> image = load_tar({{.name = "app.wasm", .content = kModule}},
                                 R"({"Entrypoint":["/app.wasm"],"Env":["A=b"],"Cmd":null})");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(read(image->module_path), kModule);
  EXPECT_EQ(image->module.digest, sha256(as_bytes(kModule)));
  EXPECT_TRUE(image->files.folders.empty());
  EXPECT_EQ(image->config.environment[0].first, "A");
  EXPECT_TRUE(store_->map_module(*image));
}

TEST_F(ImageUnpackingTest, FindsTheModuleWhereverItIsMeant) {
  const std::pair<const char*, const char*> kCases[] = {
      {"app.wasm", R"({"Cmd":["app.wasm"]})"},
      {"srv/app", R"({"Cmd":["app"],"WorkingDir":"/srv"})"},
      {"plugin.wasm", "null"},
      {"deep/only.wasm", "{}"},
  };
  for (const auto& [name, process] : kCases) {
    Result<Image> image = load_tar({{.name = name, .content = kModule}}, process);
    ASSERT_TRUE(image) << name << ": " << image.error().message;
    EXPECT_EQ(read(image->module_path), kModule);
  }
}

TEST_F(ImageUnpackingTest, KeepsTheOtherFilesForTheGuest) {
  const mode_t before = ::umask(0077);
  Result<Image> image = load_tar({{.name = "app.wasm", .content = kModule},
                                  {.name = "static/index.html", .content = "hello"},
                                  {.name = "static/empty/", .type = '5'}},
                                 R"({"Entrypoint":["/app.wasm"]})");
  ::umask(before);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_THAT(tree(image->files.root),
              ElementsAre("app.wasm", "static", "static/empty", "static/index.html"));
  EXPECT_THAT(image->files.folders, ElementsAre("/static"));
  EXPECT_EQ(fs::status(image->files.root / "static").permissions(), fs::perms(0755));
  EXPECT_EQ(fs::status(image->files.root / "static/index.html").permissions(), fs::perms(0644));
}

TEST_F(ImageUnpackingTest, LaysLayersOverOneAnother) {
  Result<Image> image = load({{test_tar({{.name = "app.wasm", .content = "old"},
                                         {.name = "a/gone", .content = "1"},
                                         {.name = "a/stays", .content = "1"},
                                         {.name = "b/old", .content = "1"}})},
                              {test_tar({{.name = "app.wasm", .content = kModule},
                                         {.name = "a/.wh.gone"},
                                         {.name = "b/new", .content = "2"},
                                         {.name = "b/.wh..wh..opq"},
                                         {.name = ".wh.never-there"}})}},
                             R"({"Entrypoint":["/app.wasm"]})");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_THAT(tree(image->files.root), ElementsAre("a", "a/stays", "app.wasm", "b", "b/new"));
  EXPECT_EQ(read(image->module_path), kModule);
}

TEST_F(ImageUnpackingTest, FollowsLinksInsideTheImage) {
  Result<Image> image = load_tar({{.name = "opt/real.wasm", .content = kModule},
                                  {.name = "opt/data", .content = "1"},
                                  {.name = "bin/app", .type = '2', .target = "/opt/real.wasm"}},
                                 R"({"Entrypoint":["/bin/app"]})");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(fs::read_symlink(image->files.root / "bin/app"), "../opt/real.wasm");
}

TEST_F(ImageUnpackingTest, FilesAtTheTopMakeTheWholeImageVisible) {
  const TestTarEntry module{.name = "bin/app.wasm", .content = kModule};
  const std::string process = R"({"Entrypoint":["/bin/app.wasm"]})";
  EXPECT_THAT(load_tar({module}, process)->files.folders, ElementsAre());
  EXPECT_THAT(load_tar({module, {.name = "readme", .content = "1"}}, process)->files.folders,
              ElementsAre("/"));
  EXPECT_THAT(load_tar({module, {.name = "bin/data", .content = "1"}}, process)->files.folders,
              ElementsAre("/bin"));
}

TEST_F(ImageUnpackingTest, LinksAreMadeRelative) {
  EXPECT_EQ(link_inside("a", "/"), ".");
  EXPECT_EQ(link_inside("a", "b"), "b");
  EXPECT_EQ(link_inside("x/y/a", "/usr/b"), "../../usr/b");
  EXPECT_EQ(link_inside("x/a", "../b"), "../b");
  EXPECT_FALSE(link_inside("x/a", "../../b"));
  EXPECT_FALSE(link_inside("a", "b/../../c"));
}

TEST_F(ImageUnpackingTest, TakesModulesThatAreCompressedOrWrongTyped) {
  std::string packed;
  {
    BlobWriter plain = stage(kModule, "x");
    const std::string command = "gzip -c " + plain.path().string();
    FILE* pipe = ::popen(command.c_str(), "r");
    ASSERT_TRUE(pipe);
    char block[256];
    while (size_t count = ::fread(block, 1, sizeof block, pipe)) packed.append(block, count);
    ::pclose(pipe);
  }
  for (const char* type : {kTar, "application/wasm", "application/octet-stream"}) {
    Result<Image> image = load({{packed, type}}, "null");
    ASSERT_TRUE(image) << type << ": " << image.error().message;
    EXPECT_EQ(read(image->module_path), kModule);
  }
}

TEST_F(ImageUnpackingTest, LeavesModulesThatLieOpen) {
  Result<Image> image = load({{kModule, "application/wasm"}}, "null");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->module_path, store_->blob_path(sha256(as_bytes(kModule))));
  EXPECT_FALSE(fs::exists(folder_ / "store/unpacked"));
}

TEST_F(ImageUnpackingTest, RefusesWhatItCannotRun) {
  const std::string component("\0asm\x0d\0\1\0", 8);
  const std::string app = R"({"Entrypoint":["/app.wasm"]})";
  struct Case {
    std::vector<TestTarEntry> entries;
    std::string process;
    const char* message;
  };
  const Case kCases[] = {
      {{{.name = "app.wasm", .content = component}}, app, "its file '/app.wasm': is a component"},
      {{{.name = "app.wasm",
         .content = "\x7f"
                    "ELF"}},
       app,
       "it is a program for Linux"},
      {{{.name = "app.wasm"}}, app, "it is empty"},
      {{{.name = "other.wasm", .content = kModule}}, app, "is not among its files"},
      {{{.name = "app.wasm/", .type = '5'}}, app, "is no regular file"},
      {{{.name = "a.wasm", .content = kModule}, {.name = "b.wasm", .content = kModule}},
       "{}",
       "has 2 .wasm files instead of one"},
      {{{.name = "readme"}}, "{}", "has 0 .wasm files"},
      {{{.name = "../evil", .content = "x"}}, app, "layer 0: entry '../evil': a path leads out"},
      {{{.name = "l", .type = '2', .target = "../../etc"}}, app, "leads out, to '../../etc'"},
      {{{.name = "h", .type = '1', .target = "app.wasm"}}, app, "is a hard link"},
      {{{.name = "null", .type = '3'}}, app, "is a device"},
      {{{.name = "d", .type = '2', .target = "."}, {.name = "d/x", .content = "1"}},
       app,
       "'d' on the way is no folder"},
  };
  for (const Case& bad : kCases) {
    Result<Image> image = load_tar(bad.entries, bad.process);
    ASSERT_FALSE(image) << bad.message;
    EXPECT_THAT(image.error().message, HasSubstr(bad.message));
    expect_nothing_left();
  }
}

TEST_F(ImageUnpackingTest, RefusesALayerThatIsCutOff) {
  const std::string whole =
      test_tar({{.name = "app.wasm", .content = kModule + std::string(2000, '\0')}});
  Result<Image> image = load({{whole.substr(0, 1024)}}, R"({"Entrypoint":["/app.wasm"]})");
  ASSERT_FALSE(image);
  EXPECT_THAT(image.error().message, HasSubstr("is not whole"));
  expect_nothing_left();
}

TEST_F(ImageUnpackingTest, GoesWithItsImage) {
  const std::string process = R"({"Entrypoint":["/app.wasm"]})";
  Result<Image> image = load_tar({{.name = "app.wasm", .content = kModule}}, process);
  ASSERT_TRUE(image);
  ASSERT_TRUE(store_->tag(parse_reference("demo:1").value(), parse_reference("two:1").value()));
  ASSERT_TRUE(store_->remove(parse_reference("demo:1").value()));
  EXPECT_TRUE(store_->find(parse_reference("two:1").value()));
  ASSERT_TRUE(store_->remove(parse_reference("two:1").value()));
  expect_nothing_left();
}

TEST_F(ImageUnpackingTest, StaysWhileItIsUsed) {
  const std::vector<TestTarEntry> entries = {{.name = "app.wasm", .content = kModule},
                                             {.name = "files/page", .content = "hello"}};
  const std::string process = R"({"Entrypoint":["/app.wasm"]})";
  Result<Image> image = load_tar(entries, process);
  ASSERT_TRUE(image);
  const fs::path page = image->files.root / "files/page";
  std::optional<UseLock> lock = UseLock::take(image->files.root.parent_path());
  ASSERT_TRUE(lock);
  ASSERT_TRUE(store_->remove(parse_reference("demo:1").value()));
  EXPECT_EQ(store_->prune({.grace_s = 0})->in_use.size(), 1u);
  EXPECT_EQ(read(page), "hello");
  // It is used again by the image that comes back, and goes with that.
  ASSERT_TRUE(load_tar(entries, process));
  ASSERT_TRUE(store_->remove(parse_reference("demo:1").value()));
  lock.reset();
  EXPECT_EQ(store_->prune({.grace_s = 0})->removed.size(), 1u);
  expect_nothing_left();
}

TEST_F(ImageUnpackingTest, DamageIsFoundAndMended) {
  const std::vector<TestTarEntry> entries = {{.name = "app.wasm", .content = kModule},
                                             {.name = "a/b", .content = "asset"}};
  const std::string process = R"({"Entrypoint":["/app.wasm"]})";
  const auto damage = [&](const auto& change, const char* message) {
    Result<Image> image = load_tar(entries, process);
    ASSERT_TRUE(image) << message << ": " << image.error().message;
    change(image->module_path);
    const StoreReport report = store_->check({.repair = true}).value();
    ASSERT_EQ(report.problems.size(), 1u) << message;
    EXPECT_EQ(report.problems[0].what, "image demo:1");
    EXPECT_THAT(report.problems[0].reason, HasSubstr(message));
    EXPECT_TRUE(store_->check()->problems.empty()) << message;
  };
  damage([](const fs::path& module) { std::ofstream(module) << "x"; },
         "its unpacked module is damaged");
  damage([](const fs::path& module) { fs::remove(module); }, "its unpacked module cannot be read");
  damage([](const fs::path& module) { fs::remove(module.parent_path() / "module.json"); },
         "module.json");
  damage([](const fs::path& module) { std::ofstream(module.parent_path() / "files/a/b") << "x"; },
         "what is unpacked of its files is damaged");
  damage([](const fs::path& module) { fs::remove(module.parent_path() / "files/a/b"); },
         "what is unpacked of its files is damaged");
  ASSERT_TRUE(load_tar(entries, process));
}

// The lock file of a Spin application whose one component is kModule.
std::string spin_lock_file(const std::string& files) {
  return fmt::format(
      R"({{"spin_lock_version":0,"components":[{{"source":{{"digest":"{}"}},"files":[{}],)"
      R"("env":{{"A":"1"}}}}]}})",
      sha256(as_bytes(kModule)).to_string(), files);
}

TEST_F(ImageUnpackingTest, GivesASpinApplicationItsFiles) {
  const auto file = [](const char* path, std::string_view content) {
    return fmt::format(R"({{"path":"{}","digest":"{}"}})", path,
                       sha256(as_bytes(content)).to_string());
  };
  const std::string module_type = "application/vnd.wasm.content.layer.v1+wasm";
  const std::string data_type = "application/vnd.wasm.content.layer.v1+data";
  const std::string bundle = test_tar({{.name = "one", .content = "1"},
                                       {.name = "two", .content = "2"},
                                       {.name = "x", .content = "-"}});
  const std::string files = file("a/layer", "page") + "," + file("bundled/1", "1") + "," +
                            file("bundled/2", "2") + "," + file("again", "2") +
                            R"(,{"path":"note","inline":"aGk="})";
  const std::string lock_type(media_type::kSpinApplication);
  Result<Image> image = load({{kModule, module_type},
                              {"page", data_type},
                              {bundle, std::string(media_type::kSpinBundle)},
                              {spin_lock_file(files), lock_type}},
                             "{}");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->module_path, store_->blob_path(sha256(as_bytes(kModule))));
  EXPECT_THAT(image->files.folders, ElementsAre("/"));
  EXPECT_THAT(tree(image->files.root),
              ElementsAre("a", "a/layer", "again", "bundled", "bundled/1", "bundled/2", "note"));
  EXPECT_EQ(read(image->files.root / "again"), "2");
  EXPECT_EQ(read(image->files.root / "note"), "hi");
  EXPECT_THAT(image->config.environment, ElementsAre(std::pair("A", "1")));
  ASSERT_TRUE(store_->remove(parse_reference("demo:1").value()));
  expect_nothing_left();

  image = load({{kModule, module_type}, {spin_lock_file(file("a", "page")), lock_type}}, "{}");
  EXPECT_THAT(image.error().message, HasSubstr("its file 'a'"));
  image = load({{kModule, module_type},
                {"page", data_type},
                {spin_lock_file(file("../a", "page")), lock_type}},
               "{}");
  EXPECT_THAT(image.error().message, HasSubstr("'../a'"));
  expect_nothing_left();
}

TEST_F(ImageUnpackingTest, SaysWhenAnotherToolHasPutItThere) {
  Result<Image> image =
      load_tar({{.name = "app.wasm", .content = kModule}}, R"({"Entrypoint":["/app.wasm"]})");
  ASSERT_TRUE(image);
  fs::remove_all(folder_ / "store/unpacked");
  image = store_->find(parse_reference("demo:1").value());
  ASSERT_FALSE(image);
  EXPECT_THAT(image.error().message, HasSubstr("its layers are not unpacked"));
}

TEST_F(ImageUnpackingTest, SeesThatTheModuleWasChanged) {
  Result<Image> image =
      load_tar({{.name = "app.wasm", .content = kModule}}, R"({"Entrypoint":["/app.wasm"]})");
  ASSERT_TRUE(image);
  std::ofstream(image->module_path) << kModule << '\0';
  EXPECT_FALSE(store_->map_module(*image));
}

class ImagePackingTest : public ImageUnpackingTest {
 protected:
  Result<Image> pack(ImageFormat format, const ImageContents& contents,
                     const std::string& name = "packed:1") {
    PackedImage packed = TRY(pack_image(*store_, contents, format));
    return unpack_and_adopt(*store_, parse_reference(name).value(), packed.manifest_json,
                            std::move(packed.blobs));
  }
  static ImageContents contents() {
    return {.module = as_bytes(kModule),
            .config = {.request_json = "{}", .trigger = "http", .title = "demo"}};
  }
};

TEST_F(ImagePackingTest, EveryFormatIsReadBack) {
  for (const char* word : {"artifact", "legacy", "image", "index"}) {
    Result<Image> image = pack(parse_image_format(word).value(), contents());
    ASSERT_TRUE(image) << word << ": " << image.error().message;
    EXPECT_EQ(read(image->module_path), kModule) << word;
    EXPECT_EQ(image->config.request_json, "{}") << word;
    EXPECT_EQ(image->config.trigger, "http") << word;
    EXPECT_EQ(image->config.title, "demo") << word;
    EXPECT_EQ(image->index.has_value(), std::string_view(word) == "index");
  }
  EXPECT_FALSE(parse_image_format("tar"));
}

TEST_F(ImagePackingTest, AssetsTravelInTheImageFormatAlone) {
  fs::create_directories(folder_ / "public/sub");
  std::ofstream(folder_ / "public/index.html") << "hello";
  std::ofstream(folder_ / "public/sub/.hidden") << "x";
  ImageContents with_assets = contents();
  with_assets.assets = find_assets(folder_ / "public", "static").value();
  Result<Image> image = pack(ImageFormat::Image, with_assets);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_THAT(tree(image->files.root), ElementsAre("app.wasm", "static", "static/index.html",
                                                   "static/sub", "static/sub/.hidden"));
  EXPECT_THAT(pack(ImageFormat::Artifact, with_assets).error().message,
              HasSubstr("cannot hold files beside the module"));
}

TEST_F(ImagePackingTest, SameInputSameDigest) {
  auto digest = [&](const std::string& folder, mode_t mask) {
    const mode_t before = ::umask(mask);
    fs::create_directories(folder_ / folder);
    for (const char* name : {"b", "a", "c"}) std::ofstream(folder_ / folder / name) << name;
    ::umask(before);
    ImageContents with_assets = contents();
    with_assets.assets = find_assets(folder_ / folder, "x").value();
    return pack(ImageFormat::Image, with_assets, folder + ":1").value().manifest.digest;
  };
  EXPECT_EQ(digest("one", 0022), digest("two", 0077));
}

TEST_F(ImagePackingTest, RefusesTwoFilesOfOnePath) {
  std::ofstream(folder_ / "app.wasm") << "x";
  ImageContents twice = contents();
  twice.assets = {{.path = "app.wasm", .source = folder_ / "app.wasm"}};
  EXPECT_THAT(pack(ImageFormat::Image, twice).error().message,
              HasSubstr("'/app.wasm' (the module has it)"));
}

TEST_F(ImagePackingTest, RefusesAssetsThatAreNoFiles) {
  fs::create_directories(folder_ / "odd");
  fs::create_symlink("/etc/passwd", folder_ / "odd/link");
  EXPECT_THAT(find_assets(folder_ / "odd", "").error().message,
              HasSubstr("is neither a file nor a folder"));
  EXPECT_EQ(find_assets(folder_ / "none", "").error().code, ErrorCode::NotFound);
}

TEST_F(ImagePackingTest, ConversionGivesWhatABuildWouldHave) {
  for (std::optional<uint64_t> time : {std::optional<uint64_t>(), std::optional<uint64_t>(7)}) {
    ImageContents original = contents();
    original.created_s = time;
    const Image artifact = pack(ImageFormat::Artifact, original, "artifact:1").value();
    const Image built = pack(ImageFormat::Image, original, "image:1").value();
    Result<PackedImage> converted = convert_image(*store_, artifact, ImageFormat::Image);
    ASSERT_TRUE(converted) << converted.error().message;
    EXPECT_EQ(converted->manifest_json, built.manifest_json);
  }
}

}  // namespace
}  // namespace wherry::oci
