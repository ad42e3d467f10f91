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
// Of one of them, all its blobs together: bills of materials of large systems have some MiB.
constexpr uint64_t kAttachmentBytes = 64 * 1024 * 1024;
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

// Of a registry's answer that is no blob and no manifest: an error document, a token.
constexpr size_t kAnswerBytes = 256 * 1024;
// Of an answer's header lines, in all; libcurl allows 300 KiB, nginx sends at most 8 KiB.
constexpr size_t kHeaderBytes = 64 * 1024;
// Of a registry's own error message, of what we repeat to the operator.
constexpr size_t kQuotedBytes = 300;
// Connections to one registry at the same time; docker and containerd take as many.
constexpr size_t kConnections = 4;
// All blobs of one image, which nobody should have to fetch to learn that it is too large.
constexpr uint64_t kImageBytes = uint64_t{8} << 30;
// What a registry that is busy, and a network that is not there for a moment, are given: pauses
// that double from the first to the longest, and all of them together without progress in between.
constexpr std::chrono::milliseconds kFirstPause{250};
constexpr std::chrono::milliseconds kLongestPause{20'000};
constexpr std::chrono::milliseconds kPauses{120'000};
// Blobs up to this size are sent with one PUT (distribution 1.1, end-6): to begin them anew costs
// less than asking how much has arrived.
constexpr uint64_t kSinglePutBytes = 1024 * 1024;
// Of a larger one goes into one PATCH at most. What has been answered need not be sent again, even
// to a registry that forgets a request which broke off; proxies in front of registries take no
// bodies beyond 100 MB (Cloudflare's limit).
constexpr uint64_t kChunkBytes = 64 * 1024 * 1024;
// After a proxy said that it is too large (413); nginx's limit is often some tens of MB.
constexpr uint64_t kSmallChunkBytes = 8 * 1024 * 1024;
// Blobs may be served from elsewhere; more hops than this is a loop.
constexpr long kRedirects = 5;

// A file of credentials: docker keeps other settings in it too, but none has reached 100 KiB.
constexpr uint64_t kAuthFileBytes = 1024 * 1024;
// What a credential helper prints, or is given: identity tokens have some KiB.
constexpr size_t kHelperBytes = 64 * 1024;
constexpr size_t kHelperNameBytes = 100;
// More than any registry takes; tokens in a password's place have some KiB.
constexpr size_t kPasswordBytes = 32 * 1024;
// A helper may ask its user to unlock a keychain.
constexpr int kHelperTimeout_ms = 120'000;
// Links from one file to the next (the kernel follows 40).
constexpr int kLinks = 8;

// Of WWW-Authenticate; real ones offer one or two schemes with three parameters.
constexpr size_t kChallenges = 16;
constexpr size_t kChallengeParameters = 32;
// A mount asks for two; a scope is a repository's name with a few words.
constexpr size_t kScopes = 32;
constexpr size_t kScopeBytes = 512;
// Tokens that carry many rights have some KiB; they must fit into a header.
constexpr size_t kTokenBytes = 32 * 1024;
// registries.toml: more than one machine talks to.
constexpr size_t kRegistryEntries = 256;
constexpr size_t kMirrors = 16;
// All public authorities together are 220 KiB.
constexpr uint64_t kCertificateBytes = 1024 * 1024;
constexpr size_t kCertificateFiles = 256;
// Of a list that comes in pages; what a page may hold is a manifest's limit.
constexpr size_t kPages = 10'000;
// Asked for at once: what most registries give at most.
constexpr size_t kTagPage = 1000;
constexpr size_t kTags = 1'000'000;
// None lives a day.
constexpr uint64_t kTokenLifetime_s = 24 * 60 * 60;
// Signatures of one image that are looked at: verifying one takes a tenth of a millisecond.
constexpr size_t kSignatures = 256;

}  // namespace wherry::oci::limits
