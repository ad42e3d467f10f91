// power_loss: what a disk may hold after power was lost at any moment of a store's life. Every
// system call by which the store changes files is recorded; then, for each moment, folders are made
// of what the disk may have kept, and in each the store must open, hold exactly the images that it
// held before or after the operation under way, and have nothing worse than garbage.
//
// What a disk keeps is what POSIX promises and no more: a file's bytes as of its last fsync, a
// folder's names as of the folder's. Of what came later anything may be there or not, in any
// combination: names without their neighbours, files empty or cut off, one half of a rename between
// two folders. Real file systems keep more order than that.
//
// To show that the test can fail, it is run again on a disk that ignores the fsync of files, and on
// one that ignores that of folders: both must lose something.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <random>

#include "oci/image_format.h"
#include "oci/image_packing.h"
#include "oci/image_store.h"
#include "oci/image_unpacking.h"

using namespace wherry;
using namespace wherry::oci;

// --- what is recorded

namespace {

struct Event {
  enum class Kind { Create, Write, SyncFile, SyncFolder, SyncAll, MakeFolder, Rename, Remove };
  Kind kind;
  fs::path path;                      // relative to the store's parent
  fs::path target;                    // of Rename
  std::string data;                   // of Write
  std::optional<size_t> offset = {};  // of Write; behind all that is there where it has none
  ino_t file = 0;                     // of Create, Write, SyncFile
};

fs::path recorded_folder;  // empty: nothing is recorded
std::vector<Event> events;

ino_t inode_of(int fd) {
  struct stat status{};
  fstat(fd, &status);
  return status.st_ino;
}

void record(Event event) {
  auto inside = [](fs::path& path) {
    path = path.lexically_relative(recorded_folder);
    return !path.empty() && *path.begin() != "..";
  };
  if (recorded_folder.empty()) return;
  if (!event.path.empty() && !inside(event.path)) return;
  if (!event.target.empty()) inside(event.target);
  events.push_back(std::move(event));
}

fs::path path_of(int fd) {
  std::error_code ignored;
  return fs::read_symlink(fmt::format("/proc/self/fd/{}", fd), ignored);
}

int checked(long result) { return static_cast<int>(result); }

}  // namespace

// --- the system calls, which the linker takes from here rather than from libc

extern "C" {
// NOLINTBEGIN: the names and types are libc's.
int mkostemp(char* pattern, int flags) {
  using Function = int (*)(char*, int);
  static auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "mkostemp"));
  int fd = real(pattern, flags);
  if (fd >= 0)
    record({.kind = Event::Kind::Create,
            .path = pattern,
            .target = {},
            .data = {},
            .file = inode_of(fd)});
  return fd;
}
ssize_t write(int fd, const void* bytes, size_t size) {
  ssize_t count = syscall(SYS_write, fd, bytes, size);
  if (count > 0)
    record({.kind = Event::Kind::Write,
            .path = path_of(fd),
            .target = {},
            .data = std::string(static_cast<const char*>(bytes), static_cast<size_t>(count)),
            .file = inode_of(fd)});
  return count;
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  ssize_t count = syscall(SYS_pwrite64, fd, bytes, size, offset);
  if (count > 0)
    record({.kind = Event::Kind::Write,
            .path = path_of(fd),
            .target = {},
            .data = std::string(static_cast<const char*>(bytes), static_cast<size_t>(count)),
            .offset = static_cast<size_t>(offset),
            .file = inode_of(fd)});
  return count;
}
int fsync(int fd) {
  struct stat status{};
  fstat(fd, &status);
  record({.kind = S_ISDIR(status.st_mode) ? Event::Kind::SyncFolder : Event::Kind::SyncFile,
          .path = path_of(fd),
          .target = {},
          .data = {},
          .file = status.st_ino});
  return 0;  // the disk is ours to imagine
}
int syncfs(int fd) noexcept {
  record({.kind = Event::Kind::SyncAll, .path = path_of(fd), .target = {}, .data = {}});
  return 0;
}
char* mkdtemp(char* pattern) noexcept {
  using Function = char* (*)(char*);
  static auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "mkdtemp"));
  char* path = real(pattern);
  if (path) record({.kind = Event::Kind::MakeFolder, .path = path, .target = {}, .data = {}});
  return path;
}
int mkdirat(int parent, const char* name, mode_t mode) noexcept {
  int result = checked(syscall(SYS_mkdirat, parent, name, mode));
  if (result == 0)
    record({.kind = Event::Kind::MakeFolder,
            .path = path_of(parent) / name,
            .target = {},
            .data = {}});
  return result;
}
int openat(int parent, const char* name, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  int fd = checked(syscall(SYS_openat, parent, name, flags, mode));
  if (fd >= 0 && (flags & O_CREAT) && (flags & O_EXCL))
    record({.kind = Event::Kind::Create,
            .path = path_of(fd),
            .target = {},
            .data = {},
            .file = inode_of(fd)});
  return fd;
}
int mkdir(const char* path, mode_t mode) {
  int result = checked(syscall(SYS_mkdir, path, mode));
  if (result == 0)
    record({.kind = Event::Kind::MakeFolder, .path = path, .target = {}, .data = {}});
  return result;
}
int rename(const char* from, const char* to) noexcept {
  int result = checked(syscall(SYS_rename, from, to));
  if (result == 0) record({.kind = Event::Kind::Rename, .path = from, .target = to, .data = {}});
  return result;
}
int unlink(const char* path) noexcept {
  int result = checked(syscall(SYS_unlink, path));
  if (result == 0) record({.kind = Event::Kind::Remove, .path = path, .target = {}, .data = {}});
  return result;
}
int unlinkat(int parent, const char* name, int flags) noexcept {
  const fs::path path = path_of(parent) / name;
  int result = checked(syscall(SYS_unlinkat, parent, name, flags));
  if (result == 0) record({.kind = Event::Kind::Remove, .path = path, .target = {}, .data = {}});
  return result;
}
int rmdir(const char* path) noexcept {
  int result = checked(syscall(SYS_rmdir, path));
  if (result == 0) record({.kind = Event::Kind::Remove, .path = path, .target = {}, .data = {}});
  return result;
}
int remove(const char* path) noexcept {
  int result = unlink(path);
  return result != 0 && errno == EISDIR ? rmdir(path) : result;
}
// NOLINTEND
}

