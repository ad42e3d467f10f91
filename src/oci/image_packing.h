// Makes images: a module, what is said of it, and the files that go with it, in one of the formats
// that are written (docs/formats/images.md). Only for the programs that link libarchive. The same
// input gives the same digest on every machine; $SOURCE_DATE_EPOCH is part of the input.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oci/image_store.h"
#include "support/result.h"

namespace wherry::oci {

enum class ImageFormat : uint8_t {
  Artifact,  // the CNCF Wasm OCI artifact
  Legacy,    // wasm-to-oci's and Krustlet's
  Image,     // an ordinary image, FROM scratch
  Index,     // an index of the first and the third
};
// "artifact", "legacy", "image", "index"
const char* to_string(ImageFormat format);
// Errors: Invalid names the words.
Result<ImageFormat> parse_image_format(std::string_view word);

// A file of the image beside the module.
struct AssetFile {
  std::string path;  // in the image: "static/index.html", as TarEntry::path has it
  fs::path source;
};
// All files below `folder`, at `below` in the image ("static"; "" for the root), sorted by path.
// Errors: Invalid for what is no regular file and no folder, and beyond the limits of tar layers;
// NotFound, Denied, Io.
Result<std::vector<AssetFile>> find_assets(const fs::path& folder, const std::string& below);

struct ImageContents {
  ByteSpan module;
  ImageConfig config;
  std::vector<AssetFile> assets = {};  // in any order
  std::optional<uint64_t> created_s = {};
};

// An image that is not in the store yet, but for its blobs' being staged there. Destroyed, it
// leaves nothing.
struct PackedImage {
  std::string manifest_json;      // of an index: the index
  std::vector<BlobWriter> blobs;  // finished; of an index: its manifests among them
};
// Errors: Invalid for what is no module, for assets in a format that cannot hold them, and for two
// files of one path; Io.
Result<PackedImage> pack_image(ImageStore& store, const ImageContents& contents,
                               ImageFormat format);

}  // namespace wherry::oci
