#include "oci/tar_layer.h"
#include "oci/libarchive.h"
#include "oci/limits.h"
#include "support/quotes.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

namespace wherry::oci {

namespace {

struct FreeReader {
  void operator()(archive* handle) const { libarchive().read_free(handle); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { libarchive().entry_free(entry); }
};
using ReadHandle = std::unique_ptr<archive, FreeReader>;
using EntryHandle = std::unique_ptr<archive_entry, FreeEntry>;

constexpr size_t kBlockBytes = 64 * 1024;

// libarchive's own words repeat names of the archive.
std::string reason_of(archive* handle) {
  const char* text = libarchive().error_string(handle);
  return quote(text ? text : "unknown error", 200);
}

// What went through the decompressor stays in proportion, and below the limit.
Result<> check_expansion(archive* handle, uint64_t content_bytes_max) {
  auto unpacked = static_cast<uint64_t>(std::max<int64_t>(0, libarchive().filter_bytes(handle, 0)));
  auto packed = static_cast<uint64_t>(std::max<int64_t>(1, libarchive().filter_bytes(handle, -1)));
  // Headers and padding come on top of the content, 1 KiB for each entry and more for long names.
  const uint64_t overhead_bytes_max = uint64_t{limits::kTarEntries} * 2048;
  if (unpacked > content_bytes_max + overhead_bytes_max)
    return fail(ErrorCode::Invalid, "it unpacks to more than the limit of {} bytes",
                content_bytes_max);
  if (unpacked > limits::kUnsuspectedBytes && unpacked / packed > limits::kExpansion)
    return fail(ErrorCode::Invalid,
                "it unpacks to more than {} times its size, beyond {} bytes: a decompression bomb",
                limits::kExpansion, limits::kUnsuspectedBytes);
  return {};
}

int support_tar(archive* handle) { return libarchive().read_support_format_tar(handle); }

// Formats and filters are named one by one: libarchive knows some that start other programs.
Result<ReadHandle> open_archive(const fs::path& file, int (*support_format)(archive*)) {
  TRY(open_file(file));  // for our own words about a file that cannot be opened
  TRY(load_libarchive());
  ReadHandle handle(libarchive().read_new());
  WHERRY_ASSERT(handle);
  support_format(handle.get());
  libarchive().read_support_filter_gzip(handle.get());
  libarchive().read_support_filter_zstd(handle.get());
  if (libarchive().read_open_filename(handle.get(), file.c_str(), kBlockBytes) != ARCHIVE_OK)
    return fail(ErrorCode::Malformed,
                "it is no tar archive, plain or compressed with gzip or zstd ({})",
                reason_of(handle.get()));
  // One decompressor and the file itself; libarchive would undo 25 of them, one inside the other.
  if (libarchive().filter_count(handle.get()) > 2)
    return fail(ErrorCode::Unsupported, "it is compressed more than once");
  return handle;
}

// Names of pax headers are UTF-8, which the C locale cannot express; those of older headers are
// bytes.
const char* either(const char* utf8, const char* bytes) { return utf8 ? utf8 : bytes; }

Result<TarEntry::Kind> kind_of(archive_entry* entry, bool allow_symbolic_links) {
  if (libarchive().entry_hardlink(entry) || libarchive().entry_hardlink_utf8(entry))
    return fail(ErrorCode::Unsupported, "is a hard link (pack it as a file)");
  switch (libarchive().entry_filetype(entry)) {
    case AE_IFREG:
      return TarEntry::Kind::File;
    case AE_IFDIR:
      return TarEntry::Kind::Folder;
    case AE_IFLNK:
      if (allow_symbolic_links) return TarEntry::Kind::SymbolicLink;
      return fail(ErrorCode::Unsupported, "is a symbolic link");
    case AE_IFBLK:
    case AE_IFCHR:
      return fail(ErrorCode::Unsupported, "is a device");
    case AE_IFIFO:
      return fail(ErrorCode::Unsupported, "is a named pipe");
    default:
      return fail(ErrorCode::Unsupported, "is no file, no folder and no symbolic link");
  }
}

}  // namespace

Result<std::string> normal_entry_path(std::string_view path) {
  auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::Malformed, "'{}' {}", quote(path, 80), why);
  };
  if (path.starts_with('/')) return refuse("is an absolute path");
  if (path.size() > limits::kTarPathBytes) return refuse("is too long a path");
  std::string normal;
  size_t depth = 0;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") return fail(ErrorCode::Malformed, "a path leads out by '..'");
    if (part.size() > limits::kTarNameBytes)
      return fail(ErrorCode::Malformed, "'{}' is too long a name", quote(part, 80));
    if (++depth > limits::kTarPathDepth)
      return fail(ErrorCode::Malformed, "'{}' is nested deeper than {} folders", quote(normal, 80),
                  limits::kTarPathDepth);
    normal += (normal.empty() ? "" : "/") + std::string(part);
  }
  return normal;
}

