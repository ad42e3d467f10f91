// A guest that tries to get out by WASI alone: `adversary PROBE [WORD]`. Its folder 3 is "granted";
// "outside" beside it holds a secret. Prints "NAME: ESCAPED" for what got out, "NAME: errno N" or
// what else came of it. The same module runs on any host of preview 1.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(name)))
typedef uint32_t u32;
typedef uint64_t u64;
typedef u32 pointer;
WASI("path_open")
u32 path_open(u32 fd, u32 lookup, pointer path, u32 size, u32 oflags, u64, u64, u32,
              pointer fd_out);
WASI("fd_read") u32 fd_read(u32 fd, pointer vectors, u32 count, pointer size_out);
WASI("fd_write") u32 fd_write(u32 fd, pointer vectors, u32 count, pointer size_out);
WASI("fd_close") u32 fd_close(u32 fd);
WASI("fd_renumber") u32 fd_renumber(u32 from, u32 to);
WASI("fd_readdir") u32 fd_readdir(u32 fd, pointer buffer, u32 size, u64 cookie, pointer size_out);
WASI("fd_prestat_dir_name") u32 fd_prestat_dir_name(u32 fd, pointer path, u32 size);
WASI("fd_fdstat_get") u32 fd_fdstat_get(u32 fd, pointer out);
WASI("fd_fdstat_set_rights") u32 fd_fdstat_set_rights(u32 fd, u64 base, u64 inheriting);
WASI("fd_fdstat_set_flags") u32 fd_fdstat_set_flags(u32 fd, u32 flags);
WASI("fd_seek") u32 fd_seek(u32 fd, u64 offset, u32 whence, pointer position);
WASI("fd_tell") u32 fd_tell(u32 fd, pointer position);
WASI("fd_sync") u32 fd_sync(u32 fd);
WASI("fd_datasync") u32 fd_datasync(u32 fd);
WASI("fd_allocate") u32 fd_allocate(u32 fd, u64 offset, u64 bytes);
WASI("fd_filestat_get") u32 fd_filestat_get(u32 fd, pointer out);
WASI("fd_filestat_set_size") u32 fd_filestat_set_size(u32 fd, u64 bytes);
WASI("fd_filestat_set_times") u32 fd_filestat_set_times(u32 fd, u64, u64, u32);
WASI("path_create_directory") u32 path_create_directory(u32 fd, pointer path, u32 size);
WASI("path_remove_directory") u32 path_remove_directory(u32 fd, pointer path, u32 size);
WASI("path_unlink_file") u32 path_unlink_file(u32 fd, pointer path, u32 size);
WASI("path_filestat_get")
u32 path_filestat_get(u32 fd, u32 lookup, pointer path, u32 size, pointer out);
WASI("path_filestat_set_times")
u32 path_filestat_set_times(u32 fd, u32 lookup, pointer path, u32 size, u64, u64, u32);
WASI("path_link") u32 path_link(u32 fd, u32 lookup, pointer, u32, u32 to_fd, pointer, u32);
WASI("path_rename") u32 path_rename(u32 fd, pointer, u32, u32 to_fd, pointer, u32);
WASI("path_symlink") u32 path_symlink(pointer target, u32, u32 fd, pointer, u32);
WASI("path_readlink")
u32 path_readlink(u32 fd, pointer, u32, pointer buffer, u32, pointer size_out);
WASI("poll_oneoff") u32 poll_oneoff(pointer in, pointer out, u32 count, pointer count_out);
WASI("random_get") u32 random_get(pointer buffer, u32 size);
WASI("args_get") u32 args_get(pointer, pointer);
WASI("sock_recv") u32 sock_recv(u32 fd, pointer vectors, u32 count, u32 flags, pointer, pointer);

enum { kFolder = 3, kFollow = 1, kCreate = 1, kDirectory = 2, kTruncate = 8 };
static const u64 kRead = 1 << 1, kWrite = 1 << 6;

static pointer at(const void* object) { return (pointer)(uintptr_t)object; }

static u32 opened, size, error;
static char bytes[64];

static void say(const char* name, u32 errno_value) { printf("%s: errno %u\n", name, errno_value); }
static void escaped(const char* name) { printf("%s: ESCAPED\n", name); }

