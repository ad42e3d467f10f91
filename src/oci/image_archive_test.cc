#include "oci/image_archive.h"

#include <gtest/gtest.h>

#include <fstream>

#include "oci/docker_archive.h"
#include "oci/image_format.h"
#include "oci/image_manifests.h"
#include "oci/image_packing.h"
#include "oci/image_unpacking.h"
#include "oci/limits.h"

namespace wherry::oci {
namespace {

const std::string kModule("\0asm\1\0\0\0", 8);

Reference named(std::string_view text) { return parse_reference(text).value(); }

// Files of an archive, in their order.
using Files = std::vector<std::pair<std::string, std::string>>;

class ImageArchiveTest : public ::testing::Test {
 protected:
  ImageArchiveTest() {
    std::string pattern = (fs::temp_directory_path() / "wherry-archive.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ::unsetenv("SOURCE_DATE_EPOCH");
  }
  ~ImageArchiveTest() override { fs::remove_all(folder_); }

  ImageStore open(const std::string& name) { return ImageStore::open(folder_ / name).value(); }

  static Image add(ImageStore& store, const std::string& name, const std::string& trigger = "") {
    ImageConfig config{.request_json = "", .trigger = trigger, .title = ""};
    return store.add({.module = as_bytes(kModule), .name = name, .config = config}).value();
  }
  static void attach(ImageStore& store, const Digest& subject, const std::string& text) {
    Descriptor blob = describe(text, "x");
    std::vector<BlobWriter> staged;
    staged.push_back(store.write_blob(blob).value());
    ASSERT_TRUE(staged[0].write(as_bytes(text)) && staged[0].finish());
    std::string json = fmt::format(R"({{"mediaType":"x","digest":"{}","size":{}}})",
                                   blob.digest.to_string(), blob.size_bytes);
    ASSERT_TRUE(store.attach(subject,
                             fmt::format(R"({{"schemaVersion":2,"config":{0},"layers":[]}})", json),
                             std::move(staged)));
  }
  static Result<std::string> save(const ImageStore& store, const std::vector<Image>& images) {
    std::string archive;
    TRY(save_archive(store, images, [&](ByteSpan bytes) -> Result<> {
      archive += as_text(bytes);
      return {};
    }));
    return archive;
  }
  fs::path put(const std::string& name, std::string_view text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  fs::path put_archive(const Files& files, Compression compression = Compression::None) {
    std::string archive;
    auto sink = [&](ByteSpan bytes) -> Result<> {
      archive += as_text(bytes);
      return {};
    };
    TarWriter writer = TarWriter::create(sink, {.compression = compression}).value();
    for (const auto& [path, content] : files) EXPECT_TRUE(writer.add_file(path, as_bytes(content)));
    EXPECT_TRUE(writer.finish());
    return put("made.tar", archive);
  }
  // What an archive of one image holds.
  static Files files_of(const ImageStore& store, const std::string& annotations) {
    Image image = store.find(named("demo:1")).value();
    Manifest manifest = parse_manifest(image.manifest_json).value();
    Files files = {{"oci-layout", std::string(kLayoutJson)}};
    for (const Descriptor& blob : {image.manifest, manifest.config, manifest.layers[0]})
      files.emplace_back("blobs/sha256/" + blob.digest.hex(),
                         as_text(store.read_blob(blob, 1 << 20).value()));
    files.emplace_back(
        "index.json",
        fmt::format(R"({{"schemaVersion":2,"manifests":[{{"mediaType":"{}","digest":"{}",)"
                    R"("size":{},"annotations":{{{}}}}}]}})",
                    media_type::kManifest, image.manifest.digest.to_string(),
                    image.manifest.size_bytes, annotations));
    return files;
  }
  static size_t count_files(const ImageStore& store) {
    size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(store.directory()))
      count += entry.is_regular_file() && entry.path().filename() != ".lock";
    return count;
  }
  // Refuses an archive, and leaves nothing of it.
  void expect_refused(const fs::path& path, ErrorCode code, std::string_view message,
                      const LoadOptions& options = {}) {
    ImageStore store = open("refusing");
    Result<std::vector<Image>> loaded = load_archive(store, path, options);
    ASSERT_FALSE(loaded) << message;
    EXPECT_EQ(loaded.error().code, code) << loaded.error().message;
    EXPECT_NE(loaded.error().message.find(message), std::string::npos) << loaded.error().message;
    EXPECT_EQ(count_files(store), 2u);
  }

  fs::path folder_;
};

constexpr char kName[] = R"("org.opencontainers.image.ref.name":"demo:1")";

TEST_F(ImageArchiveTest, WhatWasSavedIsLoaded) {
  ImageStore one = open("one"), two = open("two");
  Image image = add(one, "demo:1"), other = add(one, "r.io/other:2", "http");
  attach(one, image.manifest.digest, "signed");
  Result<std::string> archive = save(one, {image, other});
  ASSERT_TRUE(archive) << archive.error().message;
  Result<std::vector<Image>> loaded = load_archive(two, put("a.tar", *archive));
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_EQ(loaded->size(), 2u);
  EXPECT_EQ(two.find(named("demo:1"))->manifest.digest, image.manifest.digest);
  EXPECT_EQ(two.find(named("r.io/other:2"))->manifest.digest, other.manifest.digest);
  EXPECT_EQ(two.attachments(image.manifest.digest)->size(), 1u);
  EXPECT_TRUE(two.check()->problems.empty());
  EXPECT_EQ(save(two, {other, image}).value(), *archive);
  ASSERT_TRUE(load_archive(two, folder_ / "a.tar"));  // once more, over what is there
  EXPECT_TRUE(two.check()->problems.empty());
}

TEST_F(ImageArchiveTest, IndexesTravelWhole) {
  ImageStore one = open("one"), two = open("two"), three = open("three");
  PackedImage packed = pack_image(one,
                                  {.module = as_bytes(kModule),
                                   .config = {.request_json = {}, .trigger = {}, .title = "demo"}},
                                  ImageFormat::Index)
                           .value();
  Image image =
      unpack_and_adopt(one, named("demo:1"), packed.manifest_json, std::move(packed.blobs)).value();
  const std::string archive = save(one, {image}).value();
  Result<std::vector<Image>> loaded = load_archive(two, put("index.tar", archive));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->front().named().digest, image.index->digest);
  EXPECT_TRUE(manifests_of(two, loaded->front())->missing.empty());
  EXPECT_EQ(save(two, *loaded).value(), archive);

