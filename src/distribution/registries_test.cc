#include "distribution/registries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace wherry::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RegistriesFile, IsRead) {
  auto entries = parse_registries_file(R"(
[[registry]]
host = "r.io:5000"
ca-file = "/ca.pem"
cert = "/c.pem"
key = "/k.pem"
mirrors = ["m.io", "n.io:5000/some/prefix"]

[[registry]]
host = "index.docker.io"
plain-http = false
)",
                                       "f");
  ASSERT_TRUE(entries) << entries.error().message;
  EXPECT_THAT(*entries, ElementsAre(RegistryEntry{.host = "r.io:5000",
                                                  .ca_file = "/ca.pem",
                                                  .cert_file = "/c.pem",
                                                  .key_file = "/k.pem",
                                                  .mirrors = {"m.io", "n.io:5000/some/prefix"}},
                                    RegistryEntry{.host = "docker.io", .plain_http = false}));
  EXPECT_TRUE(parse_registries_file("", "f")->empty());
}

TEST(RegistriesFile, IsReadStrictly) {
  const std::pair<const char*, const char*> cases[] = {
      {"[[registry]]\nhost = \"r.io\"\nplain_http = true",
       "f:3: unknown key 'registry.plain_http'"},
      {"registry = 1", "f:1: 'registry' is a whole number"},
      {"registry = [1]", "f:1: an entry of 'registry' is a whole number"},
      {"[[registry]]\nplain-http = true", "f:1: a [[registry]] has no 'host'"},
      {"[[registry]]\nhost = \"https://r.io\"", "f:2: 'registry.host' is 'https://r.io'"},
      {"[[registry]]\nhost = \"r.io/team\"", "f:2: 'registry.host' is 'r.io/team'"},
      {"[[registry]]\nhost = \"r\"", "expected \"HOST\""},
      {"[[registry]]\nhost = \"r.io\"\nplain-http = \"yes\"",
       "f:3: 'registry.plain-http' is a string"},
      {"[[registry]]\nhost = \"r.io\"\nca-file = \"ca.pem\"", "expected an absolute path"},
      {"[[registry]]\nhost = \"r.io\"\ncert = \"/c\"", "'cert' and 'key' belong together"},
      {"[[registry]]\nhost = \"r.io\"\nplain-http = true\nca-file = \"/c\"", "leaves no use for"},
      {"[[registry]]\nhost = \"r.io\"\nmirrors = [\"m.io:x\"]", "'m.io:x' is no HOST"},
      {"[[registry]]\nhost = \"r.io\"\nmirrors = [\"m.io\", \"m.io\"]", "'m.io' is there twice"},
      {"[[registry]]\nhost = \"r.io\"\n[[registry]]\nhost = \"r.io\"",
       "f:3: 'r.io' is there twice"},
      {"[[", "f:1: "}};
  for (auto [text, said] : cases) {
    auto entries = parse_registries_file(text, "f");
    ASSERT_FALSE(entries) << text;
    EXPECT_THAT(entries.error().message, HasSubstr(said)) << text;
  }
}

class RegistriesTest : public ::testing::Test {
 protected:
  RegistriesTest() {
    std::string pattern = (fs::temp_directory_path() / "wherry-registries.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~RegistriesTest() override { fs::remove_all(folder_); }

  std::string write(const fs::path& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  Result<Registries> load() const {
    return Registries::load({.machine = folder_ / "machine.toml",
                             .user = folder_ / "user.toml",
                             .certificates = {folder_ / "certs.d", folder_ / "more.d"}});
  }

  fs::path folder_;
};

constexpr const char* kPem = "-----BEGIN CERTIFICATE-----\n";

TEST_F(RegistriesTest, TheUsersFileDecidesKeyByKey) {
  // Only root may write the machine's; tests may run as anybody.
  if (::geteuid() == 0)
    write("machine.toml", "[[registry]]\nhost = \"r.io\"\nplain-http = true\nmirrors = [\"m.io\"]");
  write("user.toml", "[[registry]]\nhost = \"r.io\"\nplain-http = false");
  Registries registries = load().value();
  EXPECT_EQ(registries.entry("r.io").plain_http, false);
  if (::geteuid() == 0) {
    EXPECT_THAT(registries.entry("r.io").mirrors, ElementsAre("m.io"));
  }
  EXPECT_EQ(registries.entry("s.io"), RegistryEntry{.host = "s.io"});
}

TEST_F(RegistriesTest, RefusesAFileOfOthers) {
  write("user.toml", "");
  fs::permissions(folder_ / "user.toml", fs::perms::owner_all | fs::perms::others_write);
  EXPECT_EQ(load().error().code, ErrorCode::Denied);
}

TEST_F(RegistriesTest, FindsCertificatesInTheFirstFolder) {
  write("certs.d/r.io:5000/b.crt", std::string(kPem) + "B");
  write("certs.d/r.io:5000/a.crt", std::string(kPem) + "A");
  std::string cert = write("certs.d/r.io:5000/client.cert", kPem);
  std::string key = write("certs.d/r.io:5000/client.key", "k");
  write("more.d/r.io:5000/c.crt", kPem);
  Registries registries = load().value();
  TlsSettings tls = registries.tls(registries.entry("r.io:5000")).value();
  EXPECT_EQ(tls.ca_pem, std::string(kPem) + "A\n" + kPem + "B\n");
  EXPECT_EQ(tls.cert_file, cert);
  EXPECT_EQ(tls.key_file, key);
  EXPECT_EQ(registries.tls(registries.entry("r.io")).value(), TlsSettings{});
  write("stray.crt", kPem);
  EXPECT_EQ(registries.tls(registries.entry("..")).value(), TlsSettings{});
}

TEST_F(RegistriesTest, NamesTheCertificateThatIsMissing) {
  write("certs.d/r.io/client.cert", kPem);
  Registries registries = load().value();
  EXPECT_THAT(registries.tls(registries.entry("r.io")).error().message, HasSubstr("client.key"));
  EXPECT_THAT(load_tls_files("/none.pem", "", "").error().message, HasSubstr("/none.pem"));
  std::string other = write("other.pem", "hello");
  EXPECT_THAT(load_tls_files(other, "", "").error().message,
              HasSubstr("holds no certificate in PEM"));
}

TEST_F(RegistriesTest, PutsMirrorsInTheReferencesPlace) {
  write("user.toml", "[[registry]]\nhost = \"r.io\"\nmirrors = [\"m.io\", \"n.io:5000/p/q\"]");
  std::vector<std::string> names;
  for (const oci::Reference& mirror :
       load()->mirrors_of(oci::parse_reference("r.io/team/app:1").value()))
    names.push_back(mirror.to_string());
  EXPECT_THAT(names, ElementsAre("m.io/team/app:1", "n.io:5000/p/q/team/app:1"));
}

}  // namespace
}  // namespace wherry::distribution
