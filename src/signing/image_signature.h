// Signatures and attestations of images, in cosign's two layouts, as attachments of the store
// (image_store.h), from where push and pull carry them:
//
//   tag form: a manifest without `subject`, pushed under the tag sha256-<hex>.sig; each layer is a
//     simple signing payload (trust/simple_signing.h), and carries its signature as an annotation
//     (cosign's specs/SIGNATURE_SPEC.md);
//   bundle: a manifest with `subject` and artifactType
//   application/vnd.dev.sigstore.bundle.v0.3+json,
//     whose one layer is a bundle (trust/bundle.h; cosign's specs/BUNDLE_SPEC.md).
//
// Both are of the manifest's digest, and so of everything that the image is. A signature of an
// index covers the images in it, which its digest does. Trust: attachments come from registries.
// One that cannot be read is passed over, and told only where no good one is found; whoever can
// attach could as well leave one out.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "oci/image_store.h"
#include "support/result.h"
#include "trust/bundle.h"
#include "trust/ecdsa.h"

namespace wherry::signing {

inline constexpr std::string_view kSpdxType = "application/spdx+json";

// What is to be verified: an image's manifest, or an index, and what is attached to it.
struct SignedManifest {
  Digest digest;
  std::string json;
  bool is_index = false;
  std::vector<oci::Attachment> attachments;
  std::function<Result<Bytes>(const oci::Descriptor& blob, uint64_t size_bytes_max)> read_blob;
};
// Of one in the store, which it borrows. Errors: as ImageStore::attachments.
Result<SignedManifest> load_signed_manifest(const oci::ImageStore& store,
                                            const oci::Descriptor& manifest);
// Called at most once, and only where the ones before it are not signed: in a registry it costs
// requests. Errors: those of where it comes from.
using LoadSignedManifest = std::function<Result<SignedManifest>()>;

// Whose signatures cover an image of the store: its manifest, then, where its name stands for an
// index, that one. Borrows both.
std::vector<LoadSignedManifest> signed_manifests(const oci::ImageStore& store,
                                                 const oci::Image& image);

struct FoundSignature {
  Digest attachment = {};
  bool is_bundle = false;
  // Of tag form: the payload, and the signature over it.
  struct Simple {
    std::string payload;
    Bytes signature;
  };
  std::variant<Simple, trust::Bundle> content;
};
// Everything attached that claims to be a signature or an attestation; none of it is verified.
// `problems`, where given, is told of what could not be read.
Result<std::vector<FoundSignature>> find_signatures(const SignedManifest& image,
                                                    std::vector<std::string>* problems = nullptr);

struct VerifiedSignature {
  Digest attachment;
  bool is_bundle;
  std::string reference;       // under which name it was signed; empty where it does not say
  std::string predicate_type;  // of a bundle's statement; empty for a signature of the bytes
  std::string predicate_json;
};
// Errors: Denied, Malformed, Unsupported.
Result<VerifiedSignature> verify_signature(const FoundSignature& found, const SignedManifest& image,
                                           const trust::EcdsaPublicKey& key);

// Those that `key` made: signatures and attestations.
Result<std::vector<VerifiedSignature>> verify_all(const SignedManifest& image,
                                                  const trust::EcdsaPublicKey& key);
// The first of them that `key` signed; an attestation about it is no signature. Errors: Denied says
// of each what there is instead; those of loading one.
Result<SignedManifest> find_signed(std::span<const LoadSignedManifest> manifests,
                                   const trust::EcdsaPublicKey& key);

struct SigningOptions {
  std::string reference = {};  // the name that the tag form tells
  bool tag_form = true;
  bool bundle = true;
};
// Attaches signatures by `key` to an image of the store; one that is there already stays as it is.
// Where its name stands for an index, to that and to all images of it that the store has: cosign
// looks for the first, and podman for the others.
Result<> sign_image(oci::ImageStore& store, const oci::Image& image,
                    const trust::EcdsaPrivateKey& key, const SigningOptions& options);

// Attaches a statement about the image, signed; also to the index that its name stands for. Does
// nothing where the key has said so already.
Result<> attest_image(oci::ImageStore& store, const oci::Image& image,
                      const trust::EcdsaPrivateKey& key, const std::string& predicate_type,
                      const std::string& predicate_json);

// Attaches a document as it is, unsigned: an SBOM. The same one gives the same manifest.
Result<> attach_document(oci::ImageStore& store, const oci::Image& image,
                         std::string_view media_type, std::string_view content);
// The documents of a type that are attached.
Result<std::vector<std::string>> find_documents(const SignedManifest& image,
                                                std::string_view media_type);

}  // namespace wherry::signing
