#include "registry/prune.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <thread>

#include "oci/manifest.h"
#include "registry/control.h"
#include "registry/repository.h"
#include "registry/test_folder.h"

namespace wherry::registry {
namespace {

using namespace std::chrono_literals;

const RepositoryName kName = *RepositoryName::parse("demo");

Digest digest_of(std::string_view text) { return sha256(as_bytes(text)); }

Digest push_blob(Storage& storage, const std::string& text) {
  const std::lock_guard naming(storage.locks().of_content(digest_of(text)));
  EXPECT_TRUE(storage.add_content(digest_of(text), as_bytes(text)));
  EXPECT_TRUE(Repository(storage, kName).add_blob(digest_of(text)));
  return digest_of(text);
}

Digest push_manifest(Storage& storage, const std::string& layer) {
  auto descriptor = [](const std::string& text) {
    return fmt::format(R"({{"mediaType":"a/b","digest":"{}","size":{}}})",
                       digest_of(text).to_string(), text.size());
  };
  const std::string json =
      fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]}})",
                  oci::media_type::kManifest, descriptor("config"), descriptor(layer));
  const std::lock_guard naming(storage.locks().of_content(digest_of(json)));
  EXPECT_TRUE(storage.add_content(digest_of(json), as_bytes(json)));
  EXPECT_TRUE(Repository(storage, kName)
                  .add_manifest(digest_of(json),
                                {.media_type = std::string(oci::media_type::kManifest)}, ""));
  return digest_of(json);
}

void make_old(const fs::path& path) {
  const timespec times[2] = {{.tv_sec = 1, .tv_nsec = 0}, {.tv_sec = 1, .tv_nsec = 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

TEST(Prune, LeavesWhatCameAShortWhileAgo) {
  TestFolder folder;
  const auto storage = folder.open();
  const Digest blob = push_blob(*storage, "of a push that goes on");
  const Pruned left = *prune(*storage, {});
  EXPECT_EQ(left.blobs, 0u);
  EXPECT_EQ(left.recent, 1u);
  make_old(folder.path() / "repositories/demo/_blobs" / blob.hex());
  EXPECT_EQ(prune(*storage, {})->blobs, 1u);
  EXPECT_FALSE(storage->has_content(blob));
}

TEST(Prune, LeavesWhatAPushHasFound) {
  TestFolder folder;
  const auto storage = folder.open();
  Repository names(*storage, kName);
  const Digest asked = push_blob(*storage, "asked for"), sent = push_blob(*storage, "sent again");
  for (const Digest& blob : {asked, sent})
    make_old(folder.path() / "repositories/demo/_blobs" / blob.hex());
  ASSERT_TRUE(names.renew_blob(asked));
  push_blob(*storage, "sent again");
  EXPECT_EQ(prune(*storage, {})->blobs, 0u);
  EXPECT_TRUE(names.has_blob(asked));
  EXPECT_TRUE(names.has_blob(sent));
}

TEST(Prune, LeavesUntaggedManifestsThatAnIndexMayBeAboutToName) {
  TestFolder folder;
  const auto storage = folder.open();
  push_blob(*storage, "config");
  const Digest layer = push_blob(*storage, "layer");
  const Digest manifest = push_manifest(*storage, "layer");
  for (const char* name : {"config", "layer"})
    make_old(folder.path() / "repositories/demo/_blobs" / digest_of(name).hex());
  EXPECT_EQ(prune(*storage, {.untagged = true})->manifests, 0u);
  EXPECT_TRUE(Repository(*storage, kName).has_blob(layer));
  make_old(folder.path() / "repositories/demo/_manifests" / manifest.hex());
  const Pruned pruned = *prune(*storage, {.untagged = true});
  EXPECT_EQ(pruned.manifests, 1u);
  EXPECT_EQ(pruned.blobs, 3u);
}

TEST(Prune, LeavesContentsThatAreNamedMeanwhile) {
  TestFolder folder;
  const auto storage = folder.open();
  const NameLocks::Watch watch(storage->locks());
  const Digest blob = push_blob(*storage, "late");
  EXPECT_TRUE(watch.has_seen(blob));
  EXPECT_FALSE(watch.has_seen(digest_of("other")));
}

TEST(Prune, Stops) {
  TestFolder folder;
  const auto storage = folder.open();
  push_blob(*storage, "blob");
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = prune(*storage, {.age_min = 0s}, stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::Unavailable);
}

// Threads push while another prunes without mercy: what was pushed whole stays whole. A blob whose
// push has not come to its manifest may go; the push is told, as the API does.
TEST(Prune, LeavesWholeWhatIsPushedMeanwhile) {
  TestFolder folder;
  const auto storage = folder.open();
  std::atomic<bool> ends = false;
  std::thread pruner([&] {
    while (!ends) EXPECT_TRUE(prune(*storage, {.age_min = 0s}));
  });
  std::vector<std::thread> pushers;
  std::atomic<size_t> pushed = 0;
  for (const char* prefix : {"a", "b", "c"})
    pushers.emplace_back([&, prefix] {
      for (int i = 0; i < 40; i++) {
        const std::string layer = fmt::format("{}{}", prefix, i);
        push_blob(*storage, "config");
        push_blob(*storage, layer);
        const std::lock_guard lock(storage->locks().of_repository(kName));
        const Repository names(*storage, kName);
        if (!names.has_blob(digest_of("config")) || !names.has_blob(digest_of(layer))) continue;
        push_manifest(*storage, layer);
        pushed++;
      }
    });
  for (std::thread& pusher : pushers) pusher.join();
  ends = true;
  pruner.join();
  EXPECT_GT(pushed, 0u);
  const auto manifests = *Repository(*storage, kName).list_manifests();
  EXPECT_EQ(manifests.size(), pushed);
  for (const Digest& digest : manifests) EXPECT_TRUE(storage->has_content(digest));
  const auto blobs = *Repository(*storage, kName).list_blobs();
  for (const Digest& blob : blobs) EXPECT_TRUE(storage->has_content(blob));
  EXPECT_EQ(prune(*storage, {.age_min = 0s})->manifests, 0u);
}

TEST(Control, PrunesWhileTheFolderIsInUse) {
  TestFolder folder;
  const auto storage = folder.open();
  push_blob(*storage, "blob");
  EXPECT_EQ(ask_server_to_prune(folder.path(), {}).error().code, ErrorCode::NotFound);
  {
    const auto control = *Control::open(folder.path());
    ASSERT_TRUE(control->start(*storage));
    struct stat status{};
    ASSERT_EQ(::stat((folder.path() / "control").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_EQ(ask_server_to_prune(folder.path(), {})->recent, 1u);
    EXPECT_EQ(ask_server_to_prune(folder.path(), {.age_min = 0s})->size_bytes, 4u);
    push_manifest(*storage, "layer");
    std::error_code error;
    fs::remove_all(folder.path() / "blobs/sha256", error);
    const auto failed = ask_server_to_prune(folder.path(), {});
    ASSERT_FALSE(failed);
    EXPECT_TRUE(failed.error().message.contains("push it again")) << failed.error().message;
  }
  EXPECT_FALSE(fs::exists(folder.path() / "control"));
}

}  // namespace
}  // namespace wherry::registry
