#include "registry/uploads.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <thread>

#include "registry/limits.h"
#include "registry/test_folder.h"

namespace wherry::registry {
namespace {

const RepositoryName kName = *RepositoryName::parse("demo");

Digest digest_of(std::string_view text) { return sha256(as_bytes(text)); }

// What one connection does: goes on with an upload, and leaves it.
void append(Uploads& uploads, const std::string& id, std::string_view text) {
  auto upload = uploads.claim(kName, id, [] {});
  ASSERT_TRUE(upload) << upload.error().message;
  ASSERT_TRUE((*upload)->append(as_bytes(text)));
}

TEST(Uploads, GoOnAcrossConnectionsAndRestarts) {
  TestFolder folder;
  std::string id;
  {
    const auto storage = folder.open();
    const auto uploads = *Uploads::open(*storage, 1000);
    id = *uploads->begin(kName);
    append(*uploads, id, "one ");
    append(*uploads, id, "two ");
  }
  const auto storage = folder.open();
  const auto uploads = *Uploads::open(*storage, 1000);
  EXPECT_EQ(*uploads->size_bytes(kName, id), 8u);
  Repository names(*storage, kName);
  auto upload = uploads->claim(kName, id, [] {});
  ASSERT_TRUE(upload);
  ASSERT_TRUE((*upload)->append(as_bytes("three")));
  ASSERT_TRUE((*upload)->finish(digest_of("one two three"), names));
  upload->reset();
  EXPECT_TRUE(storage->has_content(digest_of("one two three")));
  EXPECT_TRUE(names.has_blob(digest_of("one two three")));
  EXPECT_FALSE(uploads->size_bytes(kName, id));
  EXPECT_FALSE(uploads->claim(kName, id, [] {}));
}

TEST(Uploads, KeepNothingOfAWrongDigest) {
  TestFolder folder;
  const auto storage = folder.open();
  const auto uploads = *Uploads::open(*storage, 1000);
  Repository names(*storage, kName);
  const std::string id = *uploads->begin(kName);
  auto upload = *uploads->claim(kName, id, [] {});
  ASSERT_TRUE(upload->append(as_bytes("what came")));
  const Answer<> finished = upload->finish(digest_of("what was said"), names);
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, code::kDigestInvalid);
  EXPECT_FALSE(storage->has_content(digest_of("what was said")));
  EXPECT_FALSE(storage->has_content(digest_of("what came")));
  EXPECT_TRUE(fs::is_empty(storage->uploads_folder()));
}

TEST(Uploads, HashAnewWhatWasTakenBack) {
  TestFolder folder;
  const auto storage = folder.open();
  const auto uploads = *Uploads::open(*storage, 1000);
  Repository names(*storage, kName);
  const std::string id = *uploads->begin(kName);
  auto upload = *uploads->claim(kName, id, [] {});
  ASSERT_TRUE(upload->append(as_bytes("good bad")));
  ASSERT_TRUE(upload->truncate(5));
  ASSERT_TRUE(upload->append(as_bytes("end")));
  EXPECT_TRUE(upload->finish(digest_of("good end"), names));
}

TEST(Uploads, BelongToTheirRepository) {
  TestFolder folder;
  const auto storage = folder.open();
  const auto uploads = *Uploads::open(*storage, 1000);
  const std::string id = *uploads->begin(kName);
  EXPECT_FALSE(uploads->size_bytes(*RepositoryName::parse("other"), id));
  EXPECT_FALSE(uploads->claim(*RepositoryName::parse("other"), id, [] {}));
  EXPECT_FALSE(uploads->claim(kName, "../blobs", [] {}));
}

TEST(Uploads, KeepToTheirSize) {
  TestFolder folder;
  const auto storage = folder.open({.size_bytes_max = 100});
  const auto uploads = *Uploads::open(*storage, 60);
  const std::string id = *uploads->begin(kName), other = *uploads->begin(kName);
  auto upload = *uploads->claim(kName, id, [] {});
  ASSERT_TRUE(upload->append(as_bytes(std::string(60, 'x'))));
  EXPECT_EQ(upload->append(as_bytes("x")).error().status, 413u);
  auto second = *uploads->claim(kName, other, [] {});
  EXPECT_EQ(second->append(as_bytes(std::string(41, 'x'))).error().status, 507u);
  ASSERT_TRUE(upload->remove());
  EXPECT_TRUE(second->append(as_bytes(std::string(41, 'x'))));
}

TEST(Uploads, AreTakenOverFromWhoBrokeOff) {
  TestFolder folder;
  const auto storage = folder.open();
  const auto uploads = *Uploads::open(*storage, 1000);
  const std::string id = *uploads->begin(kName);
  std::atomic<bool> is_interrupted = false;
  auto first = *uploads->claim(kName, id, [&] { is_interrupted = true; });
  std::thread holder([&, held = std::move(first)]() mutable {
    while (!is_interrupted) std::this_thread::yield();
    held.reset();
  });
  EXPECT_TRUE(uploads->claim(kName, id, [] {}));
  holder.join();
}

TEST(Uploads, ExpireWhenNobodyGoesOn) {
  TestFolder folder;
  const auto storage = folder.open();
  const auto uploads = *Uploads::open(*storage, 1000);
  const std::string old = *uploads->begin(kName), fresh = *uploads->begin(kName);
  const auto lifetime = std::chrono::seconds(limits::kUploadLifetime).count();
  for (const auto& entry : fs::directory_iterator(storage->uploads_folder())) {
    if (!entry.path().filename().string().starts_with(old)) continue;
    const timespec past{.tv_sec = std::time(nullptr) - lifetime - 1, .tv_nsec = 0};
    const timespec times[2] = {past, past};
    ASSERT_EQ(::utimensat(AT_FDCWD, entry.path().c_str(), times, 0), 0);
  }
  ASSERT_TRUE(uploads->remove_expired());
  EXPECT_FALSE(uploads->size_bytes(kName, old));
  EXPECT_TRUE(uploads->size_bytes(kName, fresh));
}

TEST(Uploads, AreNotEndlesslyMany) {
  TestFolder folder;
  const auto storage = folder.open();
  const auto uploads = *Uploads::open(*storage, 1000);
  for (size_t i = 0; i < limits::kUploads; i++) ASSERT_TRUE(uploads->begin(kName));
  const auto one_more = uploads->begin(kName);
  ASSERT_FALSE(one_more);
  EXPECT_EQ(one_more.error().status, 429u);
  // One that nobody has touched for long gives way.
  const fs::path idle = fs::directory_iterator(storage->uploads_folder())->path();
  const timespec past{.tv_sec = std::time(nullptr) - 3600, .tv_nsec = 0};
  const timespec times[2] = {past, past};
  ASSERT_EQ(::utimensat(AT_FDCWD, idle.c_str(), times, 0), 0);
  EXPECT_TRUE(uploads->begin(kName));
  EXPECT_FALSE(fs::exists(idle));
}

}  // namespace
}  // namespace wherry::registry