struct TarReader::State {
  ReadHandle handle;
  TarReaderOptions options;
  std::set<std::string, std::less<>> files;  // that were there already; folders may come again
  size_t file_names_bytes = 0;
  size_t entries = 0;
  uint64_t content_bytes = 0;  // as the entries announce it
  std::string path;            // of the entry that is being read, for messages

  Result<TarEntry> describe(archive_entry* raw);
  Result<> account(const TarEntry& entry);
};

TarReader::TarReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarReader::~TarReader() = default;
TarReader::TarReader(TarReader&&) noexcept = default;
TarReader& TarReader::operator=(TarReader&&) noexcept = default;

Result<TarReader> TarReader::open(const fs::path& file, const TarReaderOptions& options) {
  auto state = std::make_unique<State>();
  state->handle = TRY(open_archive(file, support_tar));
  state->options = options;
  return TarReader(std::move(state));
}

Result<TarEntry> TarReader::State::describe(archive_entry* raw) {
  const char* name =
      either(libarchive().entry_pathname_utf8(raw), libarchive().entry_pathname(raw));
  if (!name) return fail(ErrorCode::Malformed, "an entry has no name");
  TarEntry entry;
  entry.path = TRY(with_context(normal_entry_path(name), "entry '{}'", quote(name, 80)));
  entry.kind =
      TRY(with_context(kind_of(raw, options.allow_symbolic_links), "entry '{}'", quote(name, 80)));
  if (entry.kind == TarEntry::Kind::File)
    entry.size_bytes = static_cast<uint64_t>(std::max<int64_t>(0, libarchive().entry_size(raw)));
  if (entry.kind != TarEntry::Kind::SymbolicLink) return entry;
  const char* target =
      either(libarchive().entry_symlink_utf8(raw), libarchive().entry_symlink(raw));
  if (!target || !*target || std::strlen(target) > limits::kTarPathBytes)
    return fail(ErrorCode::Malformed, "entry '{}': a symbolic link to nothing, or too long a one",
                quote(name, 80));
  entry.target = target;
  return entry;
}

Result<> TarReader::State::account(const TarEntry& entry) {
  if (entry.size_bytes > options.content_bytes_max - content_bytes)
    return fail(ErrorCode::Invalid, "entry '{}' of {} bytes: all unpacked, the limit is {} bytes",
                quote(entry.path, 80), entry.size_bytes, options.content_bytes_max);
  content_bytes += entry.size_bytes;
  if (entry.kind == TarEntry::Kind::Folder) return {};
  if (!files.insert(entry.path).second)
    return fail(ErrorCode::Malformed, "entry '{}' is there twice", quote(entry.path, 80));
  file_names_bytes += entry.path.size();
  if (file_names_bytes > limits::kTarNamesBytes)
    return fail(ErrorCode::Invalid, "its names are longer than {} bytes together",
                limits::kTarNamesBytes);
  return {};
}

Result<std::optional<TarEntry>> TarReader::next() {
  archive* handle = state_->handle.get();
  while (true) {
    archive_entry* raw = nullptr;
    const int status = libarchive().read_next_header(handle, &raw);
    TRY(check_expansion(handle, state_->options.content_bytes_max));
    if (status == ARCHIVE_EOF) return std::nullopt;
    // A warning is about something that we do not look at, or leaves the name empty.
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
      return fail(ErrorCode::Malformed, "it is no whole tar archive: {}", reason_of(handle));
    if (++state_->entries > state_->options.entries_max)
      return fail(ErrorCode::Invalid, "it has more than {} entries", state_->options.entries_max);
    TarEntry entry = TRY(state_->describe(raw));
    if (entry.path.empty()) {
      if (entry.kind == TarEntry::Kind::Folder) continue;
      return fail(ErrorCode::Malformed, "an entry stands in place of the archive's root");
    }
    TRY(state_->account(entry));
    state_->path = entry.path;
    return entry;
  }
}

