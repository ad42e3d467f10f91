#include "signing/image_signature.h"

#include <algorithm>

#include "oci/limits.h"
#include "signing/limits.h"
#include "support/base64.h"
#include "trust/limits.h"
#include "trust/simple_signing.h"

namespace wherry::signing {

namespace {

Result<FoundSignature> read_simple(const SignedManifest& image, const oci::Attachment& attachment,
                                   const oci::Descriptor& layer) {
  const auto annotation = layer.annotations.find(std::string(trust::kSimpleSigningAnnotation));
  if (annotation == layer.annotations.end())
    return fail(ErrorCode::Malformed, "a payload has no annotation {}",
                trust::kSimpleSigningAnnotation);
  FoundSignature::Simple simple;
  simple.signature = TRY(with_context(base64_decode(annotation->second), "signature"));
  simple.payload = as_text(TRY(image.read_blob(layer, trust::limits::kPayloadBytes)));
  return FoundSignature{attachment.manifest.digest, false, std::move(simple)};
}

Result<FoundSignature> read_bundle(const SignedManifest& image, const oci::Attachment& attachment,
                                   const oci::Descriptor& layer) {
  const Bytes json = TRY(image.read_blob(layer, trust::limits::kBundleBytes));
  auto bundle = trust::parse_bundle(as_text(json));
  if (!bundle) return std::unexpected(std::move(bundle).error());
  FoundSignature found;
  found.attachment = attachment.manifest.digest;
  found.is_bundle = true;
  found.content = *std::move(bundle);
  return found;
}

// The name under which an attachment's problems are told.
std::string problem_of(const oci::Attachment& attachment, const Error& error) {
  return fmt::format("attachment {}: {}", attachment.manifest.digest.to_string(), error.message);
}

Result<VerifiedSignature> verify_simple(const FoundSignature::Simple& simple,
                                        VerifiedSignature verified, const SignedManifest& image,
                                        const trust::EcdsaPublicKey& key) {
  // The bytes first: what nobody signed is not worth parsing.
  TRY(key.verify(as_bytes(simple.payload), simple.signature));
  trust::SimpleSigning claim = TRY(trust::parse_payload(simple.payload));
  if (claim.manifest != image.digest)
    return fail(ErrorCode::Denied, "the signature is good, and of another image, {}",
                claim.manifest.to_string());
  verified.reference = std::move(claim.reference);
  return verified;
}

Result<VerifiedSignature> verify_bundle(const trust::Bundle& bundle, VerifiedSignature verified,
                                        const SignedManifest& image,
                                        const trust::EcdsaPublicKey& key) {
  if (const auto* message = std::get_if<trust::MessageSignature>(&bundle.content)) {
    TRY(key.verify(as_bytes(image.json), message->signature));
    return verified;
  }
  trust::Statement statement =
      TRY(trust::verify_envelope(std::get<trust::Envelope>(bundle.content), key, image.digest));
  verified.predicate_type = std::move(statement.predicate_type);
  verified.predicate_json = std::move(statement.predicate_json);
  return verified;
}

bool is_image_signature(const VerifiedSignature& verified) {
  return verified.predicate_type.empty() || verified.predicate_type == trust::kSignPredicate;
}

}  // namespace

Result<SignedManifest> load_signed_manifest(const oci::ImageStore& store,
                                            const oci::Descriptor& manifest) {
  const Bytes json = TRY(store.read_blob(manifest, oci::limits::kManifestBytes));
  return SignedManifest{
      .digest = manifest.digest,
      .json = std::string(as_text(json)),
      .is_index = oci::is_index_type(manifest.media_type),
      .attachments = TRY(store.attachments(manifest.digest)),
      .read_blob = [&store](const oci::Descriptor& blob, uint64_t size_bytes_max) {
        return store.read_blob(blob, size_bytes_max);
      }};
}

std::vector<LoadSignedManifest> signed_manifests(const oci::ImageStore& store,
                                                 const oci::Image& image) {
  std::vector<LoadSignedManifest> manifests = {
      [&] { return load_signed_manifest(store, image.manifest); }};
  if (image.index) manifests.push_back([&] { return load_signed_manifest(store, *image.index); });
  return manifests;
}

Result<std::vector<FoundSignature>> find_signatures(const SignedManifest& image,
                                                    std::vector<std::string>* problems) {
  std::vector<FoundSignature> found;
  for (const oci::Attachment& attachment : image.attachments) {
    auto manifest = oci::parse_manifest(attachment.manifest_json);
    if (!manifest) continue;  // no manifest of layers, and so none of ours
    for (const oci::Descriptor& layer : manifest->layers) {
      const bool is_simple = layer.media_type == trust::kSimpleSigningType;
      if (!is_simple && layer.media_type != trust::kBundleType) continue;
      if (found.size() == limits::kSignatures)
        return fail(ErrorCode::Invalid, "{} has more than {} signatures", image.digest.to_string(),
                    limits::kSignatures);
      auto signature =
          is_simple ? read_simple(image, attachment, layer) : read_bundle(image, attachment, layer);
      if (signature)
        found.push_back(*std::move(signature));
      else if (problems)
        problems->push_back(problem_of(attachment, signature.error()));
    }
  }
  return found;
}

Result<VerifiedSignature> verify_signature(const FoundSignature& found, const SignedManifest& image,
                                           const trust::EcdsaPublicKey& key) {
  VerifiedSignature verified{found.attachment, found.is_bundle, {}, {}, {}};
  if (const auto* simple = std::get_if<FoundSignature::Simple>(&found.content))
    return verify_simple(*simple, std::move(verified), image, key);
  return verify_bundle(std::get<trust::Bundle>(found.content), std::move(verified), image, key);
}

Result<std::vector<VerifiedSignature>> verify_all(const SignedManifest& image,
                                                  const trust::EcdsaPublicKey& key) {
  std::vector<VerifiedSignature> verified;
  for (const FoundSignature& found : TRY(find_signatures(image)))
    if (auto signature = verify_signature(found, image, key))
      verified.push_back(*std::move(signature));
  return verified;
}

// Whether `key` signed it; an attestation is no signature.
static Result<> check_signed(const SignedManifest& image, const trust::EcdsaPublicKey& key) {
  std::vector<std::string> problems;
  const auto found = TRY(find_signatures(image, &problems));
  for (const FoundSignature& signature : found) {
    auto verified = verify_signature(signature, image, key);
    if (verified && is_image_signature(*verified)) return {};
    problems.push_back(
        verified ? fmt::format("an attestation ({}) is no signature", verified->predicate_type)
                 : verified.error().message);
  }
  if (problems.empty())
    return fail(ErrorCode::Denied, "it has no signature (wherry sign makes one)");
  return fail(ErrorCode::Denied, "none of its {} signatures is good: {}", problems.size(),
              problems.back());
}

Result<SignedManifest> find_signed(std::span<const LoadSignedManifest> manifests,
                                   const trust::EcdsaPublicKey& key) {
  std::string reasons;
  for (const LoadSignedManifest& load : manifests) {
    SignedManifest manifest = TRY(load());
    const Result<> checked = check_signed(manifest, key);
    if (checked) return manifest;
    if (checked.error().code != ErrorCode::Denied) return std::unexpected(checked.error());
    if (manifests.size() == 1) return std::unexpected(checked.error());
    reasons += fmt::format("{}the {} {}: {}", reasons.empty() ? "" : "; ",
                           manifest.is_index ? "index" : "image", manifest.digest.to_string(),
                           checked.error().message);
  }
  return fail(ErrorCode::Denied, "{}", reasons);
}

}  // namespace wherry::signing