static u32 open_path(const char* path, u32 lookup, u32 oflags, u64 rights) {
  opened = 0;
  return path_open(kFolder, lookup, at(path), strlen(path), oflags, rights, 0, 0, at(&opened));
}
static u32 read_some(u32 fd) {
  u32 vector[2] = {at(bytes), sizeof bytes - 1};
  memset(bytes, 0, sizeof bytes);
  return fd_read(fd, at(vector), 1, at(&size));
}
static int holds_secret(void) { return strncmp(bytes, "secret", 6) == 0; }

// Opens and reads; the host's own files count as secrets as well.
static void probe_read(const char* name, const char* path, u32 lookup) {
  error = open_path(path, lookup, 0, kRead);
  if (error) return say(name, error);
  error = read_some(opened);
  fd_close(opened);
  if (error) return say(name, error);
  if (holds_secret() || (size > 0 && strncmp(bytes, "inside", 6) != 0)) return escaped(name);
  printf("%s: stayed inside\n", name);
}
static void probe_create(const char* name, const char* path) {
  error = open_path(path, kFollow, kCreate, kWrite);
  if (error) return say(name, error);
  fd_close(opened);
  escaped(name);
}

static void read_by_paths(void) {
  static const char* const kPaths[] = {"../outside/secret",
                                       "./../outside/secret",
                                       "folder/../../outside/secret",
                                       "folder/../../granted/../outside/secret",
                                       "//etc/passwd",
                                       "/etc/passwd",
                                       "/",
                                       "..",
                                       "up",
                                       "absolute",
                                       "up_folder/secret",
                                       "absolute_folder/secret",
                                       "chained",
                                       "proc/self/environ",
                                       "proc/self/cwd/outside/secret",
                                       "proc/self/root/etc/passwd",
                                       "dev/urandom",
                                       "loop",
                                       "loop/secret",
                                       "links_45",
                                       "file/",
                                       "file/../../outside/secret",
                                       "up/",
                                       "up/.",
                                       "nothing/../../outside/secret",
                                       "folder/up",
                                       "\\..\\outside\\secret"};
  char name[128];
  for (size_t i = 0; i < sizeof kPaths / sizeof *kPaths; i++)
    for (u32 lookup = 0; lookup <= kFollow; lookup++) {
      snprintf(name, sizeof name, "read %s%s", kPaths[i], lookup ? "" : " (nofollow)");
      probe_read(name, kPaths[i], lookup);
    }
}

static void change_outside(void) {
  probe_create("create ../outside/new", "../outside/new");
  probe_create("create up_folder/new", "up_folder/new");
  probe_create("create absolute_folder/new", "absolute_folder/new");
  probe_create("create through a dangling link", "dangling");
  static const char* const kPaths[] = {"../outside/made", "up_folder/made", "absolute_folder/made"};
  static const char* const kLinked[] = {"../outside/linked", "up_folder/linked",
                                        "absolute_folder/linked"};
  static const char* const kSecrets[] = {"../outside/secret", "up_folder/secret",
                                         "absolute_folder/secret"};
  static char stat[64], link[4096];
  char name[128];
  for (size_t i = 0; i < 3; i++) {
    const char *made = kPaths[i], *linked = kLinked[i], *secret = kSecrets[i];
    const struct {
      const char* what;
      u32 error;
    } kResults[] = {
        {"mkdir", path_create_directory(kFolder, at(made), strlen(made))},
        {"stat", path_filestat_get(kFolder, kFollow, at(secret), strlen(secret), at(stat))},
        {"set times",
         path_filestat_set_times(kFolder, kFollow, at(secret), strlen(secret), 0, 0, 5)},
        {"link", path_link(kFolder, 0, at(secret), strlen(secret), kFolder, at("stolen"), 6)},
        {"rename in", path_rename(kFolder, at(secret), strlen(secret), kFolder, at("stolen"), 6)},
        {"rename out", path_rename(kFolder, at("spare"), 5, kFolder, at(made), strlen(made))},
        {"symlink", path_symlink(at("x"), 1, kFolder, at(made), strlen(made))},
        {"link out", path_link(kFolder, 0, at("spare"), 5, kFolder, at(linked), strlen(linked))},
        {"readlink",
         path_readlink(kFolder, at("../outside/link"), 15, at(link), sizeof link, at(&size))},
        {"truncate", open_path(secret, kFollow, kTruncate, kWrite)},
        {"unlink", path_unlink_file(kFolder, at(secret), strlen(secret))},
    };
    for (size_t k = 0; k < sizeof kResults / sizeof *kResults; k++) {
      snprintf(name, sizeof name, "%s %s", kResults[k].what, secret);
      kResults[k].error ? say(name, kResults[k].error) : escaped(name);
    }
  }
  // Links of the guest's own making, a link moved to where it leads further up, and an absolute
  // one.
  path_symlink(at("../outside"), 10, kFolder, at("mine"), 4);
  probe_read("read through its own link", "mine/secret", kFollow);
  path_create_directory(kFolder, at("deep"), 4);
  path_create_directory(kFolder, at("deep/er"), 7);
  path_symlink(at("../../outside"), 13, kFolder, at("deep/er/l"), 9);
  path_rename(kFolder, at("deep/er"), 7, kFolder, at("moved"), 5);
  probe_read("read through a link that was moved up", "moved/l/secret", kFollow);
  error = path_symlink(at("/etc/passwd"), 11, kFolder, at("own_absolute"), 12);
  probe_read("read through its own absolute link", "own_absolute", kFollow);
}

