// Makes the attachments of image_signature.h.
#include <algorithm>

#include "oci/image_manifests.h"
#include "oci/limits.h"
#include "signing/image_signature.h"
#include "support/base64.h"
#include "support/json.h"
#include "trust/limits.h"
#include "trust/simple_signing.h"

namespace wherry::signing {

namespace {

constexpr std::string_view kImageConfigType = "application/vnd.oci.image.config.v1+json";
constexpr std::string_view kEmptyType = "application/vnd.oci.empty.v1+json";
constexpr std::string_view kEmptyConfig = "{}";

OrderedJson to_json(const oci::Descriptor& descriptor) {
  OrderedJson json = {{"mediaType", descriptor.media_type},
                      {"digest", descriptor.digest.to_string()},
                      {"size", descriptor.size_bytes}};
  if (!descriptor.annotations.empty()) json["annotations"] = descriptor.annotations;
  return json;
}

Result<oci::BlobWriter> stage(oci::ImageStore& store, std::string_view content,
                              const oci::Descriptor& blob) {
  oci::BlobWriter writer = TRY(store.write_blob(blob));
  TRY(writer.write(as_bytes(content)));
  TRY(writer.finish());
  return writer;
}

// A referrer of one layer (image-spec 1.1, manifest.md, "Guidelines for Artifact Usage").
Result<> attach_layer(oci::ImageStore& store, const oci::Descriptor& subject,
                      std::string_view artifact_type, std::string_view content,
                      const oci::Annotations& annotations) {
  const oci::Descriptor layer = oci::describe(content, artifact_type);
  const oci::Descriptor config = oci::describe(kEmptyConfig, kEmptyType);
  OrderedJson manifest = {{"schemaVersion", 2},
                          {"mediaType", oci::media_type::kManifest},
                          {"artifactType", artifact_type},
                          {"config", to_json(config)},
                          {"layers", OrderedJson::array({to_json(layer)})},
                          {"subject", to_json({.media_type = subject.media_type,
                                               .digest = subject.digest,
                                               .size_bytes = subject.size_bytes})}};
  if (!annotations.empty()) manifest["annotations"] = annotations;
  std::vector<oci::BlobWriter> staged;
  staged.push_back(TRY(stage(store, content, layer)));
  staged.push_back(TRY(stage(store, kEmptyConfig, config)));
  TRY(store.attach(subject.digest, manifest.dump(), std::move(staged)));
  return {};
}

// The attachment in tag form, of which a manifest has one, and its layers.
struct TagForm {
  std::optional<Digest> attachment;
  std::vector<oci::Descriptor> layers;
};
Result<TagForm> find_tag_form(const oci::ImageStore& store, const Digest& subject) {
  for (const oci::Attachment& attachment : TRY(store.attachments(subject))) {
    auto manifest = oci::parse_manifest(attachment.manifest_json);
    if (manifest && !manifest->layers.empty() &&
        manifest->layers.front().media_type == trust::kSimpleSigningType)
      return TagForm{attachment.manifest.digest, std::move(manifest->layers)};
  }
  return TagForm{};
}

// As cosign writes it: an image's config, of whose members none says anything.
std::string tag_form_config(const std::vector<oci::Descriptor>& layers) {
  OrderedJson digests = OrderedJson::array();
  for (const oci::Descriptor& layer : layers) digests.push_back(layer.digest.to_string());
  return OrderedJson{{"architecture", ""},
                     {"os", ""},
                     {"config", OrderedJson::object()},
                     {"rootfs", {{"type", "layers"}, {"diff_ids", std::move(digests)}}}}
      .dump();
}

Result<> attach_tag_form(oci::ImageStore& store, const Digest& subject, const std::string& payload,
                         const Bytes& signature) {
  TagForm form = TRY(find_tag_form(store, subject));
  form.layers.push_back(oci::describe(payload, trust::kSimpleSigningType));
  form.layers.back().annotations[std::string(trust::kSimpleSigningAnnotation)] =
      base64_encode(signature);
  const std::string config_json = tag_form_config(form.layers);
  const oci::Descriptor config = oci::describe(config_json, kImageConfigType);
  OrderedJson layers = OrderedJson::array();
  for (const oci::Descriptor& layer : form.layers) layers.push_back(to_json(layer));
  const OrderedJson manifest = {{"schemaVersion", 2},
                                {"mediaType", oci::media_type::kManifest},
                                {"config", to_json(config)},
                                {"layers", std::move(layers)}};
  std::vector<oci::BlobWriter> staged;
  staged.push_back(TRY(stage(store, payload, form.layers.back())));
  staged.push_back(TRY(stage(store, config_json, config)));
  TRY(store.attach(subject, manifest.dump(), std::move(staged)));
  // The new one holds the former's signatures too.
  if (form.attachment) TRY(store.detach(subject, *form.attachment));
  return {};
}

// What this key says already is not said twice.
Result<> attach_statement(oci::ImageStore& store, const oci::Descriptor& subject,
                          const trust::EcdsaPrivateKey& key, const std::string& predicate_type,
                          const std::string& predicate_json) {
  const SignedManifest present = TRY(load_signed_manifest(store, subject));
  const Json predicate =
      TRY(parse_json(predicate_json, {.size_bytes_max = trust::limits::kBundleBytes}));
  for (const VerifiedSignature& there : TRY(verify_all(present, key.public_key())))
    if (there.predicate_type == predicate_type && Json::parse(there.predicate_json) == predicate)
      return {};
  const std::string bundle = TRY(trust::sign_statement({.subjects = {subject.digest},
                                                        .predicate_type = predicate_type,
                                                        .predicate_json = predicate_json},
                                                       key));
  return attach_layer(store, subject, trust::kBundleType, bundle,
                      {{"dev.sigstore.bundle.content", "dsse-envelope"},
                       {"dev.sigstore.bundle.predicateType", predicate_type}});
}

Result<> sign_tag_form(oci::ImageStore& store, const oci::Descriptor& manifest,
                       const trust::EcdsaPrivateKey& key, const std::string& reference) {
  const SignedManifest present = TRY(load_signed_manifest(store, manifest));
  for (const VerifiedSignature& there : TRY(verify_all(present, key.public_key())))
    if (!there.is_bundle && there.reference == reference) return {};
  const std::string payload =
      trust::to_payload({.manifest = manifest.digest, .reference = reference});
  return attach_tag_form(store, manifest.digest, payload, TRY(key.sign(as_bytes(payload))));
}

}  // namespace

Result<> sign_image(oci::ImageStore& store, const oci::Image& image,
                    const trust::EcdsaPrivateKey& key, const SigningOptions& options) {
  for (const oci::Descriptor& manifest : TRY(oci::manifests_of(store, image)).stored) {
    if (options.tag_form) TRY(sign_tag_form(store, manifest, key, options.reference));
    if (options.bundle)
      TRY(attach_statement(store, manifest, key, std::string(trust::kSignPredicate), "{}"));
  }
  return {};
}

Result<> attest_image(oci::ImageStore& store, const oci::Image& image,
                      const trust::EcdsaPrivateKey& key, const std::string& predicate_type,
                      const std::string& predicate_json) {
  TRY(attach_statement(store, image.manifest, key, predicate_type, predicate_json));
  if (!image.index) return {};
  return attach_statement(store, *image.index, key, predicate_type, predicate_json);
}

Result<> attach_document(oci::ImageStore& store, const oci::Image& image,
                         std::string_view media_type, std::string_view content) {
  return attach_layer(store, image.manifest, media_type, content, {});
}

Result<std::vector<std::string>> find_documents(const SignedManifest& image,
                                                std::string_view media_type) {
  std::vector<std::string> documents;
  for (const oci::Attachment& attachment : image.attachments) {
    if (attachment.artifact_type != media_type) continue;
    const oci::Manifest manifest = TRY(oci::parse_manifest(attachment.manifest_json));
    for (const oci::Descriptor& layer : manifest.layers)
      if (layer.media_type == media_type)
        documents.emplace_back(as_text(TRY(image.read_blob(layer, oci::limits::kManifestBytes))));
  }
  return documents;
}

}  // namespace wherry::signing