  // Of one that is not whole, what can be used.
  const ImageManifests manifests = manifests_of(two, loaded->front()).value();
  fs::remove(two.blob_path(manifests.stored[1].digest));  // the ordinary image
  const std::string partial = save(two, *loaded).value();
  loaded = load_archive(three, put("partial.tar", partial));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->front().named().digest, image.manifest.digest);
  EXPECT_TRUE(three.check()->problems.empty());
}

TEST_F(ImageArchiveTest, DockersFormKeepsWhatTheImageAsksFor) {
  ImageStore one = open("one"), two = open("two");
  const ImageConfig config{
      .request_json = R"({"environment":["HOME"]})", .trigger = "http", .title = "demo"};
  const Image image =
      one.add({.module = as_bytes(kModule), .name = "demo:1", .config = config}).value();
  const auto save_docker = [&](const Image& saved) {
    std::string archive;
    auto ids = save_docker_archive(one, {saved}, [&](ByteSpan bytes) -> Result<> {
      archive += as_text(bytes);
      return {};
    });
    EXPECT_TRUE(ids) << ids.error().message;
    return archive;
  };
  const std::string archive = save_docker(image);
  EXPECT_EQ(save_docker(image), archive);
  Result<std::vector<Image>> loaded = load_archive(two, put("docker.tar", archive));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->front().name, "demo:1");
  EXPECT_EQ(loaded->front().config.request_json, config.request_json);
  EXPECT_EQ(loaded->front().config.trigger, "http");
  EXPECT_EQ(loaded->front().config.title, "demo");
  EXPECT_TRUE(two.map_module(loaded->front()));
  EXPECT_TRUE(fs::is_empty(one.directory() / "staging"));
}

TEST_F(ImageArchiveTest, NamesImagesAsItIsTold) {
  ImageStore one = open("one"), two = open("two");
  const std::string archive = save(one, {add(one, "demo:1")}).value();
  LoadOptions options;
  options.rename = [](const Reference& name) {
    EXPECT_EQ(name.to_string(), "demo:1");
    return named("other:2");
  };
  ASSERT_TRUE(load_archive(two, put("a.tar", archive), options));
  EXPECT_TRUE(two.find(named("other:2")));
  EXPECT_FALSE(two.find(named("demo:1")));
}

TEST_F(ImageArchiveTest, SavesNoDamagedBlob) {
  ImageStore store = open("one");
  Image image = add(store, "demo:1");
  std::ofstream(image.module_path) << std::string("\0asm\2\0\0\0", 8);
  EXPECT_EQ(save(store, {image}).error().code, ErrorCode::Malformed);
  fs::remove(image.module_path);
  EXPECT_EQ(save(store, {image}).error().code, ErrorCode::Unavailable);
}

TEST_F(ImageArchiveTest, ReadsFoldersAndCompressedArchives) {
  ImageStore one = open("one"), two = open("two"), three = open("three");
  add(one, "demo:1");
  ASSERT_TRUE(load_archive(two, one.directory()));
  EXPECT_TRUE(two.find(named("demo:1")));
  ASSERT_TRUE(load_archive(three, put_archive(files_of(one, kName), Compression::Gzip)));
  EXPECT_TRUE(three.find(named("demo:1")));
}