Result<size_t> TarReader::read(std::span<std::byte> into) {
  archive* handle = state_->handle.get();
  const la_ssize_t count = libarchive().read_data(handle, into.data(), into.size());
  if (count < 0)
    return fail(ErrorCode::Malformed, "entry '{}' is not whole: {}", quote(state_->path, 80),
                reason_of(handle));
  TRY(check_expansion(handle, state_->options.content_bytes_max));
  return static_cast<size_t>(count);
}

Result<Bytes> TarReader::read_all(uint64_t size_bytes_max) {
  Bytes content;
  Bytes block(kBlockBytes);
  while (size_t count = TRY(read(block))) {
    if (count > size_bytes_max - content.size())
      return fail(ErrorCode::Invalid, "entry '{}' exceeds the limit of {} bytes",
                  quote(state_->path, 80), size_bytes_max);
    content.insert(content.end(), block.begin(), block.begin() + static_cast<ptrdiff_t>(count));
  }
  return content;
}

struct DecompressedFile::State {
  ReadHandle handle;
  uint64_t content_bytes_max;
  bool is_empty = false;
};

DecompressedFile::DecompressedFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
DecompressedFile::~DecompressedFile() = default;
DecompressedFile::DecompressedFile(DecompressedFile&&) noexcept = default;
DecompressedFile& DecompressedFile::operator=(DecompressedFile&&) noexcept = default;

static int support_raw(archive* handle) {
  libarchive().read_support_format_empty(handle);
  return libarchive().read_support_format_raw(handle);
}

Result<DecompressedFile> DecompressedFile::open(const fs::path& file, uint64_t content_bytes_max) {
  auto state = std::make_unique<State>();
  state->handle = TRY(open_archive(file, support_raw));
  state->content_bytes_max = content_bytes_max;
  archive_entry* raw = nullptr;
  const int status = libarchive().read_next_header(state->handle.get(), &raw);
  state->is_empty = status == ARCHIVE_EOF;
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN && status != ARCHIVE_EOF)
    return fail(ErrorCode::Malformed, "it cannot be decompressed: {}",
                reason_of(state->handle.get()));
  return DecompressedFile(std::move(state));
}

Result<size_t> DecompressedFile::read(std::span<std::byte> into) {
  if (state_->is_empty) return 0;
  archive* handle = state_->handle.get();
  const la_ssize_t count = libarchive().read_data(handle, into.data(), into.size());
  if (count < 0)
    return fail(ErrorCode::Malformed, "it cannot be decompressed: {}", reason_of(handle));
  TRY(check_expansion(handle, state_->content_bytes_max));
  return static_cast<size_t>(count);
}

// Two archives in a row, since the bytes between them are wanted as well: the tar archive, and a
// "raw" one that only compresses.
struct TarWriter::State {
  struct FreeWriter {
    void operator()(archive* handle) const { libarchive().write_free(handle); }
  };
  using Handle = std::unique_ptr<archive, FreeWriter>;

  Sink sink;
  uint64_t modified_s = 0;
  Sha256 hash;  // of the tar archive
  Result<> sunk = {};
  // In this order, for each is closed into what stands before it.
  Handle compressor;  // null where nothing is compressed
  Handle tar;

  static la_ssize_t take_tar(archive*, void* self, const void* bytes, size_t size_bytes);
  static la_ssize_t take_packed(archive*, void* self, const void* bytes, size_t size_bytes);
  Result<> check(int status, archive* handle, std::string_view path);
  Result<> add(const std::string& path, unsigned mode, uint64_t size_bytes);
};

// libarchive's callbacks give their bytes as void.
static ByteSpan span_of(const void* bytes, size_t size_bytes) {
  return {static_cast<const std::byte*>(bytes), size_bytes};
}

la_ssize_t TarWriter::State::take_packed(archive*, void* self, const void* bytes,
                                         size_t size_bytes) {
  auto& state = *static_cast<State*>(self);
  if (state.sunk) state.sunk = state.sink(span_of(bytes, size_bytes));
  return state.sunk ? static_cast<la_ssize_t>(size_bytes) : -1;
}

la_ssize_t TarWriter::State::take_tar(archive* handle, void* self, const void* bytes,
                                      size_t size_bytes) {
  auto& state = *static_cast<State*>(self);
  state.hash.update(span_of(bytes, size_bytes));
  if (!state.compressor) return take_packed(handle, self, bytes, size_bytes);
  return libarchive().write_data(state.compressor.get(), bytes, size_bytes);
}

