#include "oci/image_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "oci/image_documents.h"
#include "oci/image_format.h"

namespace wherry::oci {
namespace {

const std::string kModule("\0asm\1\0\0\0", 8);

// A further module: the empty one with a custom section that holds `word`.
std::string module_with(const std::string& word) {
  std::string section = static_cast<char>(word.size()) + word;
  return kModule + '\0' + static_cast<char>(section.size()) + section;
}

Reference named(std::string_view text) { return parse_reference(text).value(); }

class ImageStoreTest : public ::testing::Test {
 protected:
  ImageStoreTest() {
    std::string pattern = (fs::temp_directory_path() / "wherry-store.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ::unsetenv("SOURCE_DATE_EPOCH");
  }
  ~ImageStoreTest() override { fs::remove_all(folder_); }

  ImageStore open(const std::string& name = "store") {
    Result<ImageStore> store = ImageStore::open(folder_ / name);
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }
  static Result<Image> add(ImageStore& store, const std::string& name,
                           const std::string& module = kModule) {
    return store.add({.module = as_bytes(module), .name = name, .config = {}});
  }
  // Every file's path below the store, but for the lock.
  static std::set<std::string> files(const ImageStore& store) {
    std::set<std::string> paths;
    for (const auto& entry : fs::recursive_directory_iterator(store.directory()))
      if (entry.is_regular_file() && entry.path().filename() != ".lock")
        paths.insert(entry.path().lexically_relative(store.directory()).string());
    return paths;
  }
  static std::string read(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void write(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }

  fs::path folder_;
};

TEST_F(ImageStoreTest, AddsAndFinds) {
  ImageStore store = open();
  Result<Image> added =
      store.add({.module = as_bytes(kModule),
                 .name = "demo",
                 .config = {.request_json = "{}", .trigger = "http", .title = "demo"}});
  ASSERT_TRUE(added) << added.error().message;
  Result<Image> found = open().find(named("demo:latest"));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->name, "demo:latest");
  EXPECT_EQ(found->manifest.digest, added->manifest.digest);
  EXPECT_EQ(sha256(as_bytes(found->manifest_json)), found->manifest.digest);
  EXPECT_EQ(found->module.digest, sha256(as_bytes(kModule)));
  EXPECT_EQ(read(found->module_path), kModule);
  EXPECT_EQ(found->config.trigger, "http");
  EXPECT_EQ(found->config.request_json, "{}");
  Result<Mapping> module = store.map_module(*found);
  ASSERT_TRUE(module);
  EXPECT_EQ(as_text(module->bytes()), kModule);
}

TEST_F(ImageStoreTest, SameInputGivesSameStore) {
  ImageStore one = open("one"), two = open("two");
  ASSERT_TRUE(add(one, "demo:1") && add(one, "demo:2", module_with("x")));
  ASSERT_TRUE(add(two, "demo:1") && add(two, "demo:2", module_with("x")) && add(two, "demo:1"));
  EXPECT_EQ(files(one), files(two));
  EXPECT_EQ(read(one.directory() / "index.json"), read(two.directory() / "index.json"));
}

TEST_F(ImageStoreTest, NamesWhatItDoesNotFind) {
  Result<Image> found = open().find(named("nothing:1"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::NotFound);
  EXPECT_NE(found.error().message.find("no image nothing:1"), std::string::npos);
  EXPECT_EQ(open().remove(named("nothing:1")).error().code, ErrorCode::NotFound);
  EXPECT_EQ(open().tag(named("nothing:1"), named("a")).error().code, ErrorCode::NotFound);
}

TEST_F(ImageStoreTest, RefusesWhatIsNoImage) {
  ImageStore store = open();
  std::set<std::string> before = files(store);
  EXPECT_EQ(add(store, "demo", "not wasm").error().code, ErrorCode::Invalid);
  EXPECT_EQ(add(store, "demo", "").error().code, ErrorCode::Invalid);
  EXPECT_EQ(add(store, "../demo").error().code, ErrorCode::Malformed);
  EXPECT_EQ(files(store), before);
}

TEST_F(ImageStoreTest, ListsByName) {
  ImageStore store = open();
  ASSERT_TRUE(add(store, "b") && add(store, "c") && add(store, "a", module_with("a")));
  auto images = store.list();
  ASSERT_TRUE(images);
  ASSERT_EQ(images->size(), 3u);
  EXPECT_EQ((*images)[0].name, "a:latest");
  EXPECT_EQ((*images)[2].name, "c:latest");
  EXPECT_FALSE((*images)[0].problem);
}

TEST_F(ImageStoreTest, TagsAndRemovesByName) {
  ImageStore store = open();
  ASSERT_TRUE(add(store, "demo:1"));
  ASSERT_TRUE(store.tag(named("demo:1"), named("127.0.0.1:5000/demo:2")));
  ASSERT_TRUE(store.remove(named("demo:1")));
  EXPECT_FALSE(store.find(named("demo:1")));
  ASSERT_TRUE(store.find(named("127.0.0.1:5000/demo:2")));
  ASSERT_TRUE(store.remove(named("127.0.0.1:5000/demo:2")));
  EXPECT_EQ(files(store), (std::set<std::string>{"index.json", "oci-layout"}));
}

TEST_F(ImageStoreTest, FindsByDigest) {
  ImageStore store = open();
  Result<Image> image = add(store, "r.io/demo:1");
  ASSERT_TRUE(image);
  EXPECT_TRUE(store.find(named("r.io/demo@" + image->manifest.digest.to_string())));
  EXPECT_FALSE(store.find(named("r.io/other@" + image->manifest.digest.to_string())));
}

TEST_F(ImageStoreTest, RemovingKeepsSharedBlobs) {
  ImageStore store = open();
  // One module, two manifests.
  ASSERT_TRUE(add(store, "demo:1"));
  ASSERT_TRUE(store.add({.module = as_bytes(kModule),
                         .name = "demo:2",
                         .config = {.request_json = "", .trigger = "http", .title = ""}}));
  ASSERT_TRUE(store.remove(named("demo:1")));
  Result<Image> other = store.find(named("demo:2"));
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(files(store).size(), 2u + 3u);
}

TEST_F(ImageStoreTest, AnImageNamedAsALayerOfAnotherKeepsItsBlobs) {
  ImageStore store = open();
  Result<Image> image = add(store, "demo:1");
  ASSERT_TRUE(image);
  // A foreign manifest whose "layer" is the other image's manifest, listed before it.
  ImageDocuments hostile = encode_wasm_artifact({.module = image->manifest, .config = {}});
  Descriptor described = describe(hostile.manifest_json, media_type::kManifest);
  write(store.blob_path(described.digest), hostile.manifest_json);
  StoreIndex index = StoreIndex::parse(read(store.directory() / "index.json")).value();
  StoreIndex changed;
  changed.set("a:1", described);
  changed.set("demo:1", index.entries()[0].descriptor);
  changed.set("demo:2", index.entries()[0].descriptor);
  write(store.directory() / "index.json", changed.to_json());
  ASSERT_TRUE(store.remove(named("demo:2")));
  EXPECT_TRUE(store.find(named("demo:1")));
}

TEST_F(ImageStoreTest, ReplacingANameDropsTheOldBlobs) {
  ImageStore store = open();
  ASSERT_TRUE(add(store, "demo", module_with("old")));
  ASSERT_TRUE(add(store, "demo", module_with("new")));
  EXPECT_EQ(files(store).size(), 2u + 3u);
}

TEST_F(ImageStoreTest, RefusesFoldersOfAnotherKind) {
  fs::create_directories(folder_ / "home");
  write(folder_ / "home" / "letter.txt", "dear");
  Result<ImageStore> store = ImageStore::open(folder_ / "home");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::Malformed);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "home"), {}), 1);
  write(folder_ / "file", "x");
  EXPECT_FALSE(ImageStore::open(folder_ / "file"));
}