static void bad_names(void) {
  static char long_path[70000];
  error = path_open(kFolder, 0, at("file\0/../../outside/secret"), 26, 0, kRead, 0, 0, at(&opened));
  if (!error && (read_some(opened), holds_secret()))
    escaped("NUL in a name");
  else if (error)
    say("NUL in a name", error);
  else
    printf("NUL in a name: taken as its beginning\n");
  error =
      path_open(kFolder, 0, at("\xff\xfe/../../outside/secret"), 25, 0, kRead, 0, 0, at(&opened));
  say("bad UTF-8", error);
  error = open_path("bad\xff", 0, kCreate, kWrite);
  say("bad UTF-8, created", error);
  memset(long_path, 'a', sizeof long_path - 1);
  say("a name of 70,000 bytes", open_path(long_path, 0, 0, kRead));
  for (size_t i = 0; i + 2 < sizeof long_path; i += 2) memcpy(long_path + i, "./", 2);
  say("35,000 components", open_path(long_path, 0, 0, kRead));
  for (size_t i = 0; i + 3 < 3000; i += 3) memcpy(long_path + i, "../", 3);
  long_path[3000] = 0;
  say("1,000 steps up", open_path(long_path, 0, 0, kRead));
  say("no name", path_open(kFolder, 0, at(""), 0, 0, kRead, 0, 0, at(&opened)));
}

// Wherry shows an empty folder behind those that are granted, so that it hears of what is denied.
static int holds_nothing(u32 fd) {
  u32 opened;
  return path_open(fd, 0, at("etc/passwd"), 10, 0, kRead, 0, 0, at(&opened)) == 44 &&
         path_open(fd, 0, at("new"), 3, kCreate, kWrite, 0, 0, at(&opened)) == 44 &&
         path_open(fd, 0, at("."), 1, 0, kRead, 0, 0, at(&opened)) == 44;
}

// Descriptors that nobody gave: anything open beyond the three streams and the folder.
static void guess_descriptors(void) {
  static char stat[24];
  u32 found = 0;
  for (u32 fd = 4; fd < 70000; fd++) {
    if (fd_fdstat_get(fd, at(stat)) == 0)
      found += !holds_nothing(fd);
    else if (read_some(fd) == 0)
      found++;
  }
  found ? printf("guessed descriptors: %u open\n", found) : printf("guessed descriptors: none\n");
  say("descriptor -1", read_some(0xffffffff));
  say("descriptor -100",
      path_open(0xffffff9c, 1, at("/etc/passwd"), 11, 0, kRead, 0, 0, at(&opened)));
  say("rights of a closed descriptor", fd_close(900));
}

