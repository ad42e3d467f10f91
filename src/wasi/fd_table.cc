#include "wasi/fd_table.h"

#include <sys/stat.h>

#include <algorithm>

#include "wasi/limits.h"

namespace wherry::wasi {

ErrnoOr<Descriptor*> FdTable::find(uint32_t fd, Rights needed) {
  if (fd >= entries_.size() || !entries_[fd].is_open()) return refuse(Errno::badf);
  Descriptor& descriptor = entries_[fd];
  if ((descriptor.base & needed) != needed) return refuse(Errno::notcapable);
  return &descriptor;
}

ErrnoOr<uint32_t> FdTable::add(Descriptor descriptor) {
  auto is_free = [](const Descriptor& entry) { return entry.kind == Descriptor::Kind::Free; };
  auto place = std::ranges::find_if(entries_, is_free);
  auto number = static_cast<uint32_t>(place - entries_.begin());
  if (number >= limits::kDescriptorsMax) return refuse(Errno::mfile);
  if (place == entries_.end())
    entries_.push_back(std::move(descriptor));
  else
    *place = std::move(descriptor);
  return number;
}

ErrnoOr<> FdTable::close(uint32_t fd) {
  *TRY(find(fd, 0))
  = Descriptor{};
  return {};
}

ErrnoOr<> FdTable::renumber(uint32_t from, uint32_t to) {
  Descriptor& source = *TRY(find(from, 0));
  Descriptor& target = *TRY(find(to, 0));
  if (from == to) return {};
  target = std::move(source);
  source = Descriptor{};
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

ErrnoOr<FileType> file_type(const Descriptor& descriptor) {
  if (descriptor.is_directory()) return FileType::directory;
  if (descriptor.host_fd() < 0) return FileType::unknown;
  struct stat status;
  if (fstat(descriptor.host_fd(), &status) != 0) return refuse_from_host();
  return file_type_from_mode(status.st_mode);
}

}  // namespace wherry::wasi
