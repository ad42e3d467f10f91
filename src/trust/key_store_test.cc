#include "trust/key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "trust/passphrase.h"

namespace wherry::trust {
namespace {

using ::testing::HasSubstr;

class KeyStoreTest : public ::testing::Test {
 protected:
  KeyStoreTest() {
    char pattern[] = "/tmp/wherry-keys-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~KeyStoreTest() override { fs::remove_all(folder_); }
  unsigned mode_of(const char* name) const {
    struct stat status{};
    EXPECT_EQ(stat((folder_ / "keys" / name).c_str(), &status), 0) << name;
    return status.st_mode & 0777;
  }
  KeyStore store() const { return KeyStore(folder_ / "keys"); }

  fs::path folder_;
};

const AskPassphrase kAsk = [] { return Result<Secret>(make_secret("pass")); };

TEST_F(KeyStoreTest, KeepsKeysOfEachKindPrivate) {
  const EcdsaPrivateKey image = EcdsaPrivateKey::create().value();
  const NkeySeed account = NkeySeed::create(NkeyKind::Account);
  ASSERT_TRUE(store().add("release", image, as_bytes("pass")));
  ASSERT_TRUE(store().add("team", account, {}));
  EXPECT_EQ(mode_of("."), 0700u);
  EXPECT_EQ(mode_of("release.key"), 0600u);
  EXPECT_EQ(mode_of("team.seed"), 0600u);
  EXPECT_EQ(mode_of("release.pub"), 0644u);

  EXPECT_EQ(store().find_public("release").value(), PublicKey(image.public_key()));
  EXPECT_EQ(public_key_of(store().find_private("release", kAsk).value()),
            PublicKey(image.public_key()));
  EXPECT_EQ(public_key_of(store().find_private("team", kAsk).value()),
            PublicKey(account.public_key()));
  auto keys = store().list();
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0].name, "release");
  EXPECT_TRUE((*keys)[0].is_sealed);
  EXPECT_TRUE((*keys)[1].has_private);
  EXPECT_FALSE((*keys)[1].is_sealed);
  EXPECT_EQ(key_id(*(*keys)[1].key), account.public_key().to_string());
}

TEST_F(KeyStoreTest, OverwritesNothing) {
  ASSERT_TRUE(store().add("a", NkeySeed::create(NkeyKind::Account), {}));
  const auto before = key_id(store().find_public("a").value());
  EXPECT_THAT(store().add("a", NkeySeed::create(NkeyKind::Module), {}).error().message,
              HasSubstr("not overwritten"));
  EXPECT_FALSE(store().add_public("a", NkeySeed::create(NkeyKind::Module).public_key()));
  EXPECT_EQ(key_id(store().find_public("a").value()), before);
}

TEST_F(KeyStoreTest, RefusesPrivateFilesThatOthersCanRead) {
  ASSERT_TRUE(store().add("a", NkeySeed::create(NkeyKind::Account), {}));
  chmod((folder_ / "keys/a.seed").c_str(), 0640);
  auto key = store().find_private("a", kAsk);
  EXPECT_EQ(key.error().code, ErrorCode::Denied);
  EXPECT_THAT(key.error().message, HasSubstr("chmod 600"));
}

TEST_F(KeyStoreTest, NamesWhatIsMissingOrNoName) {
  EXPECT_EQ(store().find_public("release").error().code, ErrorCode::NotFound);
  EXPECT_TRUE(store().list().value().empty());
  for (const char* name : {"", "-x", "a b", "a\n", "ä"})
    EXPECT_EQ(store().add(name, NkeySeed::create(NkeyKind::Account), {}).error().code,
              ErrorCode::Invalid)
        << name;
}

TEST_F(KeyStoreTest, ReadsPkcs8WithoutAskingAndSealedOnesWithThePassphrase) {
  const EcdsaPrivateKey key = EcdsaPrivateKey::create().value();
  const std::string sealed = to_sealed_pem(key, as_bytes("pass"));
  EXPECT_TRUE(sealed.starts_with("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"));
  EXPECT_TRUE(parse_private_key(sealed, kAsk));
  auto wrong = parse_private_key(sealed, [] { return Result<Secret>(make_secret("other")); });
  EXPECT_EQ(wrong.error().code, ErrorCode::Denied);
  EXPECT_THAT(parse_private_key(key.public_key().to_pem(), kAsk).error().message,
              HasSubstr("a public key, where a private one is wanted"));
}

TEST_F(KeyStoreTest, SealsSeedsWithAPassphrase) {
  const NkeySeed account = NkeySeed::create(NkeyKind::Account);
  ASSERT_TRUE(store().add("team", account, as_bytes("pass")));
  EXPECT_EQ(mode_of("team.key"), 0600u);
  EXPECT_FALSE(fs::exists(folder_ / "keys/team.seed"));
  const Secret kept = store().read_private("team").value();
  EXPECT_TRUE(as_text(kept).starts_with("-----BEGIN ENCRYPTED NKEY SEED-----\n"));
  EXPECT_EQ(as_text(kept).find(as_text(account.to_text())), std::string_view::npos);
  EXPECT_EQ(public_key_of(store().find_private("team", kAsk).value()),
            PublicKey(account.public_key()));
  const AskPassphrase wrong = [] { return Result<Secret>(make_secret("other")); };
  EXPECT_THAT(store().find_private("team", wrong).error().message, HasSubstr("wrong passphrase"));
  EXPECT_TRUE(store().list()->front().is_sealed);
}

TEST_F(KeyStoreTest, TakesASealedKeyForWhatItsLabelSays) {
  // One kind's secret under the other's label.
  std::string image = to_sealed_pem(EcdsaPrivateKey::create().value(), as_bytes("pass"));
  std::string account = to_sealed_pem(NkeySeed::create(NkeyKind::Account), as_bytes("pass"));
  for (const auto& [text, from, to] : {std::tuple(image, "SIGSTORE PRIVATE KEY", "NKEY SEED"),
                                       std::tuple(account, "NKEY SEED", "SIGSTORE PRIVATE KEY")}) {
    std::string changed = text;
    for (size_t at; (at = changed.find(from)) != changed.npos;)
      changed.replace(at, std::string_view(from).size(), to);
    EXPECT_EQ(parse_private_key(changed, kAsk).error().code, ErrorCode::Malformed) << changed;
  }
}

TEST_F(KeyStoreTest, TakesPassphrasesFromFilesAndTheVariable) {
  const fs::path file = folder_ / "passphrase";
  ASSERT_TRUE(write_file_atomic(file, as_bytes("from file\r\nsecond line\n"), 0600));
  EXPECT_EQ(as_text(read_passphrase({.file = file.string()}).value()), "from file");
  setenv("COSIGN_PASSWORD", "from variable", 1);
  EXPECT_EQ(as_text(read_passphrase({}).value()), "from variable");
  EXPECT_EQ(getenv("COSIGN_PASSWORD"), nullptr);
  setenv("COSIGN_PASSWORD", "", 1);
  EXPECT_EQ(read_passphrase({.is_new = true}).error().code, ErrorCode::Invalid);
  ASSERT_TRUE(write_file_atomic(file, as_bytes(std::string(2000, 'x')), 0600));
  EXPECT_EQ(read_passphrase({.file = file.string()}).error().code, ErrorCode::Invalid);
}

TEST(PublicKeys, TakeEd25519InPemForAnAccounts) {
  // RFC 8410 §10.1.
  const std::string pem =
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
      "-----END PUBLIC KEY-----\n";
  const auto key = parse_public_key(pem);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_STREQ(key_kind(*key), "account");
  const Nkey& account = std::get<Nkey>(*key);
  EXPECT_EQ(account.bytes.front(), std::byte{0x19});
  EXPECT_EQ(account.bytes.back(), std::byte{0xe1});
  EXPECT_EQ(parse_nkey(key_id(*key)).value(), account);
  // Another curve of the same form, X25519 (its last octet of the identifier is 0x6e).
  std::string other = pem;
  other.replace(other.find("MCowBQYDK2Vw"), 12, "MCowBQYDK2Vu");
  EXPECT_FALSE(parse_public_key(other));
}

}  // namespace
}  // namespace wherry::trust
