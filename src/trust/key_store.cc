#include "trust/key_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "trust/limits.h"
#include "trust/pem.h"

namespace wherry::trust {

namespace {

constexpr const char* kSealed = ".key";
constexpr const char* kSeed = ".seed";
constexpr const char* kPublic = ".pub";

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  return text;
}

// It becomes a file's name, and a word on command lines and in policies.
Result<> check_name(std::string_view name) {
  auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  if (name.empty() || name.size() > limits::kKeyNameBytes || name.front() == '-' ||
      !std::ranges::all_of(name, is_good))
    return fail(ErrorCode::Invalid,
                "no name of a key (up to {} letters, digits, '-' and '_', no '-' first)",
                limits::kKeyNameBytes);
  return {};
}

Result<Secret> read_secret_file(const fs::path& path) {
  Fd file = TRY(open_file(path));
  struct stat status;
  if (fstat(file.get(), &status) != 0) return std::unexpected(system_error(errno, path.string()));
  if (!S_ISREG(status.st_mode) || status.st_size > static_cast<off_t>(limits::kKeyFileBytes))
    return fail(ErrorCode::Malformed, "{} is no file of a key", path.string());
  if (status.st_uid != geteuid() || status.st_mode & (S_IRWXG | S_IRWXO))
    return fail(ErrorCode::Denied,
                "{} can be read by others, or is not yours (chmod 600 it, and think of a new key)",
                path.string());
  Secret text(static_cast<size_t>(status.st_size));
  size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = read(file.get(), text.data() + filled, text.size() - filled);
    if (got < 0) return std::unexpected(system_error(errno, "reading " + path.string()));
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  text.resize(filled);
  return text;
}

// Of an Ed25519 key, which is an account's here: its SubjectPublicKeyInfo is these bytes and the
// key (RFC 8410 §4).
constexpr std::string_view kEd25519Info = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21";

std::optional<Nkey> find_ed25519_key(const Pem& pem) {
  Nkey key{NkeyKind::Account, {}};
  const std::string info = std::string(kEd25519Info) + '\0';
  if (pem.label != "PUBLIC KEY" || pem.bytes.size() != info.size() + key.bytes.size() ||
      !as_text(pem.bytes).starts_with(info))
    return std::nullopt;
  std::copy_n(pem.bytes.end() - static_cast<ptrdiff_t>(key.bytes.size()), key.bytes.size(),
              key.bytes.begin());
  return key;
}

bool names_file(const std::string& key) { return key.find_first_of("/.") != key.npos; }

}  // namespace

Result<PublicKey> parse_public_key(std::string_view text) {
  text = trim(text);
  if (text.find("-----BEGIN") == text.npos) return TRY(parse_nkey(text));
  if (const auto account = find_ed25519_key(TRY(parse_pem(text)))) return *account;
  return TRY(EcdsaPublicKey::parse(text));
}

std::string key_id(const PublicKey& key) {
  if (const auto* nkey = std::get_if<Nkey>(&key)) return nkey->to_string();
  return std::get<EcdsaPublicKey>(key).fingerprint().to_string();
}

const char* key_kind(const PublicKey& key) {
  if (const auto* nkey = std::get_if<Nkey>(&key)) return to_string(nkey->kind);
  return "image";
}

std::string to_text(const PublicKey& key) {
  if (const auto* nkey = std::get_if<Nkey>(&key)) return nkey->to_string() + "\n";
  return std::get<EcdsaPublicKey>(key).to_pem();
}

PublicKey public_key_of(const PrivateKey& key) {
  return std::visit([](const auto& any) -> PublicKey { return any.public_key(); }, key);
}

Result<> write_new_file(const fs::path& path, ByteSpan bytes, unsigned mode) {
  std::error_code ignored;
  if (fs::symlink_status(path, ignored).type() != fs::file_type::not_found)
    return fail(ErrorCode::Invalid, "{} is there already, and is not overwritten", path.string());
  return write_file_atomic(path, bytes, mode);
}