Result<> TarWriter::State::check(int status, archive* handle, std::string_view path) {
  if (!sunk) return sunk;
  if (status == ARCHIVE_OK || status == ARCHIVE_WARN) return {};
  return fail(ErrorCode::Invalid, "packing '{}': {}", quote(path, 80), reason_of(handle));
}

TarWriter::TarWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarWriter::TarWriter(TarWriter&&) noexcept = default;
TarWriter& TarWriter::operator=(TarWriter&&) noexcept = default;

TarWriter::~TarWriter() {
  // Freeing an archive that is not finished writes its end: nobody wants it any more.
  if (state_ && state_->sunk) state_->sunk = fail(ErrorCode::Io, "the archive was given up");
}

// A file of no name goes through the compressor: that is what libarchive calls raw.
static Result<> open_compressor(archive* handle) {
  libarchive().write_set_format_raw(handle);
  libarchive().write_add_filter_gzip(handle);
  // RFC 1952 §2.3.1, MTIME: 0 where there is no time stamp.
  if (libarchive().write_set_options(handle, "gzip:!timestamp") != ARCHIVE_OK)
    return fail(ErrorCode::Unsupported, "this libarchive cannot leave time stamps out");
  return {};
}

Result<TarWriter> TarWriter::create(Sink sink, const TarWriterOptions& options) {
  TRY(load_libarchive());
  auto state = std::make_unique<State>();
  state->sink = std::move(sink);
  state->modified_s = options.modified_s;
  if (options.compression == Compression::Gzip) {
    state->compressor.reset(libarchive().write_new());
    archive* compressor = state->compressor.get();
    TRY(open_compressor(compressor));
    libarchive().write_set_bytes_in_last_block(compressor, 1);  // no padding
    libarchive().write_open(compressor, state.get(), nullptr, State::take_packed, nullptr);
    EntryHandle entry(libarchive().entry_new());
    libarchive().entry_set_filetype(entry.get(), AE_IFREG);
    TRY(state->check(libarchive().write_header(compressor, entry.get()), compressor, ""));
  }
  state->tar.reset(libarchive().write_new());
  // ustar, with pax headers where a name or a size does not fit.
  libarchive().write_set_format_pax_restricted(state->tar.get());
  libarchive().write_set_bytes_in_last_block(state->tar.get(), 1);
  libarchive().write_open(state->tar.get(), state.get(), nullptr, State::take_tar, nullptr);
  return TarWriter(std::move(state));
}

Result<> TarWriter::State::add(const std::string& path, unsigned mode, uint64_t size_bytes) {
  EntryHandle entry(libarchive().entry_new());
  // A name that is no UTF-8 is stored as the bytes that it is.
  if (!libarchive().entry_update_pathname_utf8(entry.get(), path.c_str()))
    libarchive().entry_copy_pathname(entry.get(), path.c_str());
  libarchive().entry_set_mode(entry.get(), static_cast<__LA_MODE_T>(mode));
  libarchive().entry_set_size(entry.get(), static_cast<la_int64_t>(size_bytes));
  libarchive().entry_set_mtime(entry.get(), static_cast<time_t>(modified_s), 0);
  return check(libarchive().write_header(tar.get(), entry.get()), tar.get(), path);
}

Result<> TarWriter::add_folder(const std::string& path) {
  return state_->add(path, AE_IFDIR | 0755, 0);
}

Result<> TarWriter::begin_file(const std::string& path, uint64_t size_bytes, FileMode mode) {
  return state_->add(path, AE_IFREG | static_cast<unsigned>(mode), size_bytes);
}

Result<> TarWriter::write(ByteSpan bytes) {
  if (bytes.empty()) return {};
  const la_ssize_t count = libarchive().write_data(state_->tar.get(), bytes.data(), bytes.size());
  if (count == static_cast<la_ssize_t>(bytes.size())) return {};
  TRY(state_->check(ARCHIVE_OK, state_->tar.get(), ""));
  return fail(ErrorCode::Invalid, "packing: a file is longer than it was said to be");
}

Result<> TarWriter::add_file(const std::string& path, ByteSpan content, FileMode mode) {
  TRY(begin_file(path, content.size(), mode));
  return write(content);
}

Result<Digest> TarWriter::finish() {
  TRY(state_->check(libarchive().write_close(state_->tar.get()), state_->tar.get(), ""));
  if (archive* compressor = state_->compressor.get())
    TRY(state_->check(libarchive().write_close(compressor), compressor, ""));
  return state_->hash.finish();
}

}  // namespace wherry::oci
