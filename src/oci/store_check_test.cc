// ImageStore's check, prune and sizes.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "oci/image_store.h"

namespace wherry::oci {
namespace {

const std::string kModule("\0asm\1\0\0\0", 8);
const std::string kOtherModule("\0asm\1\0\0\0\0\2\1x", 12);

Reference named(std::string_view text) { return parse_reference(text).value(); }

std::string text_of(const StoreProblem& problem) {
  return fmt::format("{} {}: {}", problem.kind == StoreProblem::Kind::Damage ? "damage" : "garbage",
                     problem.what, problem.reason);
}

class StoreCheckTest : public ::testing::Test {
 protected:
  StoreCheckTest() {
    std::string pattern = (fs::temp_directory_path() / "wherry-check.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ::unsetenv("SOURCE_DATE_EPOCH");
    store_.emplace(ImageStore::open(folder_ / "store").value());
  }
  ~StoreCheckTest() override { fs::remove_all(folder_); }

  Image add(const std::string& name, const std::string& module = kModule,
            const std::string& trigger = "") {
    ImageConfig config{.request_json = "", .trigger = trigger, .title = ""};
    return store_->add({.module = as_bytes(module), .name = name, .config = config}).value();
  }
  static void write(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }
  // A blob that nothing refers to.
  fs::path put_blob(const std::string& content) {
    fs::path path = store_->blob_path(describe(content, "").digest);
    write(path, content);
    return path;
  }
  void put_index(const std::vector<std::pair<std::string, Descriptor>>& entries) {
    StoreIndex index;
    for (const auto& [name, descriptor] : entries) index.set(name, descriptor);
    write(store_->directory() / "index.json", index.to_json());
  }
  Descriptor attach(const Digest& subject, const std::string& config_json) {
    Descriptor config = describe(config_json, "application/vnd.oci.empty.v1+json");
    std::string json = fmt::format(
        R"({{"schemaVersion":2,"config":{{"mediaType":"{}","digest":"{}","size":{}}},"layers":[]}})",
        config.media_type, config.digest.to_string(), config.size_bytes);
    std::vector<BlobWriter> blobs;
    blobs.push_back(store_->write_blob(config).value());
    EXPECT_TRUE(blobs[0].write(as_bytes(config_json)) && blobs[0].finish());
    return store_->attach(subject, json, std::move(blobs)).value();
  }
  // One line a problem.
  std::vector<std::string> problems(const CheckOptions& options = {}) {
    auto report = store_->check(options);
    EXPECT_TRUE(report) << report.error().message;
    std::vector<std::string> lines;
    for (const StoreProblem& problem : report->problems) lines.push_back(text_of(problem));
    return lines;
  }
  size_t count_blobs() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(store_->directory() / "blobs" / "sha256"), {}));
  }

  fs::path folder_;
  std::optional<ImageStore> store_;
};

using Lines = std::vector<std::string>;

TEST_F(StoreCheckTest, AWholeStoreHasNoProblems) {
  EXPECT_EQ(problems(), Lines());
  Image image = add("demo:1");
  attach(image.manifest.digest, "{}");
  auto report = store_->check();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->problems.empty());
  EXPECT_EQ(report->images, 1u);
  EXPECT_EQ(report->blobs, 5u);
}

TEST_F(StoreCheckTest, NamesTheImagesThatADamagedBlobSpoils) {
  Image one = add("one:1"), two = add("two:1", kModule, "http");
  add("fine:1", kOtherModule);
  std::string blob = one.module.digest.to_string();
  write(one.module_path, std::string("\0asm\2\0\0\0", 8));
  EXPECT_EQ(
      problems(),
      (Lines{"damage image one:1: its blob " + blob + " is damaged: its content has another digest",
             "damage image two:1: its blob " + blob + " is damaged: its content has another digest",
             "damage blob " + blob + ": is damaged: its content has another digest"}));
}

TEST_F(StoreCheckTest, FindsWhatIsMissingAndWhatHasAnotherSize) {
  Image image = add("demo:1");
  fs::remove(image.module_path);
  EXPECT_EQ(problems(), (Lines{"damage image demo:1: its blob " + image.module.digest.to_string() +
                               " is missing"}));
  fs::remove(store_->blob_path(image.manifest.digest));
  EXPECT_EQ(problems()[0],
            "damage image demo:1: its blob " + image.manifest.digest.to_string() + " is missing");
  image = add("demo:1");
  Descriptor wrong = image.manifest;
  wrong.size_bytes++;
  put_index({{"demo:1", wrong}});
  EXPECT_EQ(problems(),
            (Lines{fmt::format("damage image demo:1: its blob {} has {} bytes instead of {}",
                               wrong.digest.to_string(), wrong.size_bytes - 1, wrong.size_bytes)}));
}

