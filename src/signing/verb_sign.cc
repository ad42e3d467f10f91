// wherry sign: signatures of images, and claims inside of modules.
#include <ctime>
#include <memory>

#include "oci/image_documents.h"
#include "oci/limits.h"
#include "signing/image_signature.h"
#include "signing/trust_verbs.h"
#include "support/install_paths.h"
#include "trust/claims.h"

namespace wherry::signing {

namespace {

constexpr uint64_t kSecondsPerDay = 24 * 60 * 60;

struct SignFlags {
  std::string what;
  std::string key;
  std::string passphrase_file;
  std::string store;
  std::string form = "both";
  std::string claims_file;
  std::string module_key;
  std::string output;
  std::string name;
  std::vector<std::string> capabilities;
  std::vector<std::string> tags;
  std::string version;
  std::optional<int64_t> revision;
  std::optional<uint64_t> expires_days;
  std::optional<uint64_t> not_before_days;
};

// For people and registries: without tag and digest, as cosign has it.
std::string identity_of(const oci::Reference& reference) {
  return reference.registry.empty() ? reference.repository
                                    : reference.registry + "/" + reference.repository;
}

std::unexpected<Error> signs_claims(const std::string& key) {
  return fail(ErrorCode::Invalid,
              "key {} signs claims, not images (wherry keys create --kind image)", key);
}

std::unexpected<Error> signs_images(const std::string& key) {
  return fail(ErrorCode::Invalid,
              "key {} signs images, not claims (wherry keys create --kind account)", key);
}

// A key of the wrong kind is told of before its passphrase is asked for, where its public half
// shows the kind.
Result<trust::PrivateKey> find_key(const SignFlags& flags) {
  const trust::KeyStore keys = TRY(trust::KeyStore::open());
  const bool for_image = flags.claims_file.empty();
  if (const auto known = keys.find_public(flags.key)) {
    const bool is_nkey = std::holds_alternative<trust::Nkey>(*known);
    if (for_image && is_nkey) return signs_claims(flags.key);
    if (!for_image && !is_nkey) return signs_images(flags.key);
  }
  return keys.find_private(flags.key, passphrase_of(flags.key, flags.passphrase_file));
}

Result<> sign_image_of(const SignFlags& flags) {
  const oci::Reference reference = TRY(oci::parse_reference(flags.what));
  oci::ImageStore store = TRY(open_trust_store(flags.store));
  const oci::Image image = TRY(store.find(reference));
  const trust::PrivateKey key = TRY(find_key(flags));
  const auto* signer = std::get_if<trust::EcdsaPrivateKey>(&key);
  if (!signer) return signs_claims(flags.key);
  TRY(sign_image(store, image, *signer,
                 {.reference = identity_of(reference),
                  .tag_form = flags.form != "bundle",
                  .bundle = flags.form != "tag"}));
  return print(fmt::format("signed {} {} by {}\n", image.name, image.named().digest.to_string(),
                           signer->public_key().fingerprint().to_string()));
}

std::optional<uint64_t> days_after(uint64_t begin_s, const std::optional<uint64_t>& days) {
  if (!days) return std::nullopt;
  return begin_s + *days * kSecondsPerDay;
}

// Either says whom the claims are about: the key itself, or where it is.
Result<trust::Nkey> find_module_key(const std::string& key) {
  auto found = [&]() -> Result<trust::PublicKey> {
    if (auto nkey = trust::parse_nkey(key)) return *nkey;
    return TRY(trust::KeyStore::open()).find_public(key);
  };
  const trust::PublicKey any = TRY(found());
  const auto* nkey = std::get_if<trust::Nkey>(&any);
  if (nkey && nkey->kind == trust::NkeyKind::Module) return *nkey;
  return fail(ErrorCode::Invalid,
              "--module-key: key {} is of kind {} (wherry keys create --kind module)", key,
              trust::key_kind(any));
}

Result<trust::Claims> claims_of(const SignFlags& flags) {
  const trust::Nkey subject = TRY(find_module_key(flags.module_key));
  const auto set_time = TRY(oci::source_date_epoch());
  const uint64_t issued_s = set_time.value_or(static_cast<uint64_t>(std::time(nullptr)));
  trust::Claims claims{.subject = subject.to_string(), .issued_s = issued_s};
  claims.expires_s = days_after(issued_s, flags.expires_days);
  claims.not_before_s = days_after(issued_s, flags.not_before_days);
  claims.name = flags.name.empty() ? fs::path(flags.claims_file).stem().string() : flags.name;
  claims.capabilities = flags.capabilities;
  claims.tags = flags.tags;
  claims.version = flags.version;
  claims.revision = flags.revision;
  return claims;
}

Result<> sign_claims_of(const SignFlags& flags) {
  const trust::Claims claims = TRY(claims_of(flags));
  const Bytes module =
      TRY(read_file(flags.claims_file, {.size_bytes_max = oci::limits::kModuleBytes}));
  const trust::PrivateKey key = TRY(find_key(flags));
  const auto* account = std::get_if<trust::NkeySeed>(&key);
  if (!account) return signs_images(flags.key);
  const Bytes with_claims =
      TRY(with_context(trust::sign_claims(module, claims, *account), "{}", flags.claims_file));
  const std::string output = flags.output.empty() ? flags.claims_file : flags.output;
  TRY(write_file_atomic(output, with_claims));
  return print(fmt::format("signed {} {} by {}\n", output, claims.subject,
                           account->public_key().to_string()));
}

Result<> check(const SignFlags& flags) {
  if (flags.claims_file.empty() == flags.what.empty())
    return fail(ErrorCode::Invalid, "sign an image, or the claims of a module (--claims FILE)");
  if (flags.what.empty() && flags.module_key.empty())
    return fail(ErrorCode::Invalid, "--claims needs --module-key: whom the claims are about");
  return {};
}

Result<> sign(const SignFlags& flags) {
  return flags.what.empty() ? sign_claims_of(flags) : sign_image_of(flags);
}

void add_claims_flags(CLI::App& verb, SignFlags& flags) {
  verb.add_option("--claims", flags.claims_file, "sign claims inside of this module instead")
      ->type_name("FILE");
  verb.add_option("--module-key", flags.module_key,
                  "the module's own key, whom they are about: M…, or a key of the key folder")
      ->type_name("KEY");
  verb.add_option("-o,--output", flags.output, "write the module here (default: in its place)")
      ->type_name("FILE");
  verb.add_option("--name", flags.name, "what the module is called")->type_name("TEXT");
  verb.add_option("--cap", flags.capabilities, "a capability that it claims, wascc:http_server")
      ->type_name("NAME")
      ->allow_extra_args(false);
  verb.add_option("--tag", flags.tags, "any further word")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  verb.add_option("--module-version", flags.version, "its version")->type_name("TEXT");
  verb.add_option("--revision", flags.revision, "its number, which grows")->type_name("N");
  verb.add_option("--expires-days", flags.expires_days, "when they end, from now")
      ->check(CLI::Range(0, 36500))
      ->type_name("N");
  verb.add_option("--not-before-days", flags.not_before_days, "when they begin, from now")
      ->check(CLI::Range(0, 36500))
      ->type_name("N");
}

}  // namespace

void add_sign_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<SignFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb =
      app.add_subcommand("sign", "Sign an image of the local store, or claims inside of a module.");
  verb->add_option("image", flags->what, "the image, which push then sends with its signatures")
      ->type_name("NAME[:TAG]");
  verb->add_option("--key", flags->key,
                   "an image key, for claims an account's: a name in the key folder, or a file")
      ->required()
      ->type_name("KEY");
  add_passphrase_flag(*verb, flags->passphrase_file);
  verb->add_option("--form", flags->form,
                   "cosign's layout: tag (all versions, podman), bundle (3 and later)")
      ->check(CLI::IsMember({"tag", "bundle", "both"}))
      ->type_name("FORM")
      ->capture_default_str();
  verb->add_option("--store", flags->store, "the image store's folder (default: the user's)")
      ->type_name("DIR");
  add_claims_flags(*verb, *flags);
  verb->callback([flags, &chosen] {
    chosen = {[flags] { return sign(*flags); }, [flags] { return check(*flags); }};
  });
}

}  // namespace wherry::signing
