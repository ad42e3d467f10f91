// Preopened folders' names, and what is in a folder.
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "wasi/denial.h"
#include "wasi/functions.h"
#include "wasi/use.h"

namespace wherry::wasi {
namespace {

// What getdents64(2) writes, up to the name.
// [d_ino u64][d_off u64][d_reclen u16][d_type u8][name, NUL]
struct HostDirent {
  uint64_t ino;
  uint64_t next;
  uint16_t record_bytes;
  uint8_t type;
};
constexpr size_t kHostDirentNameOffset = 19;

constexpr size_t kHostBufferBytes = 8 * 1024;

FileType file_type_from_dirent(uint8_t type) {
  return file_type_from_mode(static_cast<uint32_t>(type) << 12);
}

// The guest's buffer being filled. An entry that does not fit is cut, which tells the guest to come
// back with its cookie: a full buffer means "perhaps there is more".
class EntryWriter {
 public:
  explicit EntryWriter(std::span<std::byte> buffer) : rest_(buffer), size_bytes_(buffer.size()) {}

  bool is_full() const { return rest_.empty(); }
  size_t used_bytes() const { return size_bytes_ - rest_.size(); }

  void add(const Dirent& entry, std::string_view name) {
    append(as_bytes({reinterpret_cast<const char*>(&entry), sizeof entry}));
    append(as_bytes(name));
  }

 private:
  void append(ByteSpan bytes) {
    size_t fits = std::min(bytes.size(), rest_.size());
    if (fits > 0) std::memcpy(rest_.data(), bytes.data(), fits);
    rest_ = rest_.subspan(fits);
  }

  std::span<std::byte> rest_;
  size_t size_bytes_;
};

// The number that the guest sees for "..": above a granted folder is nothing of its business, so
// that one is its own parent, as "/" is.
ErrnoOr<uint64_t> parent_inode(const Descriptor& directory, uint64_t host_inode) {
  struct stat here, granted;
  if (fstat(directory.host_fd(), &here) != 0) return refuse_from_host();
  bool is_granted =
      directory.is_preopen || (stat(directory.grant->host.c_str(), &granted) == 0 &&
                               here.st_dev == granted.st_dev && here.st_ino == granted.st_ino);
  return is_granted ? here.st_ino : host_inode;
}

ErrnoOr<> write_entries(const Descriptor& directory, ByteSpan records, EntryWriter& writer) {
  while (!records.empty() && !writer.is_full()) {
    HostDirent host;
    std::memcpy(&host, records.data(), kHostDirentNameOffset);
    std::string_view name(reinterpret_cast<const char*>(records.data()) + kHostDirentNameOffset);
    if (name == "..") host.ino = TRY(parent_inode(directory, host.ino));
    writer.add({.d_next = host.next,
                .d_ino = host.ino,
                .d_namlen = static_cast<uint32_t>(name.size()),
                .d_type = file_type_from_dirent(host.type)},
               name);
    records = records.subspan(host.record_bytes);
  }
  return {};
}

// A cookie is the file system's own position behind an entry (d_off), which stays good while
// entries come and go; 0 is the start. The kernel lists "." and "..", too. Nothing is kept between
// two calls.
ErrnoOr<> read_entries(const Descriptor& directory, uint64_t cookie, EntryWriter& writer) {
  if (lseek(directory.host_fd(), static_cast<off_t>(cookie), SEEK_SET) < 0)
    return refuse_from_host();
  alignas(8) std::byte buffer[kHostBufferBytes];
  while (!writer.is_full()) {
    long size = syscall(SYS_getdents64, directory.host_fd(), buffer, sizeof buffer);
    if (size < 0) return refuse_from_host();
    if (size == 0) return {};
    TRY(write_entries(directory, ByteSpan(buffer, static_cast<size_t>(size)), writer));
  }
  return {};
}

ErrnoOr<const Descriptor*> find_preopen(ProgramState& state, uint32_t fd) {
  const Descriptor* descriptor = TRY(state.descriptors.find(fd, 0));
  if (!descriptor->is_preopen) return refuse(Errno::badf);
  return descriptor;
}

}  // namespace

ErrnoOr<> fd_prestat_get(ProgramState& state, Memory& memory, uint32_t fd, uint32_t result) {
  const Descriptor& preopen = *TRY(find_preopen(state, fd));
  return memory.write(result,
                      Prestat{.tag = preopen.is_directory() ? kPreopenDirectory : kPreopenSocket,
                              .pr_name_len = static_cast<uint32_t>(preopen.guest_path.size())});
}

ErrnoOr<> fd_prestat_dir_name(ProgramState& state, Memory& memory, uint32_t fd, uint32_t buffer,
                              uint32_t size_bytes) {
  const Descriptor& directory = *TRY(find_preopen(state, fd));
  if (size_bytes < directory.guest_path.size()) return refuse(Errno::nametoolong);
  auto target = TRY(memory.slice(buffer, directory.guest_path.size()));
  std::memcpy(target.data(), directory.guest_path.data(), target.size());
  return {};
}

ErrnoOr<> fd_readdir(ProgramState& state, Memory& memory, uint32_t fd, uint32_t buffer,
                     uint32_t size_bytes, uint64_t cookie, uint32_t size_result) {
  const Descriptor& directory = *TRY(state.descriptors.find(fd, rights::fd_readdir));
  if (!directory.is_directory()) return refuse(Errno::notdir);
  if (cookie > INT64_MAX) return refuse(Errno::inval);
  EntryWriter writer(TRY(memory.slice(buffer, size_bytes)));
  if (!directory.access().includes(policy::FileRight::Read))
    return refuse_access(state, directory, "", {"list", policy::FileRight::Read});
  if (directory.kind == Descriptor::Kind::Directory) {
    tell_use(state, directory, policy::FileRight::Read);
    std::scoped_lock lock(state.directories);
    TRY(read_entries(directory, cookie, writer));
  }
  return memory.write(size_result, static_cast<uint32_t>(writer.used_bytes()));
}

}  // namespace wherry::wasi
