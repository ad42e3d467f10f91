#include "oci/content_digest.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace wherry::oci {

Result<Digest> file_digest(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.valid()) return std::unexpected(system_error(errno, path.string()));
  Sha256 hash;
  Bytes buffer(1 << 20);
  while (true) {
    ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(system_error(errno, path.string()));
    if (count == 0) return hash.finish();
    hash.update(ByteSpan(buffer).first(static_cast<size_t>(count)));
  }
}

static Result<std::string> describe(const fs::path& path) {
  std::error_code error;
  switch (fs::symlink_status(path, error).type()) {
    case fs::file_type::directory:
      return "folder";
    case fs::file_type::regular:
      return TRY(file_digest(path)).to_string();
    case fs::file_type::symlink:
      return "link " + fs::read_symlink(path, error).string();
    default:
      return fail(ErrorCode::Malformed, "{} is neither a file nor a folder", path.string());
  }
}

Result<Digest> tree_digest(const fs::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  fs::recursive_directory_iterator entry(folder, error), end;
  for (; !error && entry != end; entry.increment(error))
    names.push_back(entry->path().lexically_relative(folder).string());
  if (error) return std::unexpected(system_error(error.value(), folder.string()));
  std::ranges::sort(names);
  Sha256 hash;
  for (const std::string& name : names) {
    // A name holds no NUL, so that no two trees give the same text.
    const std::string line = name + '\0' + TRY(describe(folder / name)) + '\0';
    hash.update(as_bytes(line));
  }
  return hash.finish();
}

}  // namespace wherry::oci