static void renumber_descriptors(void) {
  open_path("file", 0, 0, kRead);
  u32 file = opened;
  say("renumber to 2^31", fd_renumber(file, 0x80000000));
  say("renumber to 1e6", fd_renumber(file, 1000000));
  say("renumber from nothing", fd_renumber(5000, file));
  say("renumber onto itself", fd_renumber(file, file));
  error = fd_renumber(file, 0);  // takes the place of standard input
  say("renumber onto stdin", error);
  error = read_some(0);
  if (!error && holds_secret()) escaped("read after renumber");
  // The folder's number now means a file: it must not be taken for a folder any more.
  open_path("file", 0, 0, kRead);
  if (opened) fd_renumber(opened, kFolder);
  probe_read("open in a folder that became a file", "../outside/secret", kFollow);
  fd_close(kFolder);
  probe_read("open in a folder that was closed", "file", kFollow);
}

// Results that lie in the arguments, in each other, or in what is being read: whatever comes of it
// stays between two marks.
static void overlaps(void) {
  static struct {
    u64 before;
    u32 words[1024];
    u64 behind;
  } area = {.before = 0x1122334455667788, .behind = 0x8877665544332211};
  const pointer start = at(area.words);
  const u32 bytes_max = sizeof area.words;
  const u32 kClocks = 32;
  memset(area.words, 0, bytes_max);
  for (u32 i = 0; i < kClocks; i++) area.words[i * 12 + 4] = 1;  // monotonic, of no time
  poll_oneoff(start, start, kClocks, start);
  poll_oneoff(start, start + 16, kClocks, start + 20);
  fd_readdir(kFolder, start, bytes_max, 0, start + 8);
  path_readlink(kFolder, at("up"), 2, start, bytes_max, start);
  memcpy(area.words, "up", 2);
  path_readlink(kFolder, start, 2, start, bytes_max, start + 1);
  memcpy(area.words, "file", 4);
  path_open(kFolder, 0, start, 4, 0, kRead, 0, 0, start);
  memcpy(area.words, "file", 4);
  path_filestat_get(kFolder, 0, start, 4, start);
  open_path("file", 0, 0, kRead);
  area.words[0] = start;
  area.words[1] = bytes_max;
  fd_read(opened, start, 1, start + 4);
  fd_prestat_dir_name(kFolder, start, bytes_max);
  args_get(start, start);
  random_get(start, bytes_max);
  const int kept = area.before == 0x1122334455667788 && area.behind == 0x8877665544332211;
  kept ? printf("overlapping results: kept to their places\n") : escaped("overlapping results");
}

// Pointers and lengths that lead out of memory: an error, or a trap that the guest alone feels.
static void bad_pointers(void) {
  const u32 end = (u32)__builtin_wasm_memory_size(0) * 65536;
  const u32 kEnds[] = {end, end - 1, end - 4, end - 7, 0xfffffff0, 0xffffffff, 0x80000000};
  u32 refused = 0, taken = 0;
  open_path("file", 0, 0, kRead);
  const u32 file = opened;
#define COUNT(call) ((call) ? refused++ : taken++)
  for (size_t i = 0; i < sizeof kEnds / sizeof *kEnds; i++) {
    const u32 bad = kEnds[i];
    u32 vector[2] = {bad, 64}, endless[2] = {at(bytes), 0xffffffff}, last[2] = {end - 1, 2};
    COUNT(fd_read(file, bad, 1, at(&size)));
    COUNT(fd_read(file, at(vector), 1, at(&size)));
    COUNT(fd_read(file, at(endless), 1, at(&size)));
    COUNT(fd_read(file, at(last), 1, at(&size)));
    COUNT(fd_read(file, at(vector), 0xffffffff, at(&size)));
    COUNT(fd_read(file, at(vector), 0x20000000, at(&size)));
    COUNT(fd_read(file, at(vector), 0, bad));
    COUNT(fd_write(1, at(vector), 1, at(&size)));
    COUNT(fd_write(1, bad, 3, at(&size)));
    COUNT(poll_oneoff(bad, at(bytes), 1, at(&size)));
    COUNT(poll_oneoff(at(bytes), bad, 0x10000000, at(&size)));
    COUNT(poll_oneoff(bad, bad, 0xffffffff, bad));
    COUNT(random_get(bad, 64));
    COUNT(random_get(at(bytes), 0xffffffff));
    COUNT(args_get(bad, bad));
    COUNT(fd_readdir(kFolder, bad, 4096, 0, at(&size)));
    COUNT(fd_readdir(kFolder, at(bytes), 0xffffffff, 0, at(&size)));
    COUNT(fd_prestat_dir_name(kFolder, bad, 8));
    COUNT(path_open(kFolder, 0, bad, 64, 0, kRead, 0, 0, at(&opened)));
    COUNT(path_open(kFolder, 0, at("file"), 0xffffffff, 0, kRead, 0, 0, at(&opened)));
    COUNT(path_open(kFolder, 0, at("file"), 4, 0, kRead, 0, 0, bad));
    COUNT(path_readlink(kFolder, at("up"), 2, bad, 64, at(&size)));
    COUNT(path_filestat_get(kFolder, 0, at("file"), 4, bad));
    COUNT(sock_recv(file, bad, 1, 0, at(&size), at(&size)));
  }
  printf("bad pointers: %u refused, %u taken\n", refused, taken);
  // Vectors that lie in what they are to fill, twice the same buffer.
  static u32 vectors[8];
  open_path("file", 0, 0, kRead);
  for (int i = 0; i < 8; i += 2) vectors[i] = at(vectors), vectors[i + 1] = sizeof vectors;
  error = fd_read(opened, at(vectors), 4, at(&size));
  printf("vectors that fill themselves: errno %u, %u bytes\n", error, size);
  overlaps();
}