TEST_F(ImageStoreTest, RefusesStoresThatOthersMayWrite) {
  open();
  for (const char* name : {"", "index.json"}) {
    fs::path path = name[0] ? folder_ / "store" / name : folder_ / "store";
    const fs::perms before = fs::status(path).permissions();
    fs::permissions(path, fs::perms::group_write, fs::perm_options::add);
    Result<ImageStore> store = ImageStore::open(folder_ / "store");
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::Denied);
    EXPECT_NE(store.error().message.find("chmod go-w"), std::string::npos);
    fs::permissions(path, before);
  }
  EXPECT_TRUE(ImageStore::open(folder_ / "store"));
  if (::geteuid() != 0) return;
  ASSERT_EQ(::chown((folder_ / "store").c_str(), 12345, 0), 0);
  EXPECT_EQ(ImageStore::open(folder_ / "store").error().code, ErrorCode::Denied);
}

TEST_F(ImageStoreTest, RefusesLayoutsOfAnotherVersion) {
  open();
  write(folder_ / "store" / "oci-layout", R"({"imageLayoutVersion":"9.0.0"})");
  EXPECT_EQ(ImageStore::open(folder_ / "store").error().code, ErrorCode::Unsupported);
  write(folder_ / "store" / "oci-layout", "rubbish");
  EXPECT_EQ(ImageStore::open(folder_ / "store").error().code, ErrorCode::Malformed);
}

