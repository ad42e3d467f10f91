// A guest's descriptors: what each number stands for and what may be done with it. Numbers are
// given out lowest first, as POSIX does; 0 to 2 are the standard streams, preopened folders follow.
// Rights: preview 1 docs, "rights"; a descriptor can only lose them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "policy/policy.h"
#include "support/file.h"
#include "wasi/errno.h"

namespace wherry::wasi {

class InputStream;
class OutputStream;

struct Descriptor {
  enum class Kind : uint8_t {
    Free,       // the number is not in use
    Reserved,   // a standard stream that the host closed: no file may get its number
    Stream,     // a standard stream: a borrowed descriptor of the host, or a stream object
    File,       // opened by the guest; anything but a folder
    Directory,  // a preopened folder, or one that the guest opened
    Nowhere,    // a preopened folder "/" with nothing in it (ProgramOptions::on_denial)
  };

  Kind kind = Kind::Free;
  bool is_preopen = false;
  Fd fd = {};                      // File, Directory
  int borrowed_fd = -1;            // Stream
  InputStream* input = nullptr;    // Stream without a descriptor; borrowed
  OutputStream* output = nullptr;  // likewise
  uint32_t stream_flags =
      0;  // Stream: fdflags; the host's descriptor is shared, so never set there
  Rights base = 0;
  Rights inheriting = 0;
  const policy::DirectoryGrant* grant = nullptr;  // where a File or Directory comes from
  // Where the guest sees it, "/data/sub". Below a preopened folder only kept where denials are
  // told.
  std::string guest_path = {};

  // Our descriptor of it; -1 where there is none.
  int host_fd() const { return kind == Kind::Stream ? borrowed_fd : fd.get(); }
  bool is_open() const { return kind != Kind::Free && kind != Kind::Reserved; }
  bool is_directory() const { return kind == Kind::Directory || kind == Kind::Nowhere; }
  bool is_read_only() const { return grant != nullptr && grant->access != policy::kReadWrite; }
};

// One thread at a time. A Descriptor* is good until the next add().
class FdTable {
 public:
  // Errors: badf where `fd` is not open, notcapable where it lacks one of `needed`.
  ErrnoOr<Descriptor*> find(uint32_t fd, Rights needed);

  // Takes the lowest free number. Errors: mfile (limits.h).
  ErrnoOr<uint32_t> add(Descriptor descriptor);

  // Errors: badf.
  ErrnoOr<> close(uint32_t fd);

  // `to`, which must be open, becomes what `from` was, and `from` is free. Errors: badf.
  ErrnoOr<> renumber(uint32_t from, uint32_t to);

  // By number, the free ones too. Good until the next change.
  std::span<const Descriptor> entries() const { return entries_; }

 private:
  std::vector<Descriptor> entries_;
};

// Asks the host. Errors: as fstat.
ErrnoOr<FileType> file_type(const Descriptor& descriptor);
FileType file_type_from_mode(uint32_t mode);

}  // namespace wherry::wasi