namespace {

// --- the disk

class Disk {
 public:
  bool ignores_file_syncs = false, ignores_folder_syncs = false;

  void apply(const Event& event);

  // What of the unsynced is kept: `choose` says it, one question at a time.
  using Choose = std::function<bool()>;
  void write(const fs::path& into, const Choose& choose) const { write(0, into, choose); }

 private:
  struct File {
    std::string now, synced;
  };
  // What a name stands for; nothing where it was taken away.
  struct Entry {
    std::optional<ino_t> file = {};
    std::optional<size_t> folder = {};
  };
  using Names = std::map<std::string, Entry>;
  struct Folder {
    Names now, synced;
    std::vector<std::pair<std::string, Entry>> unsynced;

    void sync() {
      synced = now;
      unsynced.clear();
    }
  };

  // The folder that a path leads to now.
  size_t find(const fs::path& path) const {
    size_t folder = 0;
    for (const fs::path& part : path)
      if (part != ".") folder = folders_[folder].now.at(part).folder.value();
    return folder;
  }
  void change(const fs::path& path, const Entry& entry) {
    Folder& folder = folders_[find(path.parent_path())];
    folder.now[path.filename()] = entry;
    folder.unsynced.emplace_back(path.filename(), entry);
  }
  void write(size_t folder, const fs::path& into, const Choose& choose) const;

