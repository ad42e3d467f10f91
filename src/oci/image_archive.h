// Images as archives: an OCI image layout in a tar file (image-spec 1.1, image-layout.md; `skopeo
// copy oci-archive:FILE`), or what `docker save` writes (docker_archive.h). `wherry load` reads
// both, and layouts in a folder; archives may be compressed with gzip or zstd. For the programs
// that link libarchive.
//
// Trust: archives and folders are hostile. Paths are read by tar_layer.h's rules; blobs are held to
// their digests as they come, and lie in staging until all is there and checked.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/image_store.h"
#include "oci/tar_layer.h"

namespace wherry::oci {

// Writes images with what is attached to them. The same images under the same names give the same
// bytes, in whatever order they are given. Memory stays small, whatever the blobs' size.
// Errors: Malformed for a blob that is damaged; the sink's.
Result<> save_archive(const ImageStore& store, const std::vector<Image>& images,
                      TarWriter::Sink sink);

// Writes images as `docker save` does, for docker, podman and what else reads that: each as an
// ordinary image, packed anew where it is none, and without what is attached. The same images give
// the same bytes. Returns by name what docker and podman call them, the digests of their configs.
// Errors: those of convert_image; Malformed for a layer that is damaged; Invalid for an image
// without a tag; the sink's.
Result<std::map<std::string, Digest>> save_docker_archive(ImageStore& store,
                                                          std::vector<Image> images,
                                                          TarWriter::Sink sink);

struct LoadOptions {
  // Instead of the name that stands in the archive, which then must hold one image.
  std::optional<Reference> stored_as = {};
  // Asked for the name that each image is stored under, in the order of what is returned; without
  // it they keep theirs.
  std::function<Reference(const Reference& name)> rename = {};
};

// Stores all images of an archive, or of a layout's folder; a module by itself (\0asm) becomes an
// image that asks for nothing, and needs `stored_as`. Those whose names cannot be taken as
// they are, and images without a name, need `stored_as`. An index is stored with what came of it,
// which must be the manifest for WebAssembly at least. Errors: NotFound, Denied, Io; Malformed,
// Unsupported, Invalid for what cannot be used; then no image of it has been stored, unless an
// error of the system's came between two.
Result<std::vector<Image>> load_archive(ImageStore& store, const fs::path& source,
                                        const LoadOptions& options = {});

}  // namespace wherry::oci