TEST_F(ImageArchiveTest, NamesAreContainerdsOrGiven) {
  ImageStore one = open("one"), two = open("two");
  add(one, "demo:1");
  fs::path bare = put_archive(files_of(one, ""));
  expect_refused(bare, ErrorCode::Invalid, "--as");
  ASSERT_TRUE(load_archive(two, bare, {.stored_as = named("mine:3")}));
  EXPECT_TRUE(two.find(named("mine:3")));
  fs::path tagged = put_archive(files_of(
      one, R"("org.opencontainers.image.ref.name":"1","io.containerd.image.name":"r.io/a:1")"));
  ASSERT_TRUE(load_archive(two, tagged));
  EXPECT_TRUE(two.find(named("r.io/a:1")));
  EXPECT_FALSE(two.find(named("1:latest")));
  expect_refused(put_archive(files_of(one, R"("org.opencontainers.image.ref.name":"../x")")),
                 ErrorCode::Invalid, "cannot be used");
}

TEST_F(ImageArchiveTest, RefusesWhatIsNotWhole) {
  ImageStore one = open("one");
  Image image = add(one, "demo:1");
  const Files whole = files_of(one, kName);
  for (size_t missing = 1; missing <= 3; missing++) {
    Files files = whole;
    files.erase(files.begin() + static_cast<ptrdiff_t>(missing));
    expect_refused(put_archive(files), ErrorCode::Malformed, "is missing");
    files = whole;
    files[missing].second.back() ^= 1;
    expect_refused(put_archive(files), ErrorCode::Malformed, "another digest");
  }
  Files files = whole;
  files[0].second = R"({"imageLayoutVersion":"7"})";
  expect_refused(put_archive(files), ErrorCode::Unsupported, "oci-layout");
  files = whole;
  files[4].second = "{";
  expect_refused(put_archive(files), ErrorCode::Malformed, "index.json");
  expect_refused(put_archive({{"letter.txt", "dear"}}), ErrorCode::Malformed, "no image archive");
  expect_refused(put("text", "no archive"), ErrorCode::Malformed, "");
  expect_refused(folder_ / "missing.tar", ErrorCode::NotFound, "missing.tar");
  ImageStore store = open("one");
  std::string archive = save(store, {image}).value();
  expect_refused(put("cut.tar", archive.substr(0, archive.size() / 2)), ErrorCode::Malformed, "");
}

TEST_F(ImageArchiveTest, RefusesFoldersThatLeadOut) {
  ImageStore one = open("one");
  Image image = add(one, "demo:1");
  fs::rename(image.module_path, folder_ / "elsewhere");
  fs::create_symlink(folder_ / "elsewhere", image.module_path);
  ImageStore two = open("two");
  EXPECT_FALSE(load_archive(two, one.directory()));
  EXPECT_EQ(count_files(two), 2u);
}

TEST_F(ImageArchiveTest, AttachesNothingToOtherImages) {
  ImageStore one = open("one"), two = open("two");
  Image image = add(one, "demo:1"), other = add(one, "other:1", "http");
  attach(one, other.manifest.digest, "forged");
  std::string archive = save(one, {image, other}).value();
  // Without the name `other:1`, its attachment has no subject here.
  for (size_t at; (at = archive.find("\"other:1\"")) != std::string::npos;)
    archive.replace(at, 9, "\"demo:1/\"");
  add(two, "other:1", "http");
  (void)load_archive(two, put("a.tar", archive), {.stored_as = named("x:1")});
  EXPECT_TRUE(two.attachments(other.manifest.digest)->empty());
}

TEST_F(ImageArchiveTest, ReadsDockersManifest) {
  auto images = parse_docker_manifest(
      R"([{"Config":"c.json","RepoTags":["a:1","b:2"],"Layers":["x/layer.tar"]},)"
      R"({"Config":"d.json","RepoTags":null,"Layers":[]}])");
  ASSERT_TRUE(images) << images.error().message;
  ASSERT_EQ(images->size(), 2u);
  EXPECT_EQ((*images)[0].names, (std::vector<std::string>{"a:1", "b:2"}));
  EXPECT_EQ((*images)[0].layers, (std::vector<std::string>{"x/layer.tar"}));
  for (const char* json : {"", "{}", "[7]", "[{}]", R"([{"Config":1}])",
                           R"([{"Config":"c","Layers":[1]}])", R"([{"Config":"c","RepoTags":{}}])"})
    EXPECT_EQ(parse_docker_manifest(json).error().code, ErrorCode::Malformed) << json;
}

TEST_F(ImageArchiveTest, LoadsDockersArchives) {
  ImageStore store = open("store");
  // What a module in a layer of its own type looks like there: the content decides.
  const std::string config = R"({"architecture":"wasm","os":"wasi"})";
  auto manifest = [](const std::string& layer) {
    return R"([{"Config":"c.json","RepoTags":["demo:1"],"Layers":[")" + layer + R"("]}])";
  };
  expect_refused(put_archive({{"manifest.json", manifest("x.tar")}, {"c.json", config}}),
                 ErrorCode::Malformed, "x.tar is missing");
  expect_refused(put_archive({{"manifest.json", manifest("../x.tar")}, {"c.json", config}}),
                 ErrorCode::Malformed, "..");
}

}  // namespace
}  // namespace wherry::oci