// Of descriptors that were opened with few rights, or gave some up: no call does what they have
// none for, and none gives them back.
static void use_lost_rights(void) {
  u32 refused = 0, attempts = 0;
#define REFUSED(what, call) (attempts++, (call) ? (void)refused++ : escaped(what))
  const u64 kAll = (1 << 29) - 1;
  open_path("spare", 0, 0, kRead | kWrite);
  const u32 given_up = opened;
  u32 vector[2] = {at("!"), 1};
  if (fd_fdstat_set_rights(given_up, kRead, 0)) escaped("rights cannot be given up");
  REFUSED("write after that", fd_write(given_up, at(vector), 1, at(&size)));
  REFUSED("take them back", fd_fdstat_set_rights(given_up, kRead | kWrite, 0));
  REFUSED("take all", fd_fdstat_set_rights(given_up, kAll, kAll));
  open_path("file", 0, 0, kRead);
  fd_renumber(given_up, opened);
  REFUSED("write by another number", fd_write(opened, at(vector), 1, at(&size)));

  open_path("spare", 0, 0, kRead);
  const u32 reads = opened;
  REFUSED("seek", fd_seek(reads, 0, 1, at(bytes)));
  REFUSED("tell", fd_tell(reads, at(bytes)));
  REFUSED("sync", fd_sync(reads));
  REFUSED("datasync", fd_datasync(reads));
  REFUSED("allocate", fd_allocate(reads, 0, 100));
  REFUSED("stat", fd_filestat_get(reads, at(bytes)));
  REFUSED("truncate", fd_filestat_set_size(reads, 0));
  REFUSED("set times", fd_filestat_set_times(reads, 0, 0, 5));
  REFUSED("set flags", fd_fdstat_set_flags(reads, 1));

  const u64 kOpens = 1 << 13;
  path_open(kFolder, 0, at("folder"), 6, kDirectory, kOpens, kRead, 0, at(&opened));
  const u32 folder = opened;
  REFUSED("list", fd_readdir(folder, at(bytes), sizeof bytes, 0, at(&size)));
  REFUSED("make a folder", path_create_directory(folder, at("made"), 4));
  REFUSED("stat in it", path_filestat_get(folder, 0, at("."), 1, at(bytes)));
  REFUSED("create in it", path_open(folder, 0, at("new"), 3, kCreate, kRead, 0, 0, at(&opened)));
  REFUSED("open for writing in it",
          path_open(folder, 0, at("."), 1, 0, kRead | kWrite, 0, 0, at(&opened)));
  printf("lost rights: %u of %u refused\n", refused, attempts);
}

// While the host exchanges folder "swap" with a link to "outside".
static void race(const char* tries) {
  u32 secrets = 0, inside = 0, refused = 0;
  for (long left = atol(tries); left > 0; left--) {
    error = open_path("swap/secret", left & 1 ? kFollow : 0, 0, kRead);
    if (error) {
      refused++;
      continue;
    }
    read_some(opened);
    fd_close(opened);
    holds_secret() ? secrets++ : inside++;
  }
  printf("race: %u refused, %u inside, %u %s\n", refused, inside, secrets,
         secrets ? "ESCAPED" : "escaped");
}