TEST_F(StoreCheckTest, OfAnIndexOnlyWhatIsThereAndTheModuleCount) {
  Image image = add("demo:1");
  auto entry = [](const Descriptor& manifest, const char* architecture) {
    return fmt::format(
        R"({{"mediaType":"{}","digest":"{}","size":{},"platform":{{"architecture":"{}","os":"x"}}}})",
        media_type::kManifest, manifest.digest.to_string(), manifest.size_bytes, architecture);
  };
  Descriptor absent = describe("absent", media_type::kManifest);
  auto put = [&](const Descriptor& wasm, const Descriptor& other) {
    std::string json = fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[{},{}]}})",
                                   media_type::kIndex, entry(other, "amd64"), entry(wasm, "wasm"));
    put_blob(json);
    put_index({{"demo:1", describe(json, media_type::kIndex)}});
  };
  put(image.manifest, absent);
  EXPECT_EQ(problems(), Lines());
  put(absent, image.manifest);
  EXPECT_EQ(problems()[0],
            "damage image demo:1: its blob " + absent.digest.to_string() + " is missing");
  fs::remove(image.module_path);
  put(image.manifest, absent);
  EXPECT_EQ(problems()[0],
            "damage image demo:1: its blob " + image.module.digest.to_string() + " is missing");
}

TEST_F(StoreCheckTest, TellsGarbageFromDamage) {
  Image image = add("demo:1");
  Descriptor orphan = attach(image.manifest.digest, "{}");
  add("other:1", kOtherModule);
  // demo:1 loses its name behind our back, as by another tool.
  StoreIndex index;
  index.set("other:1", store_->find(named("other:1"))->manifest);
  index.attach(image.manifest.digest, orphan, "x");
  write(store_->directory() / "index.json", index.to_json());
  write(store_->directory() / "staging" / "blob.leftov", "half a blob");
  write(store_->directory() / ".index.json.leftov", "half an index");
  auto report = store_->check();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->problems.size(), 1u + 5u + 2u);
  for (const StoreProblem& problem : report->problems)
    EXPECT_EQ(problem.kind, StoreProblem::Kind::Garbage) << text_of(problem);
}

TEST_F(StoreCheckTest, SaysThatTheIndexCannotBeRead) {
  add("demo:1");
  write(store_->directory() / "index.json", "{");
  Lines lines = problems();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].starts_with("damage index.json: ")) << lines[0];
  EXPECT_EQ(problems({.repair = true}), lines);
  EXPECT_EQ(count_blobs(), 3u);
  fs::remove(store_->directory() / "index.json");
  EXPECT_EQ(problems().size(), 1u);
}

TEST_F(StoreCheckTest, RepairKeepsWhatIsWhole) {
  Image broken = add("broken:1"), fine = add("fine:1", kOtherModule);
  ASSERT_TRUE(store_->tag(named("broken:1"), named("broken:2")));
  attach(broken.manifest.digest, "{}");
  Descriptor lost = attach(fine.manifest.digest, R"({"a":1})");
  write(broken.module_path, std::string("\0asm\2\0\0\0", 8));
  fs::remove(store_->blob_path(lost.digest));
  auto report = store_->check({.repair = true});
  ASSERT_TRUE(report) << report.error().message;
  for (const StoreProblem& problem : report->problems)
    EXPECT_EQ(problem.repaired, problem.kind == StoreProblem::Kind::Damage);
  EXPECT_EQ(store_->list()->size(), 1u);
  EXPECT_TRUE(store_->map_module(fine));
  EXPECT_TRUE(store_->attachments(fine.manifest.digest)->empty());
  report = store_->check();
  ASSERT_TRUE(report);
  for (const StoreProblem& problem : report->problems)
    EXPECT_EQ(problem.kind, StoreProblem::Kind::Garbage) << text_of(problem);
  add("broken:1");
  EXPECT_TRUE(store_->find(named("broken:1")));
}

