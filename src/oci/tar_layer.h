// Tar archives, plain or compressed with gzip or zstd: image layers, and the archives that images
// are saved in. The one place where libarchive is used; only the programs that pack and unpack link
// it (wherry-registry, wherry-build). Follows OCI image-spec 1.1, layer.md, and POSIX pax for the
// archive itself.
//
// Trust: what is read is hostile. An entry's path is relative, normal and without '..' before
// anybody sees it; hard links, devices, pipes and sockets are refused, symbolic links unless asked
// for; nothing is there twice; entries, names, bytes and the ratio of unpacked to packed bytes have
// limits (oci/limits.h). What is written depends on the arguments alone: no clock, no owner, no
// locale, no umask.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "oci/limits.h"
#include "support/bytes.h"
#include "support/digest.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::oci {

struct TarEntry {
  enum class Kind : uint8_t { File, Folder, SymbolicLink };
  std::string path;  // "usr/lib/app.wasm": relative, normal, never empty
  Kind kind = Kind::File;
  uint64_t size_bytes = 0;  // of a file; nothing has been read of it yet
  std::string target = {};  // of a symbolic link, as it stands there: it may lead anywhere
};

struct TarReaderOptions {
  bool allow_symbolic_links = false;
  // A layer is one part of what an image unpacks to: what is left for it.
  uint64_t content_bytes_max = limits::kUnpackedBytes;
  size_t entries_max = limits::kTarEntries;
};

// Reads entries in the archive's order. One thread at a time.
class TarReader {
 public:
  // Which compression it has is told by its content. Errors: NotFound, Denied, Io; Malformed.
  static Result<TarReader> open(const fs::path& file, const TarReaderOptions& options = {});
  ~TarReader();
  TarReader(TarReader&&) noexcept;
  TarReader& operator=(TarReader&&) noexcept;

  // The next entry, what is left of the one before being passed over; nothing at the end. Entries
  // of the archive's root itself ("./") are passed over.
  // Errors: Malformed for what is no tar archive, is cut off, leads out or is there twice;
  // Unsupported for hard links, devices and the like; Invalid beyond a limit. Each names the entry.
  Result<std::optional<TarEntry>> next();

  // The next bytes of the entry that next() gave; 0 at its end. A sparse file's holes read as
  // zeros.
  Result<size_t> read(std::span<std::byte> into);
  // All of the entry. Errors: Invalid beyond `size_bytes_max`.
  Result<Bytes> read_all(uint64_t size_bytes_max);

 private:
  struct State;
  explicit TarReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A file's content, decompressed where it begins as gzip or zstd does, and as it is otherwise.
// One thread at a time.
class DecompressedFile {
 public:
  static Result<DecompressedFile> open(const fs::path& file, uint64_t content_bytes_max);
  ~DecompressedFile();
  DecompressedFile(DecompressedFile&&) noexcept;
  DecompressedFile& operator=(DecompressedFile&&) noexcept;

  // The next bytes; 0 at the end, and fewer than asked for only there.
  // Errors: Malformed, Invalid beyond a limit.
  Result<size_t> read(std::span<std::byte> into);

 private:
  struct State;
  explicit DecompressedFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

enum class Compression : uint8_t { None, Gzip };

enum class FileMode : uint16_t { Plain = 0644, Program = 0755 };

struct TarWriterOptions {
  Compression compression = Compression::Gzip;
  uint64_t modified_s = 0;  // of all entries, since 1970
};

// Writes entries in the order in which they are added, which is the caller's to fix. They belong to
// user and group 0. The same calls give the same bytes; the compressed ones depend on the version
// of zlib besides.
class TarWriter {
 public:
  // Takes the archive's bytes as they are made; an error of it ends the writing.
  using Sink = std::function<Result<>(ByteSpan)>;
  static Result<TarWriter> create(Sink sink, const TarWriterOptions& options = {});
  ~TarWriter();
  TarWriter(TarWriter&&) noexcept;
  TarWriter& operator=(TarWriter&&) noexcept;

  // `path` as TarEntry::path has it. Errors: the sink's; Invalid for a path that cannot be stored.
  Result<> add_folder(const std::string& path);  // mode 0755
  Result<> add_file(const std::string& path, ByteSpan content, FileMode mode = FileMode::Plain);
  // In pieces: write() is to come to exactly `size_bytes` before anything else is called.
  Result<> begin_file(const std::string& path, uint64_t size_bytes,
                      FileMode mode = FileMode::Plain);
  Result<> write(ByteSpan bytes);
  // Ends the archive; at most once. The digest of the archive before compression: an image's
  // diff_id (image-spec 1.1, config.md).
  Result<Digest> finish();

 private:
  struct State;
  explicit TarWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A path as an archive, a config or a user may write it ("./a//b/"), made normal: "a/b"; empty for
// the root. Errors: Malformed for an absolute path, for '..', and beyond limits::kTarPathBytes and
// kTarPathDepth.
Result<std::string> normal_entry_path(std::string_view path);

}  // namespace wherry::oci