// The same with changes: what they leave outside is for who runs this to look at.
static void race_changes(const char* tries) {
  u32 done = 0, refused = 0;
#define TRY_CHANGE(call) ((call) ? refused++ : done++)
  for (long left = atol(tries); left > 0; left--) {
    TRY_CHANGE(open_path("swap/new", kFollow, kCreate, kWrite));
    if (opened) fd_close(opened);
    TRY_CHANGE(open_path("swap/secret", kFollow, kTruncate, kWrite));
    if (opened) fd_close(opened);
    TRY_CHANGE(path_create_directory(kFolder, at("swap/made"), 9));
    TRY_CHANGE(path_symlink(at("x"), 1, kFolder, at("swap/link_"), 10));
    TRY_CHANGE(path_link(kFolder, 0, at("spare"), 5, kFolder, at("swap/linked"), 11));
    TRY_CHANGE(path_rename(kFolder, at("swap/linked"), 11, kFolder, at("swap/moved"), 10));
    TRY_CHANGE(path_filestat_set_times(kFolder, kFollow, at("swap/secret"), 11, 0, 0, 5));
    TRY_CHANGE(path_unlink_file(kFolder, at("swap/secret"), 11));
    path_unlink_file(kFolder, at("swap/link_"), 10);
    path_unlink_file(kFolder, at("swap/new"), 8);
    path_remove_directory(kFolder, at("swap/made"), 9);
    if (!open_path("swap/secret", 0, kCreate, kWrite)) fd_close(opened);
  }
  printf("race: %u refused, %u done\n", refused, done);
}

// Below a folder of /proc that is granted: what it shows is granted with it, what its links lead to
// is not.
static void magic_links(void) {
  static const char* const kPaths[] = {"self/root/etc/passwd",
                                       "self/cwd/outside/secret",
                                       "self/exe",
                                       "self/fd/0",
                                       "self/fd/1",
                                       "self/ns/net",
                                       "1/root/etc/passwd",
                                       "1/cwd/etc/passwd",
                                       "thread-self/root/etc/passwd"};
  for (size_t i = 0; i < sizeof kPaths / sizeof *kPaths; i++)
    probe_read(kPaths[i], kPaths[i], kFollow);
  printf("status: errno %u\n", open_path("self/status", kFollow, 0, kRead));
}

// A node that leads to a disk, to memory, or nowhere.
static void devices(void) {
  static const char* const kPaths[] = {"disk", "memory", "up_disk"};
  for (size_t i = 0; i < sizeof kPaths / sizeof *kPaths; i++)
    for (u32 lookup = 0; lookup <= kFollow; lookup++) {
      error = open_path(kPaths[i], lookup, 0, kRead);
      error ? say(kPaths[i], error) : escaped(kPaths[i]);
    }
  printf("null: errno %u\n", open_path("null", 0, 0, kRead | kWrite));
}

static void open_pipe(void) {
  fflush(stdout);
  say("open a pipe that nobody writes", open_path("pipe", kFollow, 0, kRead));
}

int main(int argc, char** argv) {
  const char* probe = argc > 1 ? argv[1] : "";
  if (!strcmp(probe, "read"))
    read_by_paths();
  else if (!strcmp(probe, "change"))
    change_outside();
  else if (!strcmp(probe, "names"))
    bad_names();
  else if (!strcmp(probe, "guess"))
    guess_descriptors();
  else if (!strcmp(probe, "renumber"))
    renumber_descriptors();
  else if (!strcmp(probe, "pointers"))
    bad_pointers();
  else if (!strcmp(probe, "rights"))
    use_lost_rights();
  else if (!strcmp(probe, "race"))
    race(argv[2]);
  else if (!strcmp(probe, "race-changes"))
    race_changes(argv[2]);
  else if (!strcmp(probe, "magic"))
    magic_links();
  else if (!strcmp(probe, "devices"))
    devices();
  else if (!strcmp(probe, "pipe"))
    open_pipe();
  else
    return 2;
  printf("%s: done\n", probe);
  return 0;
}
