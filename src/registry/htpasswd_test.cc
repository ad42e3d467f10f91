#include "registry/htpasswd.h"

#include <gtest/gtest.h>

namespace wherry::registry {
namespace {

// htpasswd -nbB -C 4 ann secret
constexpr const char* kHash = "$2y$04$Ml1kmhY3.Q/hlDL/8ra/Lu2Zg.m/JWylRHvbkWUFKFBm6ghmzX2Je";

TEST(Htpasswd, ReadsUsers) {
  const std::string text = std::string("# who may\n\nann:") + kHash + "\r\nbob:" + kHash;
  const Result<Users> users = parse_htpasswd(text);
  ASSERT_TRUE(users) << users.error().message;
  EXPECT_EQ(users->size(), 2u);
  EXPECT_EQ(users->at("ann"), kHash);
}

TEST(Htpasswd, RefusesWhatIsNoBcrypt) {
  const std::string hash = kHash;
  for (const std::string& line : {
           std::string("ann"),
           ":" + hash,
           std::string("ann:$apr1$lZL6V/ci$eIMz/iKDkbtys/uU7LEK00"),
           std::string("ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="),
           std::string("ann:plain"),
           "ann:" + hash.substr(0, 59),
           "ann:" + hash + "x",
           "ann:$2y$31" + hash.substr(6),
           "ann:$2y$03" + hash.substr(6),
           "ann:$2x$04" + hash.substr(6),
           "ann:" + hash + "\nann:" + hash,
       }) {
    const Result<Users> users = parse_htpasswd(line);
    ASSERT_FALSE(users) << line;
    EXPECT_EQ(users.error().message.find(hash.substr(8)), std::string::npos) << "tells the hash";
    EXPECT_NE(users.error().message.find("line "), std::string::npos);
  }
}

TEST(Htpasswd, KnowsItsPasswords) {
  EXPECT_TRUE(is_password("secret", kHash));
  EXPECT_FALSE(is_password("Secret", kHash));
  EXPECT_FALSE(is_password("", kHash));
  // crypt(3) would read to the NUL alone.
  EXPECT_FALSE(is_password(std::string("secret\0x", 8), kHash));
}

}  // namespace
}  // namespace wherry::registry
