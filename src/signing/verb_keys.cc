// wherry keys: the keys that images and modules are signed with.
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "signing/trust_verbs.h"
#include "support/json.h"
#include "trust/limits.h"
#include "trust/passphrase.h"

namespace wherry::signing {

namespace {

struct KeysFlags {
  std::string name;
  std::string kind = "image";
  std::string file;
  std::string output;
  std::string passphrase_file;
  bool no_passphrase = false;
  bool is_private = false;
  bool as_json = false;
};

constexpr const char* kNameForm = "NAME";

constexpr const char* kNoPassphrase = "--no-passphrase";

// Empty where it is to have none.
Result<Secret> new_passphrase(const KeysFlags& flags, bool is_image_key) {
  if (flags.no_passphrase && is_image_key)
    return fail(ErrorCode::Invalid, "{} is for seeds of accounts and modules; image keys have one",
                kNoPassphrase);
  if (flags.no_passphrase) return Secret{};
  return trust::read_passphrase(
      {.file = flags.passphrase_file,
       .prompt = "new passphrase of key " + flags.name,
       .is_new = true,
       .way_out =
           is_image_key ? "" : fmt::format("; or {}, to keep it without one", kNoPassphrase)});
}

Result<trust::PrivateKey> make_key(const KeysFlags& flags) {
  if (flags.kind == "image") return TRY(trust::EcdsaPrivateKey::create());
  return trust::NkeySeed::create(flags.kind == "account" ? trust::NkeyKind::Account
                                                         : trust::NkeyKind::Module);
}

Result<> create(const KeysFlags& flags) {
  const trust::KeyStore store = TRY(trust::KeyStore::open());
  TRY(store.check_free(flags.name));  // before somebody types a passphrase for nothing
  // Before one is made: a key is only worth its passphrase.
  const Secret passphrase = TRY(new_passphrase(flags, flags.kind == "image"));
  const trust::PrivateKey key = TRY(make_key(flags));
  TRY(store.add(flags.name, key, passphrase));
  return print(trust::to_text(trust::public_key_of(key)));
}

const char* part_of(const trust::StoredKey& key) {
  if (!key.has_private) return "public";
  return key.is_sealed ? "sealed" : "private";
}

Result<> list(const KeysFlags& flags) {
  const auto keys = TRY(TRY(trust::KeyStore::open()).list());
  OrderedJson document = OrderedJson::array();
  std::string text;
  for (const trust::StoredKey& key : keys) {
    const std::string kind = key.key ? trust::key_kind(*key.key) : "unusable";
    const std::string id = key.key ? trust::key_id(*key.key) : key.problem;
    document.push_back({{"name", key.name},
                        {"kind", kind},
                        {"private", key.has_private},
                        {"sealed", key.is_sealed},
                        {key.key ? "id" : "problem", id}});
    text += fmt::format("{:<16} {:<8} {:<8} {}\n", key.name, kind, part_of(key), id);
  }
  if (flags.as_json) return print(document.dump(2) + "\n");
  if (keys.empty()) return {};
  return print(fmt::format("{:<16} {:<8} {:<8} ID\n", "NAME", "KIND", "PART") + text);
}

// As it is kept, or a seed without its passphrase.
Result<Secret> private_text(const trust::KeyStore& store, const KeysFlags& flags) {
  if (!flags.no_passphrase) return store.read_private(flags.name);
  const trust::PrivateKey key =
      TRY(store.find_private(flags.name, passphrase_of(flags.name, flags.passphrase_file)));
  if (const auto* seed = std::get_if<trust::NkeySeed>(&key)) return trust::to_open_text(*seed);
  return fail(ErrorCode::Invalid, "key {} is an image key, which keeps its passphrase", flags.name);
}

Result<> check_export(const KeysFlags& flags) {
  if (flags.is_private && flags.output.empty())
    return fail(ErrorCode::Invalid, "a private key is not printed (give -o FILE)");
  if (flags.no_passphrase && !flags.is_private)
    return fail(ErrorCode::Invalid, "{} is of --private", kNoPassphrase);
  return {};
}

Result<> export_key(const KeysFlags& flags) {
  const trust::KeyStore store = TRY(trust::KeyStore::open());
  if (flags.is_private)
    return trust::write_new_file(flags.output, TRY(private_text(store, flags)), 0600);
  const std::string text = trust::to_text(TRY(store.find_public(flags.name)));
  if (flags.output.empty()) return print(text);
  return trust::write_new_file(flags.output, as_bytes(text), 0644);
}

Result<Secret> read_input(const std::string& file) {
  const Fd input = TRY(open_file(file == "-" ? "/dev/stdin" : file));
  Secret text(trust::limits::kKeyFileBytes + 1);
  size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = read(input.get(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(system_error(errno, "reading " + file));
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  if (filled == text.size())
    return fail(ErrorCode::Malformed, "{} is no file of a key: longer than {} bytes", file,
                trust::limits::kKeyFileBytes);
  text.resize(filled);
  return text;
}

Result<> import_key(const KeysFlags& flags) {
  const trust::KeyStore store = TRY(trust::KeyStore::open());
  TRY(store.check_free(flags.name));
  const Secret text = TRY(read_input(flags.file));
  if (auto key = trust::parse_public_key(as_text(text))) {
    TRY(store.add_public(flags.name, *key));
    return print(trust::to_text(*key));
  }
  // A sealed key keeps its passphrase; one without gets a new one, unless it is to have none.
  Secret passphrase;
  auto ask = [&]() -> Result<Secret> {
    return passphrase = TRY(trust::read_passphrase(
               {.file = flags.passphrase_file, .prompt = "passphrase of " + flags.file}));
  };
  const trust::PrivateKey key =
      TRY(with_context(trust::parse_private_key(as_text(text), ask), "{}", flags.file));
  if (passphrase.empty() || flags.no_passphrase)
    passphrase = TRY(new_passphrase(flags, std::holds_alternative<trust::EcdsaPrivateKey>(key)));
  TRY(store.add(flags.name, key, passphrase));
  return print(trust::to_text(trust::public_key_of(key)));
}

}  // namespace

void add_keys_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<KeysFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand("keys", "Make, list, export and import keys.");
  verb->require_subcommand(1);
  using Call = Result<> (*)(const KeysFlags&);
  auto add = [&](const char* name, const char* summary, Call call, Call check = nullptr) {
    CLI::App* action = verb->add_subcommand(name, summary);
    action->callback([=, &chosen] {
      chosen = [=] { return call(*flags); };
      if (check) chosen.check = [=] { return check(*flags); };
    });
    return action;
  };
  auto add_name = [&](CLI::App* action, const char* help) {
    action->add_option("name", flags->name, help)->required()->type_name(kNameForm);
  };

  CLI::App* creation = add("create", "Make a key, and print its public part.", create);
  add_name(creation, "what it is called: a file's name in the key folder");
  creation
      ->add_option("--kind", flags->kind,
                   "image: signs images, as cosign's keys; account, module: signs claims, as nkeys")
      ->check(CLI::IsMember({"image", "account", "module"}))
      ->type_name("KIND")
      ->capture_default_str();
  add_passphrase_flag(*creation, flags->passphrase_file);
  creation->add_flag(kNoPassphrase, flags->no_passphrase,
                     "of an account or a module: keep the seed without one, for builds that nobody "
                     "attends");

  CLI::App* listing = add("list", "List the keys that there are.", list);
  listing->add_flag("--json", flags->as_json, "as JSON");

  CLI::App* exporting = add("export", "Print the public part of a key.", export_key, check_export);
  add_name(exporting, "a key of the key folder");
  exporting->add_flag("--private", flags->is_private,
                      "the private part instead, as it is kept; only into a file");
  exporting->add_option("-o,--output", flags->output, "write a new file")->type_name("FILE");
  exporting->add_flag(kNoPassphrase, flags->no_passphrase,
                      "with --private: a seed without its passphrase, as other programs want it");
  add_passphrase_flag(*exporting, flags->passphrase_file);

  CLI::App* importing = add("import", "Take a key from elsewhere into the key folder.", import_key);
  add_name(importing, "what it is to be called");
  importing
      ->add_option("file", flags->file,
                   "cosign's private key, a PKCS#8, a public key, an nkey or its seed; '-' for "
                   "standard input")
      ->required()
      ->type_name("FILE");
  add_passphrase_flag(*importing, flags->passphrase_file);
  importing->add_flag(kNoPassphrase, flags->no_passphrase,
                      "of an account or a module: keep the seed without one");
  verb->footer(
      "Keys are kept in $XDG_CONFIG_HOME/wherry/keys (~/.config/wherry/keys), for their owner "
      "alone, and never\n"
      "overwritten. A passphrase is never an argument.");
}

}  // namespace wherry::signing