TEST_F(ImageStoreTest, DamagedIndexIsNamedAndLeftAlone) {
  ImageStore store = open();
  ASSERT_TRUE(add(store, "demo"));
  fs::path path = store.directory() / "index.json";
  std::string good = read(path);
  std::string entry = good.substr(good.find('[') + 1, good.rfind(']') - good.find('[') - 1);
  const std::string kCases[] = {"",
                                "{",
                                "[]",
                                R"({"schemaVersion":2})",
                                R"({"schemaVersion":2,"manifests":[7]})",
                                R"({"schemaVersion":2,"manifests":[)" + entry + "," + entry + "]}"};
  for (const std::string& json : kCases) {
    write(path, json);
    for (const Error& error :
         {store.find(named("demo")).error(), store.list().error(), add(store, "x").error(),
          store.remove(named("demo")).error(), store.tag(named("demo"), named("y")).error()}) {
      EXPECT_EQ(error.code, ErrorCode::Malformed) << json;
      EXPECT_NE(error.message.find("index.json"), std::string::npos) << error.message;
    }
    EXPECT_EQ(read(path), json);
  }
}

TEST_F(ImageStoreTest, DamagedBlobsAreFoundAndListed) {
  ImageStore store = open();
  Result<Image> image = add(store, "demo");
  ASSERT_TRUE(image && add(store, "fine", module_with("x")));
  std::string damaged = image->manifest_json;
  damaged.back() = ' ';
  write(store.blob_path(image->manifest.digest), damaged);
  EXPECT_EQ(store.find(named("demo")).error().code, ErrorCode::Malformed);
  auto images = store.list();
  ASSERT_TRUE(images);
  ASSERT_EQ(images->size(), 2u);
  EXPECT_TRUE((*images)[0].problem);
  EXPECT_FALSE((*images)[1].problem);
  EXPECT_TRUE(store.remove(named("demo")));
}

TEST_F(ImageStoreTest, DamagedModulesAreNotMapped) {
  ImageStore store = open();
  Result<Image> image = add(store, "demo", module_with("word"));
  ASSERT_TRUE(image);
  write(image->module_path, module_with("sord"));
  EXPECT_EQ(store.map_module(*image).error().code, ErrorCode::Malformed);
  write(image->module_path, std::string(image->module.size_bytes, 'x'));
  EXPECT_EQ(store.find(named("demo")).error().code, ErrorCode::Unsupported);
}

TEST_F(ImageStoreTest, BlobsAreHeldToTheirDescriptors) {
  ImageStore store = open();
  Descriptor expected = describe("hello", "x");
  {
    BlobWriter writer = store.write_blob(expected).value();
    EXPECT_TRUE(writer.write(as_bytes("hel")));
    EXPECT_EQ(writer.write(as_bytes("lo!")).error().code, ErrorCode::Malformed);
  }
  {
    BlobWriter writer = store.write_blob(expected).value();
    EXPECT_TRUE(writer.write(as_bytes("hell")));
    EXPECT_EQ(writer.finish().error().code, ErrorCode::Malformed);
  }
  {
    BlobWriter writer = store.write_blob(expected).value();
    EXPECT_TRUE(writer.write(as_bytes("hellO")));
    EXPECT_EQ(writer.finish().error().code, ErrorCode::Malformed);
  }
  EXPECT_TRUE(fs::is_empty(store.directory() / "staging"));
}

TEST_F(ImageStoreTest, AdoptReplacesADamagedBlobByTheWholeOne) {
  ImageStore store = open();
  Result<Image> image = add(store, "demo", module_with("word"));
  ASSERT_TRUE(image);
  std::vector<BlobWriter> blobs;
  blobs.push_back(store.write_blob(image->module).value());
  ASSERT_TRUE(blobs[0].write(as_bytes(module_with("word"))) && blobs[0].finish());
  write(image->module_path, module_with("sord"));
  ASSERT_TRUE(store.adopt(named("demo"), image->manifest_json, std::move(blobs)));
  EXPECT_TRUE(store.map_module(*image));
}