TEST_F(StoreCheckTest, PruneTakesWhatNothingRefersTo) {
  Image image = add("demo:1");
  fs::path garbage = put_blob("garbage");
  write(store_->directory() / "staging" / "blob.leftov", "half a blob");
  auto planned = store_->prune({.dry_run = true, .grace_s = 0});
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->removed.size(), 2u);
  EXPECT_TRUE(fs::exists(garbage));
  auto pruned = store_->prune({.grace_s = 0});
  ASSERT_TRUE(pruned);
  ASSERT_EQ(pruned->removed.size(), 2u);
  EXPECT_EQ(pruned->removed[0].what, "blob " + describe("garbage", "").digest.to_string());
  EXPECT_EQ(pruned->removed[0].size_bytes, 7u);
  EXPECT_EQ(problems(), Lines());
  EXPECT_EQ(count_blobs(), 3u);
  EXPECT_TRUE(store_->map_module(image));
}

TEST_F(StoreCheckTest, PruneLeavesWhatHasJustCome) {
  fs::path path = put_blob("another tool's");
  auto pruned = store_->prune();
  ASSERT_TRUE(pruned);
  EXPECT_TRUE(pruned->removed.empty());
  EXPECT_EQ(pruned->recent.size(), 1u);
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(StoreCheckTest, NothingInUseIsRemoved) {
  Image image = add("demo:1");
  std::optional<UseLock> lock = store_->hold_blob(image.module);
  ASSERT_TRUE(lock);
  BlobWriter writer = store_->write_blob(describe("x", "x")).value();
  ASSERT_TRUE(store_->remove(named("demo:1")));
  EXPECT_TRUE(fs::exists(image.module_path));
  for (bool dry_run : {true, false}) {
    auto pruned = store_->prune({.dry_run = dry_run, .grace_s = 0});
    ASSERT_TRUE(pruned);
    EXPECT_TRUE(pruned->removed.empty());
    ASSERT_EQ(pruned->in_use.size(), 1u);
    EXPECT_EQ(pruned->in_use[0].size_bytes, kModule.size());
  }
  EXPECT_TRUE(writer.write(as_bytes("x")) && writer.finish());
  lock.reset();
  EXPECT_EQ(store_->prune({.grace_s = 0})->removed.size(), 1u);
  EXPECT_FALSE(store_->hold_blob(image.module));
}

TEST_F(StoreCheckTest, PruneTakesAttachmentsWithoutSubject) {
  Image image = add("demo:1");
  Descriptor orphan = attach(image.manifest.digest, "{}");
  StoreIndex index;
  index.attach(image.manifest.digest, orphan, "x");
  write(store_->directory() / "index.json", index.to_json());
  ASSERT_TRUE(store_->prune({.grace_s = 0}));
  EXPECT_EQ(count_blobs(), 0u);
  EXPECT_EQ(problems(), Lines());
}

TEST_F(StoreCheckTest, PruneTouchesNoDamagedStore) {
  Image image = add("demo:1");
  write(store_->blob_path(image.manifest.digest), std::string(image.manifest.size_bytes, ' '));
  auto pruned = store_->prune({.grace_s = 0});
  ASSERT_FALSE(pruned);
  EXPECT_EQ(pruned.error().code, ErrorCode::Malformed);
  EXPECT_NE(pruned.error().message.find("demo:1"), std::string::npos);
  EXPECT_EQ(count_blobs(), 3u);
}

TEST_F(StoreCheckTest, SizesTellWhatIsShared) {
  Image one = add("one:1"), two = add("two:1", kModule, "http"), own = add("own:1", kOtherModule);
  ASSERT_TRUE(store_->tag(named("own:1"), named("own:2")));
  auto sizes = store_->sizes();
  ASSERT_TRUE(sizes);
  ASSERT_EQ(sizes->size(), 4u);
  std::ranges::sort(*sizes, {}, &ImageSize::name);
  EXPECT_EQ((*sizes)[0].name, "one:1");
  // The module and the config are the same, the manifest is not.
  EXPECT_EQ((*sizes)[0].total_bytes - (*sizes)[0].shared_bytes, one.manifest.size_bytes);
  EXPECT_GT((*sizes)[0].shared_bytes, kModule.size());
  EXPECT_EQ((*sizes)[1].shared_bytes, 0u);
  uint64_t before = (*sizes)[1].total_bytes;
  attach(own.manifest.digest, "{}");
  sizes = store_->sizes();
  std::ranges::sort(*sizes, {}, &ImageSize::name);
  EXPECT_GT((*sizes)[1].total_bytes, before);
  EXPECT_EQ((*sizes)[1].total_bytes, (*sizes)[2].total_bytes);
}

}  // namespace
}  // namespace wherry::oci
