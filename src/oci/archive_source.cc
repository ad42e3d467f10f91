#include "oci/archive_source.h"
#include "oci/limits.h"
#include "support/quotes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace wherry::oci {

Result<ArchiveSource> ArchiveSource::open(const fs::path& path) {
  TRY(open_file(path));
  std::error_code ignored;
  return ArchiveSource(path, fs::is_directory(path, ignored));
}

static Result<> visit_archive(const fs::path& path,
                              const std::function<Result<>(SourceFile&)>& visit,
                              const LinkListener& on_link) {
  TarReader reader = TRY(TarReader::open(path, {.allow_symbolic_links = true,
                                                .content_bytes_max = limits::kArchiveBytes,
                                                .entries_max = limits::kArchiveEntries}));
  while (std::optional<TarEntry> entry = TRY(reader.next())) {
    if (entry->kind == TarEntry::Kind::SymbolicLink && on_link) on_link(entry->path, entry->target);
    if (entry->kind != TarEntry::Kind::File) continue;
    SourceFile file{.path = entry->path,
                    .size_bytes = entry->size_bytes,
                    .read = [&](std::span<std::byte> into) { return reader.read(into); }};
    TRY(visit(file));
  }
  return {};
}

// No link is followed: a layout that somebody else can write must not make us read other files.
static Result<> visit_file(const fs::path& folder, const std::string& name,
                           const std::function<Result<>(SourceFile&)>& visit) {
  const fs::path path = folder / name;
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.valid() && errno == ENOENT) return {};
  struct stat status;
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0)
    return std::unexpected(system_error(errno, "reading " + path.string()));
  if (!S_ISREG(status.st_mode))
    return fail(ErrorCode::Malformed, "{} is no regular file", path.string());
  SourceFile file{.path = name,
                  .size_bytes = static_cast<uint64_t>(status.st_size),
                  .read = [&](std::span<std::byte> into) -> Result<size_t> {
                    ssize_t count = ::read(fd.get(), into.data(), into.size());
                    if (count < 0)
                      return std::unexpected(system_error(errno, "reading " + path.string()));
                    return static_cast<size_t>(count);
                  }};
  return visit(file);
}

static Result<> visit_folder(const fs::path& folder,
                             const std::function<Result<>(SourceFile&)>& visit) {
  for (const char* name : {"oci-layout", "index.json", "manifest.json"})
    TRY(visit_file(folder, name, visit));
  std::error_code ignored;  // without blobs, what is named is missing, which is told
  for (const auto& entry : fs::directory_iterator(folder / "blobs" / "sha256", ignored))
    TRY(visit_file(folder, "blobs/sha256/" + entry.path().filename().string(), visit));
  return {};
}

Result<> ArchiveSource::visit(const std::function<Result<>(SourceFile&)>& visit,
                              const LinkListener& on_link) const {
  return is_folder_ ? visit_folder(path_, visit) : visit_archive(path_, visit, on_link);
}

Result<std::string> read_text(SourceFile& file, uint64_t size_bytes_max) {
  if (file.size_bytes > size_bytes_max)
    return fail(ErrorCode::Invalid, "{}: {} bytes exceed the limit of {}", quote(file.path, 80),
                file.size_bytes, size_bytes_max);
  std::string text(file.size_bytes, '\0');
  size_t done = 0;
  while (done < text.size()) {
    size_t count = TRY(file.read(std::as_writable_bytes(std::span(text).subspan(done))));
    if (count == 0) break;
    done += count;
  }
  text.resize(done);
  return text;
}

}  // namespace wherry::oci