TEST_F(ImageStoreTest, AdoptLeavesNothingOfAnImageItRefuses) {
  ImageStore store = open();
  std::set<std::string> before = files(store);
  std::string content = "#!/bin/sh\n";
  ImageDocuments artifact = encode_wasm_artifact({.module = describe(content, "x"), .config = {}});
  auto staged = [&](const std::string& text) {
    BlobWriter writer = store.write_blob(describe(text, "x")).value();
    EXPECT_TRUE(writer.write(as_bytes(text)) && writer.finish());
    return writer;
  };
  std::vector<BlobWriter> blobs;
  blobs.push_back(staged(content));
  blobs.push_back(staged(artifact.config_json));
  Result<Image> image = store.adopt(named("demo"), artifact.manifest_json, std::move(blobs));
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::Unsupported);
  EXPECT_EQ(store.adopt(named("demo"), artifact.manifest_json).error().code,
            ErrorCode::Unavailable);
  EXPECT_EQ(files(store), before);
}

TEST_F(ImageStoreTest, ReadsTheLegacyForm) {
  ImageStore store = open();
  std::string module_digest = describe(kModule, "").digest.to_string();
  std::string json =
      R"({"schemaVersion":2,"config":{"mediaType":"application/vnd.wasm.config.v1+json","digest":)"
      R"("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},)"
      R"("layers":[{"mediaType":"application/vnd.wasm.content.layer.v1+wasm","digest":")" +
      module_digest + R"(","size":8}]})";
  std::vector<BlobWriter> blobs;
  for (const std::string& text : {kModule, std::string("{}")}) {
    blobs.push_back(store.write_blob(describe(text, "x")).value());
    ASSERT_TRUE(blobs.back().write(as_bytes(text)) && blobs.back().finish());
  }
  Result<Image> image = store.adopt(named("old:1"), json, std::move(blobs));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(store.find(named("old:1"))->manifest_json, json);
}

TEST_F(ImageStoreTest, SweepsTheLeavingsOfKilledProcesses) {
  ImageStore store = open();
  write(store.directory() / "staging" / "blob.leftov", "half a blob");
  write(store.directory() / ".index.json.leftov", "half an index");
  BlobWriter living = store.write_blob(describe("x", "x")).value();
  ASSERT_TRUE(add(store, "demo"));
  EXPECT_EQ(std::distance(fs::directory_iterator(store.directory() / "staging"), {}), 1);
  EXPECT_FALSE(fs::exists(store.directory() / ".index.json.leftov"));
  EXPECT_TRUE(living.write(as_bytes("x")) && living.finish());
}

TEST_F(ImageStoreTest, IsMadeBySeveralAtOnce) {
  for (int round = 0; round < 200; round++) {
    std::vector<std::jthread> threads;
    for (int number = 0; number < 3; number++)
      threads.emplace_back([&] { open(std::to_string(round)); });
  }
}

TEST_F(ImageStoreTest, ThreadsAddAndRemoveAtOnce) {
  ImageStore store = open();
  ASSERT_TRUE(add(store, "shared:1"));
  auto work = [&](int number) {
    ImageStore mine = open();
    for (int i = 0; i < 8; i++) {
      std::string name = "image" + std::to_string(number) + ":" + std::to_string(i);
      EXPECT_TRUE(add(mine, name));  // the same blobs as all others
      EXPECT_TRUE(add(mine, name + "x", module_with(name)));
      if (i % 2 == 0) {
        EXPECT_TRUE(mine.remove(named(name)));
      }
    }
  };
  std::vector<std::jthread> threads;
  for (int number = 0; number < 4; number++) threads.emplace_back(work, number);
  threads.clear();
  auto images = store.list();
  ASSERT_TRUE(images);
  EXPECT_EQ(images->size(), 1u + 4 * (8 + 4));
  for (const Image& image : *images) EXPECT_FALSE(image.problem) << image.problem->message;
  EXPECT_TRUE(fs::is_empty(store.directory() / "staging"));
}

TEST_F(ImageStoreTest, AKilledAdderLeavesAWholeStore) {
  ImageStore store = open();
  ASSERT_TRUE(add(store, "kept:1"));
  for (int delay_us = 0; delay_us < 4000; delay_us += 200) {
    pid_t child = ::fork();
    if (child == 0) {
      for (int i = 0;; i++) (void)add(store, "demo:1", module_with(std::to_string(i)));
    }
    ::usleep(static_cast<useconds_t>(delay_us));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    auto images = open().list();
    ASSERT_TRUE(images) << images.error().message;
    for (const Image& image : *images) EXPECT_FALSE(image.problem) << image.problem->message;
  }
  ASSERT_TRUE(add(store, "last:1"));
  EXPECT_TRUE(fs::is_empty(store.directory() / "staging"));
}

}  // namespace
}  // namespace wherry::oci
