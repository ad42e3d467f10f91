// killed_store [ROUNDS]: processes that change one store are killed (SIGKILL) at random moments, a
// thousand times. After each the store opens, holds every image that was reported as stored with
// the attachments that it was reported to have, no image that was reported as removed, and check()
// finds nothing worse than garbage.
//
// Two processes work at once, each on names of its own, with blobs that both share; some images are
// ordinary ones, which are unpacked beside their blobs, and are used while the other removes them.
// What they have done stands in memory that outlives them. $WHERRY_SEED repeats a run; the store
// lies in /dev/shm where there is one, since a kill loses nothing that the kernel has.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>

#include "oci/image_documents.h"
#include "oci/image_format.h"
#include "oci/image_packing.h"
#include "oci/image_store.h"
#include "oci/image_unpacking.h"

namespace wherry::oci {
namespace {

constexpr int kWorkers = 2;
constexpr int kNames = 4;      // of each worker
constexpr int kArtifacts = 5;  // different images, two of which share a module
constexpr int kVariants = 7;   // the last ones are ordinary images
constexpr int kLifeMicroseconds = 4000;

using Random = std::mt19937;

int pick(Random& random, int count) {
  return static_cast<int>(random() % static_cast<unsigned>(count));
}

// What a worker says of itself. One operation is under way at a time.
struct Slot {
  std::atomic<int> variants[kNames];  // what each name was given last; -1: removed
  std::atomic<bool> attached[kNames];
  std::atomic<int> busy_name = -1;  // the name that is being changed, and to what
  std::atomic<int> busy_variant;
  std::atomic<int> operations;
  char failure[512];
};

std::string name_of(int worker, int name) { return fmt::format("worker{}:{}", worker, name); }
Reference reference_of(int worker, int name) {
  return parse_reference(name_of(worker, name)).value();
}

std::string module_of(int variant) {
  std::string module("\0asm\1\0\0\0\0\2\1", 11);
  return module + static_cast<char>('a' + variant / 2);
}

bool is_ordinary(int variant) { return variant >= kArtifacts; }

fs::path asset;  // a file that travels in ordinary images

// As a build does.
Result<PackedImage> pack(ImageStore& store, int variant) {
  const std::string module = module_of(variant);
  return pack_image(store,
                    {.module = as_bytes(module),
                     .config = {.request_json = {}, .trigger = {}, .title = {}},
                     .assets = {{.path = "files/asset", .source = asset}}},
                    ImageFormat::Image);
}

ImageDocuments artifact_of(int variant) {
  return encode_wasm_artifact(
      {.module = describe(module_of(variant), media_type::kWasmLayer),
       .config = {.request_json = {}, .trigger = variant % 2 ? "http" : "", .title = {}}});
}

std::map<int, Digest> ordinary_digests;  // made before anybody is killed

Digest digest_of(int variant) {
  if (is_ordinary(variant)) return ordinary_digests.at(variant);
  return sha256(as_bytes(artifact_of(variant).manifest_json));
}

Result<> stage_or_hold(ImageStore& store, std::string_view content, std::vector<BlobWriter>& staged,
                       std::vector<UseLock>& held) {
  Descriptor descriptor = describe(content, "x");
  if (auto lock = store.hold_blob(descriptor)) {
    held.push_back(*std::move(lock));
    return {};
  }
  staged.push_back(TRY(store.write_blob(descriptor)));
  TRY(staged.back().write(as_bytes(content)));
  return staged.back().finish();
}

// As a pull does: blobs come without the store's lock.
Result<> adopt(ImageStore& store, const Reference& reference, int variant) {
  if (is_ordinary(variant)) {
    PackedImage packed = TRY(pack(store, variant));
    TRY(unpack_and_adopt(store, reference, packed.manifest_json, std::move(packed.blobs)));
    return {};
  }
  std::vector<BlobWriter> staged;
  std::vector<UseLock> held;
  ImageDocuments artifact = artifact_of(variant);
  TRY(stage_or_hold(store, module_of(variant), staged, held));
  TRY(stage_or_hold(store, artifact.config_json, staged, held));
  TRY(store.adopt(reference, artifact.manifest_json, std::move(staged)));
  return {};
}

Result<> attach(ImageStore& store, int variant, int which) {
  std::vector<BlobWriter> staged;
  std::vector<UseLock> held;
  std::string payload = fmt::format("signature {}", which);
  TRY(stage_or_hold(store, payload, staged, held));
  Descriptor blob = describe(payload, "x");
  std::string descriptor = fmt::format(R"({{"mediaType":"x","digest":"{}","size":{}}})",
                                       blob.digest.to_string(), blob.size_bytes);
  TRY(store.attach(digest_of(variant),
                   fmt::format(R"({{"schemaVersion":2,"config":{0},"layers":[{0}]}})", descriptor),
                   std::move(staged)));
  return {};
}

Result<> change_name(ImageStore& store, Slot& slot, int worker, int name, Random& random) {
  Reference reference = reference_of(worker, name);
  const int source = pick(random, kNames), what = pick(random, 4);
  int variant = pick(random, what == 3 ? kArtifacts : kVariants);
  if (what == 0) variant = -1;
  if (what == 1) variant = slot.variants[source];
  if (what == 1 && variant < 0) return {};
  if (what == 0 && slot.variants[name] < 0) return {};
  slot.attached[name] = false;
  slot.busy_variant = variant;
  slot.busy_name = name;
  if (what == 0) TRY(store.remove(reference));
  if (what == 1) TRY(store.tag(reference_of(worker, source), reference));
  if (what == 2) TRY(adopt(store, reference, variant));
  if (what == 3)
    TRY(store.add(
        {.module = as_bytes(module_of(variant)),
         .name = name_of(worker, name),
         .config = {.request_json = {}, .trigger = variant % 2 ? "http" : "", .title = {}}}));
  slot.variants[name] = variant;
  slot.busy_name = -1;
  return {};
}

bool has_asset(const fs::path& root) {
  const auto content = read_file(root / "files/asset", {.size_bytes_max = 100});
  return content && as_text(*content) == "asset";
}

// As a run does: while it holds an ordinary image, nobody takes its files away.
Result<> use(const ImageStore& store, int worker, int name) {
  const Result<Image> image = store.find(reference_of(worker, name));
  if (!image || image->files.root.empty()) return {};
  const auto held = UseLock::take(image->files.root.parent_path());
  if (!held) return {};  // it was removed before
  for (int i = 0; i < 20; i++) {
    if (!has_asset(image->files.root))
      return fail(ErrorCode::NotFound, "{} lost its files while it was used",
                  name_of(worker, name));
    usleep(50);
  }
  return {};
}

Result<> work_once(ImageStore& store, Slot& slot, int worker, Random& random) {
  const int name = pick(random, kNames), what = pick(random, 7);
  slot.operations++;
  if (what == 6) return use(store, pick(random, kWorkers), name);
  if (what < 4) return change_name(store, slot, worker, name, random);
  if (what == 4) {
    TRY(store.prune({.grace_s = 0}));
    return {};
  }
  const int variant = slot.variants[name];
  if (variant < 0) return {};
  TRY(attach(store, variant, pick(random, 2)));
  slot.attached[name] = true;
  return {};
}

[[noreturn]] void work(const fs::path& folder, Slot& slot, int worker, unsigned seed) {
  Random random(seed);
  while (true) {
    Result<ImageStore> store = ImageStore::open(folder);
    Result<> done =
        store ? work_once(*store, slot, worker, random) : std::unexpected(store.error());
    if (done) continue;
    std::snprintf(slot.failure, sizeof slot.failure, "%s", done.error().message.c_str());
    _exit(1);
  }
}

// Holds a name to what its worker said. What was under way has happened, or has not.
std::string check_name(const ImageStore& store, Slot& slot, int worker, int name) {
  Result<Image> image = store.find(reference_of(worker, name));
  if (!image && image.error().code != ErrorCode::NotFound) return image.error().message;
  auto is_now = [&](int variant) {
    return variant < 0 ? !image : image && image->manifest.digest == digest_of(variant);
  };
  if (slot.busy_name == name && is_now(slot.busy_variant))
    slot.variants[name] = slot.busy_variant.load();
  const int variant = slot.variants[name];
  if (!is_now(variant))
    return fmt::format("{} was reported as variant {} and is {}", name_of(worker, name), variant,
                       image ? image->manifest.digest.to_string() : "not there");
  if (variant >= 0 && is_ordinary(variant) &&
      (!has_asset(image->files.root) || !store.map_module(*image)))
    return name_of(worker, name) + " has lost its files";
  if (variant < 0 || !slot.attached[name]) return {};
  Result<std::vector<Attachment>> attachments = store.attachments(digest_of(variant));
  if (!attachments) return attachments.error().message;
  return attachments->empty() ? name_of(worker, name) + " has lost its attachments" : "";
}

std::string check_store(const fs::path& folder, Slot* slots) {
  Result<ImageStore> store = ImageStore::open(folder);
  if (!store) return store.error().message;
  Result<StoreReport> report = store->check();
  if (!report) return report.error().message;
  for (const StoreProblem& problem : report->problems)
    if (problem.kind == StoreProblem::Kind::Damage) return problem.what + ": " + problem.reason;
  for (int worker = 0; worker < kWorkers; worker++) {
    if (slots[worker].failure[0]) return slots[worker].failure;
    for (int name = 0; name < kNames; name++)
      if (std::string wrong = check_name(*store, slots[worker], worker, name); !wrong.empty())
        return wrong;
    slots[worker].busy_name = -1;
  }
  return {};
}

void run_round(const fs::path& folder, Slot* slots, Random& random) {
  pid_t workers[kWorkers];
  for (int worker = 0; worker < kWorkers; worker++) {
    const unsigned seed = static_cast<unsigned>(random());
    workers[worker] = fork();
    if (workers[worker] == 0) work(folder, slots[worker], worker, seed);
  }
  for (pid_t worker : workers) {  // the second works on beside what the first has left
    usleep(static_cast<useconds_t>(pick(random, kLifeMicroseconds)));
    kill(worker, SIGKILL);
    waitpid(worker, nullptr, 0);
  }
}

fs::path make_folder() {
  const char* parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  std::string pattern = std::string(parent) + "/wherry-killed.XXXXXX";
  return mkdtemp(pattern.data());
}

// Of packing, which asks for the store that it stages in.
Result<> learn_digests(const fs::path& folder) {
  asset = folder / "asset";
  TRY(write_file_atomic(asset, as_bytes(std::string_view("asset"))));
  ImageStore store = TRY(ImageStore::open(folder / "other-store"));
  for (int variant = kArtifacts; variant < kVariants; variant++)
    ordinary_digests[variant] = sha256(as_bytes(TRY(pack(store, variant)).manifest_json));
  return {};
}

int run(int rounds, unsigned seed) {
  void* shared = mmap(nullptr, sizeof(Slot) * kWorkers, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Slot* slots = new (shared) Slot[kWorkers];
  for (int worker = 0; worker < kWorkers; worker++)
    for (std::atomic<int>& variant : slots[worker].variants) variant = -1;
  const fs::path folder = make_folder();
  Random random(seed);
  std::string wrong;
  if (const auto learnt = learn_digests(folder); !learnt) wrong = learnt.error().message;
  int round = 0, interrupted = 0;
  for (; round < rounds && wrong.empty(); round++) {
    run_round(folder / "store", slots, random);
    for (int worker = 0; worker < kWorkers; worker++) interrupted += slots[worker].busy_name >= 0;
    wrong = check_store(folder / "store", slots);
  }
  int operations = 0;
  for (int worker = 0; worker < kWorkers; worker++) operations += slots[worker].operations;
  std::printf("%d rounds of %d kills, %d operations, %d of them interrupted (seed %u)\n", round,
              kWorkers, operations, interrupted, seed);
  if (wrong.empty() && interrupted * 10 < rounds) wrong = "too few kills met an operation";
  if (wrong.empty()) {
    fs::remove_all(folder);
    return 0;
  }
  std::fprintf(stderr, "round %d: %s (the store is left in %s)\n", round, wrong.c_str(),
               folder.c_str());
  return 1;
}

}  // namespace
}  // namespace wherry::oci

int main(int argc, char** argv) {
  const char* seed = std::getenv("WHERRY_SEED");
  unsetenv("SOURCE_DATE_EPOCH");
  return wherry::oci::run(argc > 1 ? std::atoi(argv[1]) : 1000,
                          seed ? static_cast<unsigned>(std::atoi(seed)) : std::random_device()());
}
