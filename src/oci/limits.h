// What a registry, a manifest or another tool's layout may make us read, write or remember, with
// the reasons.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wherry::oci::limits {

// Registries refuse larger manifests themselves (distribution-spec 1.1, "Pushing Manifests"). Holds
// for index.json too: some 10 000 names.
constexpr uint64_t kManifestBytes = 4 * 1024 * 1024;
// A config is a few hundred bytes; ordinary images' configs with long histories reach tens of KiB.
constexpr uint64_t kConfigBytes = 4 * 1024 * 1024;
// The largest modules met (language runtimes with their libraries inside) have some 100 MiB.
constexpr uint64_t kModuleBytes = uint64_t{1} << 30;
// Ordinary images have at most 127 layers; beyond that a manifest only wastes our time.
constexpr size_t kLayers = 1024;
// Entries of an index: platforms of an image, or names in a store.
constexpr size_t kIndexEntries = 16 * 1024;
// Signatures, attestations and the like of one image: all are read to judge it. Images signed by a
// dozen parties are rare.
constexpr size_t kAttachments = 128;
// Other tools put blobs into a layout before they name them; skopeo takes as long as it loads the
// image's last blob.
constexpr int64_t kPruneGraceSeconds = 10 * 60;
// How deep indexes may hold indexes: an index of platforms is one level, a layout's index.json
// another.
constexpr int kIndexDepth = 4;

// What the tar layers of an image unpack to, all together: an interpreter with its library is some
// 100 MiB, its data set may be a few times that.
constexpr uint64_t kUnpackedBytes = uint64_t{4} << 30;
// Python's library has some 3000 files; beyond this a layer is there to use up inodes.
constexpr size_t kTarEntries = 100'000;
// Linux's PATH_MAX and NAME_MAX: longer names could not be made.
constexpr size_t kTarPathBytes = 4095;
constexpr size_t kTarNameBytes = 255;
constexpr size_t kTarPathDepth = 64;
// All names of an archive's files, which are kept to find doubles.
constexpr size_t kTarNamesBytes = 32 * 1024 * 1024;
// Text compresses by 5 to 20, gzip by 1032 at most, and zstd without a bound. What is small does no
// harm whatever its ratio: a module's zeroed data, say.
constexpr uint64_t kExpansion = 200;
constexpr uint64_t kUnsuspectedBytes = 64 * 1024 * 1024;

// An archive of images: some hundred of the largest that are met. What comes through a pipe is kept
// on disk, up to as much.
constexpr uint64_t kArchiveBytes = uint64_t{64} << 30;
constexpr size_t kArchiveEntries = 64 * 1024;
// Images and names of an archive.
constexpr size_t kArchiveNames = 1024;
// From one link of an archive to the next: docker and podman write one.
constexpr int kLinkHops = 8;
// Each is an open file until all have come, and Linux's usual bound on those is 4096.
constexpr size_t kArchiveBlobs = 3072;
// What is read and written at once of a blob on its way.
constexpr size_t kPieceBytes = 256 * 1024;
// Of an ordinary image's Entrypoint, Cmd and Env: more than any image has, and little enough to be
// passed on (Linux's MAX_ARG_STRLEN is 128 KiB).
constexpr size_t kContainerWords = 1024;
constexpr size_t kContainerWordBytes = 64 * 1024;

// registry/repository (255 by the specification's advice), tag (128) and digest (71).
constexpr size_t kReferenceBytes = 512;
constexpr size_t kRepositoryBytes = 255;
constexpr size_t kTagBytes = 128;

}  // namespace wherry::oci::limits
