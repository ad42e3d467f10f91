// A guest's descriptors: what each number stands for and what may be done with it. Numbers are
// given out lowest first, as POSIX does; 0 to 2 are the standard streams, preopened sockets and
// then preopened folders follow. Rights: preview 1 docs, "rights"; a descriptor can only lose them.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "policy/policy.h"
#include "support/file.h"
#include "wasi/errno.h"
#include "wasi/limits.h"

namespace wherry::wasi {

class InputStream;
class OutputStream;

// A number that one thread may change while others read it.
template <class T>
class Relaxed {
 public:
  Relaxed(T value) : value_(value) {}
  Relaxed(const Relaxed& other) : value_(T{other}) {}
  Relaxed& operator=(const Relaxed& other) { return *this = T{other}; }
  Relaxed& operator=(T value) {
    value_.store(value, std::memory_order_relaxed);
    return *this;
  }
  operator T() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<T> value_;
};

struct Descriptor {
  enum class Kind : uint8_t {
    Reserved,   // a standard stream that the host closed: no file may get its number
    Stream,     // a standard stream: a borrowed descriptor of the host, or a stream object
    File,       // opened by the guest; anything but a folder
    Directory,  // a preopened folder, or one that the guest opened
    Socket,     // listening, or connected
    Nowhere,    // a preopened folder "/" with nothing in it (ProgramOptions::shows_empty_root)
  };

  Kind kind = Kind::Reserved;
  bool is_preopen = false;
  Fd fd = {};                      // File, Directory, Socket
  int borrowed_fd = -1;            // Stream
  InputStream* input = nullptr;    // Stream without a descriptor; borrowed
  OutputStream* output = nullptr;  // likewise
  // Stream: fdflags; the host's descriptor is shared, so never set there.
  Relaxed<uint32_t> stream_flags = 0;
  Relaxed<Rights> base = Rights{0};
  Relaxed<Rights> inheriting = Rights{0};
  const policy::DirectoryGrant* grant = nullptr;  // where a File or Directory comes from
  // Where the guest sees it, "/data/sub". Below a preopened folder only kept where denials are
  // told.
  std::string guest_path = {};

  // Our descriptor of it; -1 where there is none.
  int host_fd() const { return kind == Kind::Stream ? borrowed_fd : fd.get(); }
  bool is_open() const { return kind != Kind::Reserved; }
  bool is_directory() const { return kind == Kind::Directory || kind == Kind::Nowhere; }
  // What may be done with it. Who made a file may fill it, whatever may be done to others.
  bool is_own = false;
  policy::FileRights access() const {
    const policy::FileRights granted = grant ? grant->access : policy::kReadWrite;
    return is_own ? granted | policy::FileRight::Write : granted;
  }
};

// One thread at a time, until it is told of threads. A call of a WASI function keeps what it works
// on: a Descriptor* is good until the call's end, though another thread close its number meanwhile
// and the number become another file. Its Fd is closed when the last such call has ended.
class FdTable {
 public:
  // From now on any number of threads may use it at once.
  void allow_threads() { has_threads_ = true; }
  // How many there may be; as limits.h says where nobody does.
  void set_size_max(uint32_t size_max) { size_max_ = size_max; }
  // A call of a WASI function on this thread ends, and with it what find() gave to it.
  void end_call() {
    if (has_threads_) let_go();
  }

  // Errors: badf where `fd` is not open, notcapable where it lacks one of `needed`.
  ErrnoOr<Descriptor*> find(uint32_t fd, Rights needed);

  // Whether add() would fail with mfile: asked before something is consumed that cannot be put
  // back.
  bool is_full();

  // Takes the lowest free number. Errors: mfile.
  ErrnoOr<uint32_t> add(Descriptor descriptor);

  // Errors: badf.
  ErrnoOr<> close(uint32_t fd);

  // `to`, which must be open, becomes what `from` was, and `from` is free. Errors: badf.
  ErrnoOr<> renumber(uint32_t from, uint32_t to);

  // By number, null for the free ones. Good until the next change.
  std::span<const std::shared_ptr<Descriptor>> entries() const { return entries_; }

 private:
  // Holds a mutex only where there are threads: others should not pay for it.
  std::unique_lock<std::mutex> lock() {
    return has_threads_ ? std::unique_lock(mutex_) : std::unique_lock<std::mutex>();
  }
  // Null where it is not open.
  std::shared_ptr<Descriptor>* open_entry(uint32_t fd);
  uint32_t lowest_free() const;
  static void keep(const std::shared_ptr<Descriptor>& descriptor);
  static void let_go();

  bool has_threads_ = false;
  uint32_t size_max_ = limits::kDescriptorsMax;
  std::mutex mutex_;
  // Shared with calls that are under way.
  std::vector<std::shared_ptr<Descriptor>> entries_;
};

// Asks the host. Errors: as fstat.
ErrnoOr<FileType> file_type(const Descriptor& descriptor);
// What fstat says does not tell streams from datagrams: socket_stream, in doubt.
FileType file_type_from_mode(uint32_t mode);
FileType socket_type(int socket);

}  // namespace wherry::wasi