Result<KeyStore> KeyStore::open() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  // A relative folder is to be ignored (XDG Base Directory Specification).
  if (config && config[0] == '/') return KeyStore(fs::path(config) / "wherry/keys");
  if (home && home[0] == '/') return KeyStore(fs::path(home) / ".config/wherry/keys");
  return fail(ErrorCode::NotFound, "no folder for keys: neither HOME nor XDG_CONFIG_HOME is set");
}

// Writers take turns, so that of two that want one name the second finds it taken.
Result<FileLock> KeyStore::make_folder() const {
  TRY(make_directories(folder_.parent_path(), 0755));
  TRY(make_directories(folder_, 0700));
  return FileLock::acquire(folder_ / ".lock");
}

Result<> KeyStore::check_free(const std::string& name) const {
  TRY(with_context(check_name(name), "'{}'", name.substr(0, limits::kKeyNameBytes)));
  std::error_code ignored;
  for (const char* ending : {kSealed, kSeed, kPublic})
    if (fs::exists(fs::symlink_status(folder_ / (name + ending), ignored)))
      return fail(ErrorCode::Invalid, "there is a key {} already, and it is not overwritten",
                  (folder_ / (name + ending)).string());
  return {};
}

Result<> KeyStore::add(const std::string& name, const PrivateKey& key, ByteSpan passphrase) const {
  const FileLock lock = TRY(make_folder());
  TRY(check_free(name));
  const auto* seed = std::get_if<NkeySeed>(&key);
  if (seed && passphrase.empty())
    TRY(write_new_file(folder_ / (name + kSeed), to_open_text(*seed), 0600));
  else
    TRY(write_new_file(folder_ / (name + kSealed), as_bytes(to_sealed_pem(key, passphrase)), 0600));
  return write_new_file(folder_ / (name + kPublic), as_bytes(to_text(public_key_of(key))), 0644);
}

Result<> KeyStore::add_public(const std::string& name, const PublicKey& key) const {
  const FileLock lock = TRY(make_folder());
  TRY(check_free(name));
  return write_new_file(folder_ / (name + kPublic), as_bytes(to_text(key)), 0644);
}

Result<std::vector<StoredKey>> KeyStore::list() const {
  std::map<std::string, StoredKey> keys;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string ending = entry->path().extension().string();
    if (ending != kSealed && ending != kSeed && ending != kPublic) continue;
    StoredKey& key = keys[entry->path().stem().string()];
    key.has_private |= ending != kPublic;
    key.is_sealed |= ending == kSealed;
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return std::unexpected(system_error(error.value(), folder_.string()));
  std::vector<StoredKey> list;
  for (auto& [name, stored] : keys) {
    stored.name = name;
    if (auto key = find_public(name))
      stored.key = *std::move(key);
    else
      stored.problem = key.error().message;
    list.push_back(std::move(stored));
  }
  return list;
}

Result<fs::path> KeyStore::find_file(const std::string& key,
                                     std::initializer_list<const char*> endings) const {
  if (names_file(key)) return fs::path(key);
  TRY(with_context(check_name(key), "'{}'", key.substr(0, limits::kKeyNameBytes)));
  std::error_code ignored;
  for (const char* ending : endings)
    if (fs::exists(folder_ / (key + ending), ignored)) return folder_ / (key + ending);
  return fail(ErrorCode::NotFound, "no {}key '{}' in {} (wherry keys list shows those there are)",
              std::string_view(*endings.begin()) == kPublic ? "" : "private ", key,
              folder_.string());
}

Result<PublicKey> KeyStore::find_public(const std::string& key) const {
  const fs::path path = TRY(find_file(key, {kPublic}));
  const Bytes text = TRY(read_file(path, {.size_bytes_max = limits::kKeyFileBytes}));
  return with_context(parse_public_key(as_text(text)), "{}", path.string());
}

Result<Secret> KeyStore::read_private(const std::string& key) const {
  return read_secret_file(TRY(find_file(key, {kSealed, kSeed})));
}

Result<PrivateKey> KeyStore::find_private(const std::string& key, const AskPassphrase& ask) const {
  const Secret text = TRY(read_private(key));
  return with_context(parse_private_key(as_text(text), ask), "key {}", key);
}

}  // namespace wherry::trust
