// What clients may make us hold, read or wait for, with the reasons.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wherry::registry::limits {

using namespace std::chrono_literals;

// A request's head: as wherry serve has it. Credentials of 72 bytes and more fit many times over.
inline constexpr size_t kRequestHeadBytes = 16 * 1024;
inline constexpr size_t kRequestFields = 100;
// A target is a name (255), a digest and a query with another name and digest, all percent-encoded.
inline constexpr size_t kTargetBytes = 8 * 1024;
inline constexpr size_t kQueryParameters = 16;

// The distribution specification 1.1 ("Pushing Manifests") has clients count on 4 MiB.
inline constexpr uint64_t kManifestBytes = 4 * 1024 * 1024;
inline constexpr size_t kManifestReferences = 16 * 1024;  // layers, or an index's entries
inline constexpr size_t kManifestDepth = 32;
// A manifest's entry in a list of referrers: its annotations, and little else.
inline constexpr size_t kReferrerBytes = 64 * 1024;
// A page of referrers: clients read an answer of a manifest's size.
inline constexpr size_t kReferrersPageBytes = 3 * 1024 * 1024;
// A page of tags or of repositories, when more are wanted or no number is said.
inline constexpr size_t kPageEntries = 1000;

// The distribution specification's grammar; 255 is its advice, for host and name together.
inline constexpr size_t kRepositoryBytes = 255;
inline constexpr size_t kTagBytes = 128;

// --blob-max where it is not given: the largest layers met have some 10 GiB.
inline constexpr uint64_t kBlobBytes = uint64_t{32} << 30;
// Each open upload is a file and some 300 bytes of memory. When there are as many, the one that
// nobody has touched for longest gives way, unless that was within kUploadIdleTime.
inline constexpr size_t kUploads = 1024;
inline constexpr auto kUploadIdleTime = 10min;
// How long an upload may be gone on with; also across a restart.
inline constexpr auto kUploadLifetime = 24h;

// What prune leaves, since a push that is going on may be about to refer to it: as long as its
// uploads may take.
inline constexpr auto kPruneAge = std::chrono::seconds(kUploadLifetime);

// Each has a thread, with a stack of which it touches some 16 KiB, and during a transfer a buffer:
// 256 of them hold 20 MiB, and some 10 MiB more with TLS.
inline constexpr size_t kConnections = 256;
inline constexpr size_t kConnectionStackBytes = 512 * 1024;
inline constexpr size_t kTransferBufferBytes = 64 * 1024;

inline constexpr auto kHandshakeTimeout = 10s;  // of TLS
inline constexpr auto kHeadTimeout = 10s;       // from a head's first byte to its last
inline constexpr auto kIdleTimeout = 60s;       // between requests
// A body, either way, has to get on by kPaceBytes every kPaceTime: some 270 bytes a second, which
// any line has, and a client that means to hold a connection for nothing has not.
inline constexpr auto kPaceTime = 60s;
inline constexpr size_t kPaceBytes = 16 * 1024;
inline constexpr auto kLingerTimeout = 2s;  // for the client to take the last answer
inline constexpr auto kGrace = 10s;         // for what is in progress, after a signal to stop
// An answer is given before all of a refused body has come: so much of it is read, to keep the
// connection; beyond it, the connection ends.
inline constexpr size_t kDrainBytes = 64 * 1024;

// A certificate's chain, or a key: some KiB each.
inline constexpr uint64_t kPemBytes = 1024 * 1024;
// A file of users: 72 bytes of bcrypt's hash and a name each.
inline constexpr uint64_t kHtpasswdBytes = 1024 * 1024;
inline constexpr size_t kUsers = 4096;
inline constexpr size_t kCredentialBytes = 1024;
// bcrypt takes 2^cost steps: 12 is some 0.25 s, 14 a second. One of 31 would take two days.
inline constexpr int kBcryptCostMin = 4;
inline constexpr int kBcryptCostMax = 14;
// Passwords that are being hashed at once, and those that wait for it: more are told to come again.
inline constexpr size_t kHashesAtOnce = 2;
inline constexpr size_t kHashesWaiting = 32;
// Credentials that were right are remembered as a keyed digest, so that each is hashed once.
inline constexpr size_t kCredentialsRemembered = 1024;
inline constexpr auto kCredentialLifetime = 10min;
// Wrong passwords from one address: after so many within so long it waits until the time is over.
inline constexpr size_t kFailures = 10;
inline constexpr auto kFailureWindow = 60s;
inline constexpr size_t kAddressesRemembered = 4096;

}  // namespace wherry::registry::limits
