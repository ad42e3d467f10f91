#include "oci/spin_files.h"

#include <algorithm>
#include <map>
#include <vector>

#include "oci/limits.h"
#include "oci/tar_layer.h"
#include "support/quotes.h"

namespace wherry::oci {

namespace {

// By the digest of their content, the paths at which files are still to be written.
using Wanted = std::map<Digest, std::vector<std::string>>;

// At all its paths: the first from the source, the others from that.
Result<> write_everywhere(const std::vector<std::string>& paths, const PieceSource& source,
                          LayerTree& tree) {
  TRY(tree.add_file(paths.front(), source));
  for (const std::string& path : std::span(paths).subspan(1)) {
    const Fd first = TRY(tree.open_file(paths.front()));
    TRY(tree.add_file(path, pieces_of(first)));
  }
  return {};
}

Result<Digest> digest_of(TarReader& reader) {
  Sha256 hash;
  Bytes piece(limits::kPieceBytes);
  while (size_t count = TRY(reader.read(piece))) hash.update(ByteSpan(piece).first(count));
  return hash.finish();
}

// A bundle's files are told by their digests alone: hashed on one way through, and written on a
// second.
Result<> write_from_bundle(const fs::path& bundle, Wanted& wanted, LayerTree& tree) {
  std::map<std::string, Digest> digests;  // by path in the bundle
  TarReader hashed = TRY(TarReader::open(bundle));
  while (auto entry = TRY(hashed.next()))
    if (entry->kind == TarEntry::Kind::File) digests[entry->path] = TRY(digest_of(hashed));
  TarReader written = TRY(TarReader::open(bundle));
  while (auto entry = TRY(written.next())) {
    if (entry->kind != TarEntry::Kind::File) continue;
    const auto found = wanted.find(digests[entry->path]);
    if (found == wanted.end()) continue;
    TRY(write_everywhere(
        found->second, [&](std::span<std::byte> into) { return written.read(into); }, tree));
    wanted.erase(found);
  }
  return {};
}

Result<> write_from_layers(const Manifest& manifest, Wanted& wanted,
                           const std::function<fs::path(const Descriptor&)>& path_of,
                           LayerTree& tree) {
  for (const Descriptor& layer : manifest.layers) {
    const auto found = wanted.find(layer.digest);
    if (found == wanted.end()) continue;
    const Fd file = TRY(open_file(path_of(layer)));
    TRY(write_everywhere(found->second, pieces_of(file), tree));
    wanted.erase(found);
  }
  for (size_t i = 0; i < manifest.layers.size() && !wanted.empty(); i++)
    if (manifest.layers[i].media_type == media_type::kSpinBundle)
      TRY(with_context(write_from_bundle(path_of(manifest.layers[i]), wanted, tree), "layer {}",
                       i));
  return {};
}

}  // namespace

Result<> write_spin_files(const SpinApplication& application, const Manifest& manifest,
                          const std::function<fs::path(const Descriptor& layer)>& path_of,
                          LayerTree& tree) {
  Wanted wanted;
  for (const SpinFile& file : application.files) {
    const std::string path =
        TRY(with_context(normal_entry_path(file.path), "its file '{}'", quote(file.path, 80)));
    if (path.empty()) return fail(ErrorCode::Malformed, "a file of it has no name");
    if (!file.content) {
      wanted[*file.digest].push_back(path);
      continue;
    }
    ByteSpan left = as_bytes(*file.content);
    TRY(tree.add_file(path, [&](std::span<std::byte> into) -> Result<size_t> {
      const ByteSpan piece = left.first(std::min(left.size(), into.size()));
      std::ranges::copy(piece, into.begin());
      left = left.subspan(piece.size());
      return piece.size();
    }));
  }
  TRY(write_from_layers(manifest, wanted, path_of, tree));
  if (wanted.empty()) return {};
  return fail(ErrorCode::Malformed, "its file '{}', {}, is in none of its layers",
              quote(wanted.begin()->second.front(), 80), wanted.begin()->first.to_string());
}

}  // namespace wherry::oci
