// Lookup below a folder without openat2: the folders from the start to the present place are kept
// open on a stack, so that ".." is a step back on the stack and never asks the file system, where
// somebody might have moved a folder in the meantime. Symbolic links are read and their target is
// put in front of what remains. Nothing is ever opened by more than one component, and none by
// following a link; a name that becomes a link between two of our looks fails to open.
#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <vector>

#include "wasi/limits.h"
#include "wasi/path.h"

namespace wherry::wasi {
namespace {

class Walk {
 public:
  Walk(int directory, const std::string& path, const OpenOptions& options)
      : start_(directory), remaining_(path), options_(options) {}

  ErrnoOr<Fd> run() {
    if (remaining_.empty()) return refuse(Errno::noent);
    if (remaining_.front() == '/') return refuse(Errno::notcapable);
    for (;;) {
      take_component();
      if (component_.empty() || component_ == "." || component_ == "..") {
        if (component_ == "..") TRY(step_back());
        if (is_last_) return open_here();
        continue;
      }
      if (auto target = TRY(link_to_follow())) {
        TRY(follow(*target));
        continue;
      }
      if (is_last_) return open_last();
      TRY(step_into());
    }
  }

 private:
  int here() const { return stack_.empty() ? start_ : stack_.back().get(); }

  // Splits the next component off `remaining_`; slashes behind it say that it must be a folder.
  void take_component() {
    size_t end = std::min(remaining_.find('/'), remaining_.size());
    component_ = remaining_.substr(0, end);
    size_t next = std::min(remaining_.find_first_not_of('/', end), remaining_.size());
    must_be_directory_ = next > end;
    is_last_ = next == remaining_.size();
    remaining_.erase(0, next);
  }

  ErrnoOr<> step_back() {
    if (stack_.empty()) return refuse(Errno::notcapable);
    stack_.pop_back();
    return {};
  }

  ErrnoOr<> step_into() {
    int fd = openat(here(), component_.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return refuse_from_host();
    stack_.emplace_back(fd);
    return {};
  }

  // The target of the link that `component_` is and that has to be followed.
  ErrnoOr<std::optional<std::string>> link_to_follow() {
    bool exclusive = (options_.flags & O_CREAT) && (options_.flags & O_EXCL);
    bool keeps_links = exclusive || (options_.flags & O_NOFOLLOW);
    if (is_last_ && !must_be_directory_ && keeps_links) return std::nullopt;
    char target[limits::kPathBytesMax + 1];
    ssize_t size = readlinkat(here(), component_.c_str(), target, sizeof target);
    if (size < 0) return std::nullopt;  // no link, or not there: opening it will tell
    if (++links_ > limits::kSymbolicLinksMax) return refuse(Errno::loop);
    return std::string(target, static_cast<size_t>(size));
  }

  ErrnoOr<> follow(const std::string& target) {
    if (target.empty()) return refuse(Errno::noent);
    if (target.front() == '/') return refuse(Errno::notcapable);
    remaining_ = target + (must_be_directory_ ? "/" : "") + remaining_;
    if (remaining_.size() > limits::kPathBytesMax) return refuse(Errno::nametoolong);
    return {};
  }

  // The path ended in "." or "..".
  ErrnoOr<Fd> open_here() {
    if (options_.flags & O_CREAT) return refuse(Errno::isdir);
    return opened(openat(here(), ".", options_.flags));
  }

  ErrnoOr<Fd> open_last() {
    int flags = options_.flags | O_NOFOLLOW;
    if (must_be_directory_ && (flags & O_CREAT)) return refuse(Errno::isdir);
    if (must_be_directory_) flags |= O_DIRECTORY;
    return opened(openat(here(), component_.c_str(), flags, options_.mode));
  }

  static ErrnoOr<Fd> opened(int fd) {
    if (fd < 0) return refuse_from_host();
    return Fd(fd);
  }

  int start_;
  std::string remaining_;
  OpenOptions options_;
  std::vector<Fd> stack_;
  std::string component_;
  bool is_last_ = false;
  bool must_be_directory_ = false;
  int links_ = 0;
};

}  // namespace

ErrnoOr<Fd> walk_beneath(int directory, const std::string& path, const OpenOptions& options) {
  return Walk(directory, path, options).run();
}

}  // namespace wherry::wasi
