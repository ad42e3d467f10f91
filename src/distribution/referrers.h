// Moves what belongs to an image (signatures, bills of materials, attestations) with it, between
// the store's attachments and a registry's referrers.
//
// There are two forms. A manifest with a `subject` is found by the registry (OCI distribution 1.1,
// end-12), or by an index under the tag sha256-<hex> where the registry does not know of subjects.
// cosign's older form has no subject, and a tag: sha256-<hex>.sig for signatures, .att for
// attestations.
//
// Trust: whoever may write to the repository can put anything there. All is held to its digest and
// to limits; what it means is for who verifies it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "distribution/manifest_transfer.h"
#include "distribution/registry_session.h"
#include "oci/blob_writer.h"
#include "oci/image_store.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::distribution {

// Sends one blob of the store to the target's repository.
using BlobSender = std::function<Result<>(const oci::Descriptor& blob)>;
// Fetches one blob of the source's repository for the store.
using BlobFetcher = std::function<Result<oci::BlobWriter>(const oci::Descriptor& blob)>;
// Told what was passed over, and why.
using NoteListener = std::function<void(const std::string& note)>;

// Sends all attachments of `subject`, which is in `target`'s repository already, and what is
// attached to those. Errors: of the store, the registry and `send`.
Result<> push_referrers(RegistrySession& session, const oci::ImageStore& store,
                        const Digest& subject, const oci::Reference& target,
                        const BlobSender& send);

// Given a manifest that belongs to the subject, and what is in it.
using ReferrerTaker =
    std::function<Result<>(const FetchedManifest& fetched, const oci::Manifest& manifest)>;
// The names, tags and digests, of what belongs to `subject` in `source`'s repository, in both
// forms. What comes after limits::kAttachments is passed over with a note. Errors: of the registry.
Result<std::vector<std::string>> find_referrers(RegistrySession& session,
                                                const oci::Reference& source, const Digest& subject,
                                                const NoteListener& on_note);

// Fetches what has these names. What is no manifest, or belongs to another subject, is passed over
// with a note. Errors: of the registry and `take`; Malformed for a wrong digest.
Result<> for_each_referrer(RegistrySession& session, const oci::Reference& source,
                           const Digest& subject, std::span<const std::string> names,
                           const ReferrerTaker& take, const NoteListener& on_note);

// Puts such a manifest, whose blobs are there, into `target`'s repository, so that it is found as
// the subject's: under cosign's tag, by its own `subject`, or in the index under the fallback tag.
// Errors: as the registry says.
Result<> put_referrer(RegistrySession& session, const OutgoingManifest& referrer,
                      const oci::Manifest& manifest, const Digest& subject,
                      const oci::Reference& target);

// Attaches to `subject`, an image of the store, what has these names in `source`'s repository.
// What is larger than oci::limits::kAttachmentBytes is passed over with a note. Errors: as
// for_each_referrer; of the store and `fetch`.
Result<> pull_referrers(RegistrySession& session, oci::ImageStore& store, const Digest& subject,
                        const oci::Reference& source, std::span<const std::string> names,
                        const BlobFetcher& fetch, const NoteListener& on_note);

// The same, as manifests alone: for who only verifies.
Result<std::vector<oci::Attachment>> fetch_attachments(RegistrySession& session,
                                                       const Digest& subject,
                                                       const oci::Reference& source,
                                                       const NoteListener& on_note);

}  // namespace wherry::distribution
