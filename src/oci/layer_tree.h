// A folder that an image's layers are laid over one another in, lowest first (OCI image-spec 1.1,
// layer.md, "Applying Changesets"): files, folders, whiteouts, and symbolic links that stay inside.
//
// Trust: layers are hostile. Every path is walked from the folder's own descriptor, one part at a
// time and never through a symbolic link; modes, owners, times and extended attributes are not
// taken over. The folder must be nobody else's to write.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oci/limits.h"
#include "oci/tar_layer.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::oci {

// Reads something in pieces: the next bytes, 0 at the end.
using PieceSource = std::function<Result<size_t>(std::span<std::byte>)>;
// Of an open file, which outlives it.
PieceSource pieces_of(const Fd& file);

class LayerTree {
 public:
  // Makes `folder`, whose parent exists.
  static Result<LayerTree> create(const fs::path& folder);

  // Lays one layer over what is there. Errors: those of TarReader, each naming the entry;
  // Unsupported for a symbolic link that leads out; Io.
  Result<> apply(const fs::path& layer);

  // Lays one file down, in place of what is there. Errors: as apply's.
  Result<> add_file(const std::string& path, const PieceSource& source);

  // Opens what a container would find under that path, symbolic links followed inside the folder.
  // Errors: NotFound, Invalid when it is no regular file.
  Result<Fd> open_file(const std::string& path) const;

  // Which folders a guest must see to see all files but the one at `module_path`: those at the top
  // ("/static"), or "/" where something else lies there. None where there is no other file.
  Result<std::vector<std::string>> guest_folders(std::string_view module_path) const;

  // Files that are there, links not among them.
  size_t files() const { return files_; }
  // Paths that end in .wasm and were there at some time.
  const std::vector<std::string>& module_names() const { return module_names_; }

 private:
  explicit LayerTree(Fd root) : root_(std::move(root)) {}

  Result<> apply_whiteouts(const fs::path& layer);
  Result<> add(TarReader& reader, const TarEntry& entry);
  Result<> write_file(const PieceSource& source, const std::string& path, int parent,
                      const std::string& name);
  Result<Fd> open_parent(const std::string& path, bool make);
  Result<> remove(int parent, const std::string& name);
  Result<> remove_children(int folder);

  Fd root_;
  size_t files_ = 0;
  std::vector<std::string> module_names_;
  uint64_t content_bytes_left_ = limits::kUnpackedBytes;
  size_t entries_left_ = limits::kTarEntries;
  bool is_empty_ = true;  // before the lowest layer: whiteouts have nothing to hide
};

// A symbolic link's target as it must stand under `path` to mean inside the folder what it means in
// a container: absolute ones become relative. Errors: Unsupported when it leads out.
Result<std::string> link_inside(std::string_view path, std::string_view target);

}  // namespace wherry::oci
