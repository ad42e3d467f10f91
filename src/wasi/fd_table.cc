#include "wasi/fd_table.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "wasi/limits.h"

namespace wherry::wasi {

// What the call that runs on this thread has found: functions get plain pointers, and so need not
// know of threads.
static thread_local std::vector<std::shared_ptr<Descriptor>> kept;

void FdTable::keep(const std::shared_ptr<Descriptor>& descriptor) { kept.push_back(descriptor); }
void FdTable::let_go() { kept.clear(); }

std::shared_ptr<Descriptor>* FdTable::open_entry(uint32_t fd) {
  const bool is_open = fd < entries_.size() && entries_[fd] && entries_[fd]->is_open();
  return is_open ? &entries_[fd] : nullptr;
}

ErrnoOr<Descriptor*> FdTable::find(uint32_t fd, Rights needed) {
  auto locked = lock();
  std::shared_ptr<Descriptor>* entry = open_entry(fd);
  if (!entry) return refuse(Errno::badf);
  if (((*entry)->base & needed) != needed) return refuse(Errno::notcapable);
  if (has_threads_) keep(*entry);
  return entry->get();
}

uint32_t FdTable::lowest_free() const {
  auto place = std::ranges::find(entries_, nullptr);
  return static_cast<uint32_t>(place - entries_.begin());
}

bool FdTable::is_full() {
  auto locked = lock();
  return lowest_free() >= size_max_;
}

ErrnoOr<uint32_t> FdTable::add(Descriptor descriptor) {
  auto made = std::make_shared<Descriptor>(std::move(descriptor));
  auto locked = lock();
  const uint32_t number = lowest_free();
  if (number >= size_max_) return refuse(Errno::mfile);
  if (number == entries_.size())
    entries_.push_back(std::move(made));
  else
    entries_[number] = std::move(made);
  return number;
}

ErrnoOr<> FdTable::close(uint32_t fd) {
  std::shared_ptr<Descriptor> closed;  // gone when the lock is: closing may take its time
  auto locked = lock();
  std::shared_ptr<Descriptor>* entry = open_entry(fd);
  if (!entry) return refuse(Errno::badf);
  closed = std::move(*entry);
  return {};
}

ErrnoOr<> FdTable::renumber(uint32_t from, uint32_t to) {
  std::shared_ptr<Descriptor> closed;
  auto locked = lock();
  std::shared_ptr<Descriptor>*source = open_entry(from), *target = open_entry(to);
  if (!source || !target) return refuse(Errno::badf);
  if (from == to) return {};
  closed = std::exchange(*target, std::move(*source));
  return {};
}

FileType file_type_from_mode(uint32_t mode) {
  switch (mode & S_IFMT) {
    case S_IFBLK:
      return FileType::block_device;
    case S_IFCHR:
      return FileType::character_device;
    case S_IFDIR:
      return FileType::directory;
    case S_IFREG:
      return FileType::regular_file;
    case S_IFLNK:
      return FileType::symbolic_link;
    case S_IFSOCK:
      return FileType::socket_stream;
    default:
      return FileType::unknown;  // a pipe: preview 1 has no word for it
  }
}

FileType socket_type(int socket) {
  int type = 0;
  socklen_t size = sizeof type;
  bool is_datagram =
      getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM;
  return is_datagram ? FileType::socket_dgram : FileType::socket_stream;
}

ErrnoOr<FileType> file_type(const Descriptor& descriptor) {
  if (descriptor.is_directory()) return FileType::directory;
  if (descriptor.host_fd() < 0) return FileType::unknown;
  struct stat status;
  if (fstat(descriptor.host_fd(), &status) != 0) return refuse_from_host();
  if (S_ISSOCK(status.st_mode)) return socket_type(descriptor.host_fd());
  return file_type_from_mode(status.st_mode);
}

}  // namespace wherry::wasi
