// What a registry, a token server, a credential helper or a file of settings may make us read, wait
// for or remember, with the reasons. What images themselves may be is in oci/limits.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wherry::distribution::limits {

// Of one of them, all its blobs together: bills of materials of large systems have some MiB.
constexpr uint64_t kAttachmentBytes = 64 * 1024 * 1024;

// Of a registry's answer that is no blob and no manifest: an error document, a token.
constexpr size_t kAnswerBytes = 256 * 1024;
// Of an answer's header lines, in all; libcurl allows 300 KiB, nginx sends at most 8 KiB.
constexpr size_t kHeaderBytes = 64 * 1024;
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
// Larger ones are received into the store's own memory; over TLS on a connection that is made for
// it, and for less than that one that is open already is worth more.
constexpr uint64_t kDirectBytes = 1024 * 1024;
// Takes longer to come than a few round trips to anywhere, for which the rest can wait.
constexpr uint64_t kHeadStartBytes = 16 * 1024 * 1024;
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

}  // namespace wherry::distribution::limits
