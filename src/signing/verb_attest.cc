// wherry attest: the SBOM that a build attached to its image, shown, or signed as an attestation.
#include <memory>

#include "signing/image_signature.h"
#include "signing/trust_verbs.h"

namespace wherry::signing {

namespace {

struct AttestFlags {
  std::string what;
  std::string key;
  std::string passphrase_file;
  std::string store;
  bool show = false;
};

Result<std::string> find_sbom(const oci::ImageStore& store, const oci::Image& image) {
  for (const LoadSignedManifest& load : signed_manifests(store, image)) {
    auto documents = TRY(find_documents(TRY(load()), kSpdxType));
    if (!documents.empty()) return std::move(documents.front());
  }
  return fail(ErrorCode::NotFound,
              "{} has no SBOM attached (wherry build makes one; a registry may have kept it)",
              image.name);
}

Result<> check(const AttestFlags& flags) {
  if (flags.show == !flags.key.empty())
    return fail(ErrorCode::Invalid, "attest takes one of --show and --key");
  return {};
}

Result<> attest(const AttestFlags& flags) {
  oci::ImageStore store = TRY(open_trust_store(flags.store));
  const oci::Image image = TRY(store.find(TRY(oci::parse_reference(flags.what))));
  const std::string sbom = TRY(find_sbom(store, image));
  if (flags.show) return print(sbom);
  const trust::PrivateKey any =
      TRY(TRY(trust::KeyStore::open())
              .find_private(flags.key, passphrase_of(flags.key, flags.passphrase_file)));
  const auto* key = std::get_if<trust::EcdsaPrivateKey>(&any);
  if (!key) return fail(ErrorCode::Invalid, "key {} signs claims, not images", flags.key);
  TRY(attest_image(store, image, *key, std::string(trust::kSpdxPredicate), sbom));
  return print(fmt::format("attested {} {} by {}\n", image.name, image.named().digest.to_string(),
                           key->public_key().fingerprint().to_string()));
}

}  // namespace

void add_attest_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<AttestFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb =
      app.add_subcommand("attest", "Show the SBOM that a build attached to an image, or sign it.");
  verb->add_option("image", flags->what, "an image of the local store")
      ->required()
      ->type_name("NAME[:TAG]");
  verb->add_flag("--show", flags->show, "print the SBOM, an SPDX 2.3 document");
  verb->add_option("--key", flags->key,
                   "attach an attestation of it, signed: a name in the key folder, or a file")
      ->type_name("KEY");
  add_passphrase_flag(*verb, flags->passphrase_file);
  verb->add_option("--store", flags->store, "the image store's folder (default: the user's)")
      ->type_name("DIR");
  verb->callback([flags, &chosen] {
    chosen = {[flags] { return attest(*flags); }, [flags] { return check(*flags); }};
  });
}

}  // namespace wherry::signing
