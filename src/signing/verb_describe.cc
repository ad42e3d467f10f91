// wherry-trust describe: for `wherry inspect`, what is signed and claimed, as JSON. Not a verb of
// users. Signatures are told by the keys of the key folder that verify them; others stay
// strangers'.
#include <memory>

#include "oci/limits.h"
#include "signing/image_trust.h"
#include "signing/trust_verbs.h"
#include "support/json.h"

namespace wherry::signing {

namespace {

struct DescribeFlags {
  std::string image;
  std::string file;
  std::string store;
};

// null where there are none; else as describe_claims, and a problem where they do not hold.
OrderedJson describe_module_claims(ByteSpan module) {
  const auto claims = trust::read_claims(module);
  if (!claims) return {{"problem", claims.error().message}};
  if (!*claims) return nullptr;
  OrderedJson document = trust::describe_claims(**claims);
  if (const auto valid = read_valid_claims(module); !valid)
    document["problem"] = valid.error().message;
  return document;
}

std::vector<trust::NamedKey> image_keys() {
  std::vector<trust::NamedKey> keys;
  const auto store = trust::KeyStore::open();
  if (!store) return keys;
  const auto list = store->list();
  if (!list) return keys;
  for (const trust::StoredKey& key : *list)
    if (key.key && std::holds_alternative<trust::EcdsaPublicKey>(*key.key))
      keys.push_back({key.name, *key.key});
  return keys;
}

OrderedJson describe_signature(const FoundSignature& found, const SignedManifest& image,
                               const std::vector<trust::NamedKey>& keys) {
  OrderedJson document = {{"form", found.is_bundle ? "bundle" : "tag"},
                          {"attachment", found.attachment.to_string()},
                          {"subject", image.digest.to_string()},
                          {"key", nullptr}};
  for (const trust::NamedKey& key : keys) {
    const auto& image_key = std::get<trust::EcdsaPublicKey>(key.key);
    const auto verified = verify_signature(found, image, image_key);
    if (!verified) continue;
    document["key"] = key.name;
    document["fingerprint"] = image_key.fingerprint().to_string();
    if (!verified->reference.empty()) document["reference"] = verified->reference;
    if (!verified->predicate_type.empty()) document["predicateType"] = verified->predicate_type;
  }
  return document;
}

Result<OrderedJson> describe_image(const DescribeFlags& flags) {
  const oci::ImageStore store = TRY(open_trust_store(flags.store));
  const oci::Image image = TRY(store.find(TRY(oci::parse_reference(flags.image))));
  const Mapping module = TRY(store.map_module(image));
  const auto keys = image_keys();
  OrderedJson signatures = OrderedJson::array(), attachments = OrderedJson::array();
  for (const LoadSignedManifest& load : signed_manifests(store, image)) {
    const SignedManifest manifest = TRY(load());
    for (const FoundSignature& found : TRY(find_signatures(manifest)))
      signatures.push_back(describe_signature(found, manifest, keys));
    for (const oci::Attachment& attachment : manifest.attachments)
      attachments.push_back({{"digest", attachment.manifest.digest.to_string()},
                             {"type", attachment.artifact_type},
                             {"subject", manifest.digest.to_string()}});
  }
  return OrderedJson{{"claims", describe_module_claims(module.bytes())},
                     {"signatures", std::move(signatures)},
                     {"attachments", std::move(attachments)}};
}

Result<> describe(const DescribeFlags& flags) {
  if (flags.file.empty()) return print(TRY(describe_image(flags)).dump() + "\n");
  const Mapping module = TRY(map_file(flags.file, {.size_bytes_max = oci::limits::kModuleBytes}));
  return print(OrderedJson{{"claims", describe_module_claims(module.bytes())}}.dump() + "\n");
}

}  // namespace

void add_describe_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<DescribeFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand("describe", "")->group("");
  verb->add_option("--image", flags->image);
  verb->add_option("--file", flags->file);
  verb->add_option("--store", flags->store);
  verb->callback([flags, &chosen] { chosen = [flags] { return describe(*flags); }; });
}

}  // namespace wherry::signing