  std::map<ino_t, File> files_;
  std::vector<Folder> folders_ = {{}};  // the first is the root
};

void Disk::apply(const Event& event) {
  switch (event.kind) {
    case Event::Kind::Create:
      files_[event.file] = {};
      return change(event.path, {.file = event.file});
    case Event::Kind::Write: {
      std::string& now = files_[event.file].now;
      const size_t at = event.offset.value_or(now.size());
      now.resize(std::max(now.size(), at + event.data.size()));
      now.replace(at, event.data.size(), event.data);
      return;
    }
    case Event::Kind::SyncFile:
      if (!ignores_file_syncs) files_[event.file].synced = files_[event.file].now;
      return;
    case Event::Kind::SyncFolder:
      if (!ignores_folder_syncs) folders_[find(event.path)].sync();
      return;
    case Event::Kind::SyncAll:
      if (!ignores_file_syncs)
        for (auto& [number, file] : files_) file.synced = file.now;
      if (!ignores_folder_syncs)
        for (Folder& folder : folders_) folder.sync();
      return;
    case Event::Kind::MakeFolder:
      folders_.emplace_back();
      return change(event.path, {.folder = folders_.size() - 1});
    case Event::Kind::Remove:
      return change(event.path, {});
    case Event::Kind::Rename: {
      const Entry moved = folders_[find(event.path.parent_path())].now[event.path.filename()];
      change(event.target, moved);
      return change(event.path, {});
    }
  }
}

void Disk::write(size_t folder, const fs::path& into, const Choose& choose) const {
  fs::create_directories(into);
  Names names = folders_[folder].synced;
  for (const auto& [name, entry] : folders_[folder].unsynced)
    if (choose()) names[name] = entry;
  for (const auto& [name, entry] : names) {
    if (entry.folder) write(*entry.folder, into / name, choose);
    if (!entry.file) continue;
    const File& file = files_.at(*entry.file);
    std::string content = file.synced;
    if (choose()) content = file.now;
    if (content.size() > file.synced.size() && choose()) content.resize(content.size() / 2);
    std::ofstream(into / name) << content;
  }
}

// --- a store's life

using Names = std::map<std::string, Digest>;

struct Moment {
  size_t events;  // how many had been recorded when the operation ended
  Names names;    // what the store held then
};

const std::string kModule("\0asm\1\0\0\0\0\2\1", 11);

constexpr std::string_view kAsset = "asset";

Result<Names> names_in(const ImageStore& store) {
  Names names;
  for (const Image& image : TRY(store.list())) {
    if (image.problem) return std::unexpected(*image.problem);
    TRY(store.map_module(image));
    if (!image.files.root.empty()) {
      const Bytes asset = TRY(read_file(image.files.root / "files/asset", {.size_bytes_max = 100}));
      if (as_text(asset) != kAsset) return fail(ErrorCode::Malformed, "an asset is damaged");
    }
    names[image.name] = image.manifest.digest;
  }
  return names;
}

Result<Image> add(ImageStore& store, const std::string& name, char word) {
  return store.add({.module = as_bytes(kModule + word), .name = name, .config = {}});
}

// An ordinary image, which is unpacked beside its blobs.
Result<Image> add_ordinary(ImageStore& store, const std::string& name, const fs::path& asset) {
  const std::string module = kModule + 'd';
  PackedImage packed = TRY(pack_image(store,
                                      {.module = as_bytes(module),
                                       .config = {.request_json = {}, .trigger = {}, .title = {}},
                                       .assets = {{.path = "files/asset", .source = asset}}},
                                      ImageFormat::Image));
  return unpack_and_adopt(store, TRY(parse_reference(name)), packed.manifest_json,
                          std::move(packed.blobs));
}

Result<Descriptor> attach(ImageStore& store, const Digest& subject) {
  Descriptor blob = describe("signed", "x");
  std::vector<BlobWriter> staged;
  staged.push_back(TRY(store.write_blob(blob)));
  TRY(staged[0].write(as_bytes("signed")));
  TRY(staged[0].finish());
  std::string text = fmt::format(R"({{"mediaType":"x","digest":"{}","size":{}}})",
                                 blob.digest.to_string(), blob.size_bytes);
  return store.attach(subject,
                      fmt::format(R"({{"schemaVersion":2,"config":{0},"layers":[{0}]}})", text),
                      std::move(staged));
}

Result<std::vector<Moment>> live(const fs::path& folder) {
  std::vector<Moment> moments;
  const fs::path asset = folder.parent_path() / "asset";
  TRY(write_file_atomic(asset, as_bytes(kAsset)));
  recorded_folder = folder;
  // The store's folder is not there yet: its own name is at stake too.
  ImageStore store = TRY(ImageStore::open(folder / "data" / "store"));
  auto remember = [&](const auto& done) -> Result<> {
    if (!done) return std::unexpected(done.error());
    moments.push_back({events.size(), TRY(names_in(store))});
    return {};
  };
  Reference one = TRY(parse_reference("one:1")), two = TRY(parse_reference("two:1"));
  TRY(remember(Result<>()));
  TRY(remember(add(store, "one:1", 'a')));
  TRY(remember(add(store, "two:1", 'b')));
  TRY(remember(attach(store, moments.back().names["one:1"])));
  TRY(remember(store.tag(one, two)));  // two's own image goes
  TRY(remember(add(store, "one:1", 'c')));
  TRY(remember(add(store, "three:1", 'b')));
  TRY(remember(store.remove(two)));  // with its attachment
  TRY(remember(store.remove(one)));
  TRY(remember(store.prune({.grace_s = 0})));
  TRY(remember(add_ordinary(store, "files:1", asset)));
  TRY(remember(store.remove(TRY(parse_reference("files:1")))));
  TRY(remember(add_ordinary(store, "one:1", asset)));
  // Of more than a block of what comes, written by a thread; the last, since each state has it.
  TRY(remember(store.add(
      {.module = as_bytes(kModule + std::string(2'500'000, 'a')), .name = "one:1", .config = {}})));
  recorded_folder.clear();
  return moments;
}

// --- the check

std::string check(const fs::path& folder, const Names& before, const Names& after) {
  Result<ImageStore> store = ImageStore::open(folder);
  if (!store) return "does not open: " + store.error().message;
  Result<StoreReport> report = store->check();
  if (!report) return report.error().message;
  for (const StoreProblem& problem : report->problems)
    if (problem.kind == StoreProblem::Kind::Damage) return problem.what + ": " + problem.reason;
  Result<Names> names = names_in(*store);
  if (!names) return names.error().message;
  if (*names != before && *names != after)
    return fmt::format("{} names, {} before the operation and {} after it", names->size(),
                       before.size(), after.size());
  Result<Image> added = add(*store, "later:1", 'a');
  return added ? "" : "takes no image: " + added.error().message;
}

// Loses power after each event in several ways. The first thing that is wrong, or nothing.
std::string lose_power(Disk disk, const std::vector<Moment>& moments, const fs::path& folder,
                       std::mt19937& random, int& states) {
  constexpr int kWays = 16;  // nothing unsynced is kept, all is, and these many less two at random
  size_t moment = 0;
  for (size_t i = 0; i <= events.size(); i++) {
    if (i > 0) disk.apply(events[i - 1]);
    while (moment < moments.size() && moments[moment].events < i) moment++;
    // Between the end of an operation and that of the next.
    const bool is_done = moment < moments.size() && moments[moment].events == i;
    const Names after = moments[std::min(moment, moments.size() - 1)].names;
    const Names before = is_done ? after : moment > 0 ? moments[moment - 1].names : Names();
    for (int way = 0; way < kWays; way++, states++) {
      fs::remove_all(folder);
      disk.write(folder, [&] { return way == 0 ? false : way == 1 || random() % 2; });
      std::string wrong = check(folder / "data" / "store", before, after);
      if (!wrong.empty()) return fmt::format("after event {} of {}: {}", i, events.size(), wrong);
    }
  }
  return {};
}

Result<> run(const fs::path& folder) {
  std::vector<Moment> moments = TRY(live(folder / "recorded"));
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  int states = 0;
  auto lose = [&](const Disk& disk) {
    return lose_power(disk, moments, folder / "kept", random, states);
  };
  if (std::string wrong = lose({}); !wrong.empty())
    return fail(ErrorCode::Malformed, "{} (seed {})", wrong, seed);
  fmt::print("{} operations, {} events, {} states of the disk\n", moments.size(), events.size(),
             states);
  Disk careless;
  careless.ignores_file_syncs = true;
  std::string lost = lose(careless);
  fmt::print("without fsync of files: {}\n", lost);
  if (lost.empty()) return fail(ErrorCode::Invalid, "fsync of files makes no difference");
  careless = {};
  careless.ignores_folder_syncs = true;
  lost = lose(careless);
  fmt::print("without fsync of folders: {}\n", lost);
  if (lost.empty()) return fail(ErrorCode::Invalid, "fsync of folders makes no difference");
  return {};
}

}  // namespace

int main() {
  unsetenv("SOURCE_DATE_EPOCH");
  const char* parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  std::string pattern = std::string(parent) + "/wherry-power.XXXXXX";
  const fs::path folder = mkdtemp(pattern.data());
  Result<> done = fs::create_directories(folder / "recorded") ? run(folder) : Result<>();
  if (done) {
    fs::remove_all(folder);
    return 0;
  }
  std::fprintf(stderr, "%s (what the disk kept is in %s)\n", done.error().message.c_str(),
               folder.c_str());
  return 1;
}
