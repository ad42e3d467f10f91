// wherry verify: whether an image is signed by a key, and what else the key says of it. Of an image
// in a registry its manifest and signatures are fetched, and nothing of its layers. By public keys
// alone: private ones have no business in a program that speaks to the network.
#include <unistd.h>

#include <memory>

#include "distribution/curl_transport.h"
#include "distribution/manifest_transfer.h"
#include "distribution/plain_transport.h"
#include "distribution/referrers.h"
#include "distribution/registry_verbs.h"
#include "distribution/remote_blob.h"
#include "oci/limits.h"
#include "signing/image_signature.h"
#include "signing/image_trust.h"
#include "support/json.h"
#include "support/log.h"
#include "trust/key_store.h"

namespace wherry::distribution {

namespace {

struct VerifyFlags {
  CommonFlags common;
  std::string what;
  std::string key;
  std::string claims_file;
  bool remote = false;
};

// What was verified: an image by a signature of its own, or by one of an index that it is in.
struct Verified {
  std::string name;
  Digest image;
  std::optional<Digest> index = {};
  std::vector<signing::VerifiedSignature> signatures;
};

Result<> print(std::string_view text) {
  return with_context(write_all(STDOUT_FILENO, as_bytes(text)), "writing to standard output");
}

const char* form_of(const signing::VerifiedSignature& signature) {
  return signature.is_bundle ? "bundle" : "tag";
}

std::string text_of(const signing::VerifiedSignature& signature) {
  const bool is_attestation =
      !signature.predicate_type.empty() && signature.predicate_type != trust::kSignPredicate;
  const std::string says =
      is_attestation ? "attests " + signature.predicate_type : signature.reference;
  return fmt::format("  {:<7} {}{}{}\n", form_of(signature), signature.attachment.to_string(),
                     says.empty() ? "" : " ", says);
}

std::string text_of(const Verified& verified, const Digest& key) {
  std::string text = fmt::format(
      "verified {} {} by {}{}\n", verified.name, verified.image.to_string(), key.to_string(),
      verified.index ? ", who signed the index " + verified.index->to_string() : "");
  for (const signing::VerifiedSignature& signature : verified.signatures)
    text += text_of(signature);
  return text;
}

std::string json_of(const Verified& verified, const Digest& key) {
  OrderedJson signatures = OrderedJson::array();
  for (const signing::VerifiedSignature& signature : verified.signatures)
    signatures.push_back({{"form", form_of(signature)},
                          {"attachment", signature.attachment.to_string()},
                          {"reference", signature.reference},
                          {"predicateType", signature.predicate_type}});
  OrderedJson document = {{"name", verified.name}, {"digest", verified.image.to_string()}};
  if (verified.index) document["index"] = verified.index->to_string();
  document["key"] = key.to_string();
  document["signatures"] = std::move(signatures);
  return document.dump(2) + "\n";
}

// The image's own signature is looked for first, then those of indexes that it is in.
Result<Verified> verify_signed(const std::string& name, const Digest& image,
                               std::span<const signing::LoadSignedManifest> manifests,
                               const trust::EcdsaPublicKey& key) {
  const signing::SignedManifest manifest = TRY(signing::find_signed(manifests, key));
  return Verified{.name = name,
                  .image = image,
                  .index = manifest.is_index ? std::optional(manifest.digest) : std::nullopt,
                  .signatures = TRY(signing::verify_all(manifest, key))};
}

Result<Verified> verify_stored(const oci::ImageStore& store, const oci::Image& image,
                               const trust::EcdsaPublicKey& key) {
  return with_context(verify_signed(image.name, image.manifest.digest,
                                    signing::signed_manifests(store, image), key),
                      "{} {}", image.name, image.named().digest.to_string());
}

Result<Verified> verify_chain(RegistrySession& session, const oci::Reference& source,
                              const trust::EcdsaPublicKey& key) {
  const std::vector<FetchedManifest> chain = TRY(fetch_manifest_chain(session, source));
  std::vector<signing::LoadSignedManifest> manifests;
  for (auto manifest = chain.rbegin(); manifest != chain.rend(); ++manifest)
    manifests.push_back([&session, &source, manifest]() -> Result<signing::SignedManifest> {
      const auto note = [](const std::string& text) { log::info(text); };
      return signing::SignedManifest{
          .digest = manifest->digest,
          .json = manifest->json,
          .is_index = oci::is_index_type(manifest->media_type),
          .attachments = TRY(fetch_attachments(session, manifest->digest, source, note)),
          .read_blob = [&session, &source](const oci::Descriptor& blob, uint64_t size_bytes_max) {
            return fetch_blob(session, source, blob, size_bytes_max);
          }};
    });
  return with_context(verify_signed(source.to_string(), chain.back().digest, manifests, key), "{}",
                      chain.front().digest.to_string());
}

Result<Verified> verify_remote(const VerifyFlags& flags, const trust::EcdsaPublicKey& key) {
  const oci::Reference source = TRY(parse_remote(flags.what));
  PlainTransport transport(CurlTransport::create);
  RegistrySession session(transport, source.registry, TRY(session_options(flags.common.registry)));
  return with_context(verify_chain(session, source, key), "{}, in its registry",
                      source.to_string());
}

Result<Verified> verify_anywhere(const VerifyFlags& flags, const trust::EcdsaPublicKey& key) {
  if (flags.remote) return verify_remote(flags, key);
  const oci::Reference reference = TRY(oci::parse_reference(flags.what));
  const oci::ImageStore store = TRY(open_store(flags.common));
  const auto image = store.find(reference);
  if (image) {
    auto verified = verify_stored(store, *image, key);
    if (!verified && verified.error().code == ErrorCode::Denied && !reference.registry.empty())
      verified.error().message += " (--remote looks in its registry)";
    return verified;
  }
  if (image.error().code != ErrorCode::NotFound || reference.registry.empty())
    return std::unexpected(image.error());
  return verify_remote(flags, key);
}

Result<> verify_image(const VerifyFlags& flags) {
  const trust::PublicKey any = TRY(TRY(trust::KeyStore::open()).find_public(flags.key));
  const auto* key = std::get_if<trust::EcdsaPublicKey>(&any);
  if (!key) return fail(ErrorCode::Invalid, "key {} signs claims, not images", flags.key);
  const Verified verified = TRY(verify_anywhere(flags, *key));
  return print(flags.common.json ? json_of(verified, key->fingerprint())
                                 : text_of(verified, key->fingerprint()));
}

Result<> verify_claims(const VerifyFlags& flags) {
  const Mapping module =
      TRY(map_file(flags.claims_file, {.size_bytes_max = oci::limits::kModuleBytes}));
  const auto claims =
      TRY(with_context(signing::read_valid_claims(module.bytes()), "{}", flags.claims_file));
  if (!claims) return fail(ErrorCode::Denied, "{} has no claims", flags.claims_file);
  if (!flags.key.empty()) {
    const trust::PublicKey key = TRY(TRY(trust::KeyStore::open()).find_public(flags.key));
    if (trust::key_id(key) != claims->issuer)
      return fail(ErrorCode::Denied, "{}: its claims are by {}, not by key {} ({})",
                  flags.claims_file, claims->issuer, flags.key, trust::key_id(key));
  }
  if (flags.common.json) return print(trust::describe_claims(*claims).dump(2) + "\n");
  return print(
      fmt::format("verified {} {} by {}\n", flags.claims_file, claims->subject, claims->issuer));
}

Result<> check(const VerifyFlags& flags) {
  if (flags.claims_file.empty() == flags.what.empty())
    return fail(ErrorCode::Invalid, "verify an image, or the claims of a module (--claims FILE)");
  if (flags.claims_file.empty() && flags.key.empty())
    return fail(ErrorCode::Invalid, "--key is missing: whose signature?");
  return {};
}

Result<> verify(const VerifyFlags& flags) {
  return flags.what.empty() ? verify_claims(flags) : verify_image(flags);
}

}  // namespace

void add_verify_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<VerifyFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand(
      "verify", "Verify an image's signatures, or the claims inside of a module.");
  verb->add_option("image", flags->what,
                   "an image of the local store, or where that has none, in its registry")
      ->type_name("NAME[:TAG]");
  verb->add_option(
          "--key", flags->key,
          "whose: a name in the key folder, or a file; of claims: any account, if not given")
      ->type_name("KEY");
  verb->add_flag("--remote", flags->remote,
                 "the image in its registry, also where the store has it");
  verb->add_option("--claims", flags->claims_file, "the claims of this module instead")
      ->type_name("FILE");
  verb->add_flag("--json", flags->common.json, "as JSON");
  add_store_flag(*verb, flags->common);
  add_access_flags(*verb, flags->common.registry);
  verb->callback([flags, &chosen] {
    chosen = {[flags] { return verify(*flags); }, [flags] { return check(*flags); }};
  });
}

}  // namespace wherry::distribution
