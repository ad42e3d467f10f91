// wherry verify: whether an image is signed by a key, and what else the key says of it.
#include <memory>

#include "oci/limits.h"
#include "signing/image_signature.h"
#include "signing/image_trust.h"
#include "signing/trust_verbs.h"
#include "support/json.h"

namespace wherry::signing {

namespace {

struct VerifyFlags {
  std::string what;
  std::string key;
  std::string store;
  std::string claims_file;
  bool as_json = false;
};

const char* form_of(const VerifiedSignature& signature) {
  return signature.is_bundle ? "bundle" : "tag";
}

std::string text_of(const VerifiedSignature& signature) {
  const bool is_attestation =
      !signature.predicate_type.empty() && signature.predicate_type != trust::kSignPredicate;
  return fmt::format("  {:<7} {} {}\n", form_of(signature), signature.attachment.to_string(),
                     is_attestation ? "attests " + signature.predicate_type : signature.reference);
}

Result<> verify_image(const VerifyFlags& flags) {
  if (flags.key.empty()) return fail(ErrorCode::Invalid, "--key is missing: whose signature?");
  const trust::PublicKey any = TRY(TRY(trust::KeyStore::open()).find_public(flags.key));
  const auto* key = std::get_if<trust::EcdsaPublicKey>(&any);
  if (!key) return fail(ErrorCode::Invalid, "key {} signs claims, not images", flags.key);
  const oci::ImageStore store = TRY(open_trust_store(flags.store));
  const oci::Image image = TRY(store.find(TRY(oci::parse_reference(flags.what))));
  const SignedManifest manifest = TRY(signed_manifest(store, image));
  TRY(with_context(check_signed(manifest, *key), "{} {}", image.name,
                   image.manifest.digest.to_string()));
  OrderedJson signatures = OrderedJson::array();
  std::string text = fmt::format("verified {} {} by {}\n", image.name,
                                 image.manifest.digest.to_string(), key->fingerprint().to_string());
  for (const VerifiedSignature& signature : TRY(verify_all(manifest, *key))) {
    text += text_of(signature);
    signatures.push_back({{"form", form_of(signature)},
                          {"attachment", signature.attachment.to_string()},
                          {"reference", signature.reference},
                          {"predicateType", signature.predicate_type}});
  }
  if (!flags.as_json) return print(text);
  return print(OrderedJson{{"name", image.name},
                           {"digest", image.manifest.digest.to_string()},
                           {"key", key->fingerprint().to_string()},
                           {"signatures", std::move(signatures)}}
                   .dump(2) +
               "\n");
}

Result<> verify_claims(const VerifyFlags& flags) {
  const Mapping module =
      TRY(map_file(flags.claims_file, {.size_bytes_max = oci::limits::kModuleBytes}));
  const auto claims = TRY(with_context(read_valid_claims(module.bytes()), "{}", flags.claims_file));
  if (!claims) return fail(ErrorCode::Denied, "{} has no claims", flags.claims_file);
  if (!flags.key.empty()) {
    const trust::PublicKey key = TRY(TRY(trust::KeyStore::open()).find_public(flags.key));
    if (trust::key_id(key) != claims->issuer)
      return fail(ErrorCode::Denied, "{}: its claims are by {}, not by key {} ({})",
                  flags.claims_file, claims->issuer, flags.key, trust::key_id(key));
  }
  const OrderedJson document = trust::describe_claims(*claims);
  if (flags.as_json) return print(document.dump(2) + "\n");
  return print(
      fmt::format("verified {} {} by {}\n", flags.claims_file, claims->subject, claims->issuer));
}

Result<> verify(const VerifyFlags& flags) {
  if (flags.claims_file.empty() == flags.what.empty())
    return fail(ErrorCode::Invalid, "verify an image, or the claims of a module (--claims FILE)");
  return flags.what.empty() ? verify_claims(flags) : verify_image(flags);
}

}  // namespace

void add_verify_verb(CLI::App& app, TrustAction& chosen) {
  auto flags = std::make_shared<VerifyFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand(
      "verify", "Verify an image's signatures, or the claims inside of a module.");
  verb->add_option("image", flags->what, "an image of the local store")->type_name("NAME[:TAG]");
  verb->add_option(
          "--key", flags->key,
          "whose: a name in the key folder, or a file; of claims: any account, if not given")
      ->type_name("KEY");
  verb->add_option("--claims", flags->claims_file, "the claims of this module instead")
      ->type_name("FILE");
  verb->add_option("--store", flags->store, "the image store's folder (default: the user's)")
      ->type_name("DIR");
  verb->add_flag("--json", flags->as_json, "as JSON");
  verb->callback([flags, &chosen] { chosen = [flags] { return verify(*flags); }; });
}

}  // namespace wherry::signing
