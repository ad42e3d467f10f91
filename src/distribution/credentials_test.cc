#include "distribution/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "distribution/credential_helper.h"

namespace wherry::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Credential kAlice{.user = "alice", .password = "se:cret"};

// A folder with a helper docker-credential-test, which keeps one secret a server in files.
class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() {
    std::string pattern = (fs::temp_directory_path() / "wherry-credentials.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    path_ = std::getenv("PATH");
    ::setenv("PATH", (folder_.string() + ":" + path_).c_str(), 1);
    write("docker-credential-test", R"sh(#!/bin/sh
cd "$(dirname "$0")" && echo "$# $*" >>calls
case $1 in
  get) read -r server || :; cat "$(echo "$server" | tr / _).kept" 2>/dev/null ||
    { echo "credentials not found in native keychain"; exit 1; } ;;
  store) cat >request
    cp request "$(sed 's/.*"ServerURL":"\([^"]*\)".*/\1/' request | tr / _).kept" ;;
  erase) read -r server || :; rm "$(echo "$server" | tr / _).kept" ;;
esac
)sh");
    write("docker-credential-angry", "#!/bin/sh\ncat\necho it is locked\nexit 2\n");
    for (const char* name : {"docker-credential-test", "docker-credential-angry"})
      fs::permissions(folder_ / name, fs::perms::owner_all);
  }
  ~CredentialsTest() override {
    ::setenv("PATH", path_.c_str(), 1);
    fs::remove_all(folder_);
  }

  void write(const char* name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string read(const char* name) {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Credentials credentials() const {
    return Credentials({{folder_ / "a.json", folder_ / "b.json"}, folder_ / "b.json"});
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(CredentialsTest, KeepsThemForTheirOwnerAlone) {
  Result<std::string> origin = credentials().store("r.io", kAlice);
  ASSERT_TRUE(origin) << origin.error().message;
  EXPECT_EQ(*origin, (folder_ / "b.json").string());
  struct stat status;
  ASSERT_EQ(::stat((folder_ / "b.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  CredentialLookup found = credentials().find("r.io", "x").value();
  EXPECT_EQ(found.credential, kAlice);
  EXPECT_EQ(found.origin, (folder_ / "b.json").string());
}

TEST_F(CredentialsTest, TakesTheFirstFileThatHasOne) {
  ASSERT_TRUE(Credentials({{}, folder_ / "a.json"}).store("r.io", {.user = "u", .password = "a"}));
  ASSERT_TRUE(credentials().store("r.io/team", {.user = "u", .password = "b"}));
  EXPECT_EQ(credentials().find("r.io", "team/x").value().credential->password, "a");
  EXPECT_FALSE(credentials().find("s.io", "team/x").value().credential);
}

TEST_F(CredentialsTest, LeavesLinksAsTheyAre) {
  fs::create_directory(folder_ / "dotfiles");
  fs::create_symlink("dotfiles/real.json", folder_ / "b.json");
  ASSERT_TRUE(credentials().store("r.io", kAlice));
  EXPECT_TRUE(fs::is_symlink(folder_ / "b.json"));
  EXPECT_TRUE(fs::is_regular_file(folder_ / "dotfiles/real.json"));
  EXPECT_EQ(credentials().find("r.io", "").value().credential, kAlice);
}

TEST_F(CredentialsTest, ErasesFromEveryFile) {
  ASSERT_TRUE(Credentials({{}, folder_ / "a.json"}).store("r.io", kAlice));
  ASSERT_TRUE(credentials().store("r.io", kAlice));
  EXPECT_EQ(credentials().erase("r.io")->size(), 2u);
  EXPECT_FALSE(credentials().find("r.io", "").value().credential);
  EXPECT_THAT(credentials().erase("r.io").value(), IsEmpty());
}

TEST_F(CredentialsTest, ErasesAll) {
  ASSERT_TRUE(credentials().store("r.io", kAlice));
  ASSERT_TRUE(credentials().store("s.io/team", kAlice));
  std::string file = (folder_ / "b.json").string();
  EXPECT_THAT(credentials().erase_all().value(),
              ElementsAre("r.io: " + file, "s.io/team: " + file));
}

TEST_F(CredentialsTest, AsksTheHelperOfARegistry) {
  write("b.json", R"({"credHelpers":{"r.io":"test"}})");
  EXPECT_FALSE(credentials().find("r.io", "").value().credential);
  Result<std::string> origin = credentials().store("r.io", kAlice);
  ASSERT_TRUE(origin) << origin.error().message;
  EXPECT_THAT(*origin, HasSubstr("docker-credential-test"));
  EXPECT_THAT(read("b.json"), Not(HasSubstr("auth\"")));
  EXPECT_EQ(credentials().find("r.io", "x/y").value().credential, kAlice);
  EXPECT_EQ(credentials().erase("r.io")->size(), 1u);
  EXPECT_FALSE(credentials().find("r.io", "").value().credential);
  EXPECT_EQ(read("calls"), "1 get\n1 store\n1 get\n1 get\n1 erase\n1 get\n");  // one word each
}

TEST_F(CredentialsTest, AsksTheDefaultHelper) {
  write("b.json", R"({"credsStore":"test"})");
  ASSERT_TRUE(credentials().store("docker.io", {.identity_token = "id"}));
  EXPECT_TRUE(fs::exists(folder_ / "https:__index.docker.io_v1_.kept"));
  EXPECT_EQ(credentials().find("docker.io", "x").value().credential->identity_token, "id");
}

TEST_F(CredentialsTest, PassesAMissingDefaultHelperOver) {
  write("a.json", R"({"credsStore":"wherry-none"})");
  ASSERT_TRUE(credentials().store("r.io", kAlice));
  Result<CredentialLookup> found = credentials().find("r.io", "");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->credential, kAlice);
  EXPECT_THAT(found->note, HasSubstr("docker-credential-wherry-none"));
}

TEST_F(CredentialsTest, NamesAMissingHelperThatIsMeant) {
  write("a.json", R"({"credHelpers":{"r.io":"wherry-none"}})");
  Result<CredentialLookup> found = credentials().find("r.io", "");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("a.json: program 'docker-credential-wherry-none'"));
}

TEST_F(CredentialsTest, WritesNothingWhenAHelperFails) {
  const std::string before = R"({"credsStore":"angry"})";
  write("b.json", before);
  Result<std::string> origin = credentials().store("r.io", kAlice);
  ASSERT_FALSE(origin);
  EXPECT_THAT(origin.error().message, HasSubstr("docker-credential-angry store failed"));
  EXPECT_THAT(origin.error().message, Not(HasSubstr("se:cret")));  // though the helper repeats it
  EXPECT_EQ(read("b.json"), before);
}

TEST_F(CredentialsTest, LeavesADamagedFileAlone) {
  write("b.json", "{");
  EXPECT_FALSE(credentials().store("r.io", kAlice));
  EXPECT_FALSE(credentials().find("r.io", ""));
  EXPECT_EQ(read("b.json"), "{");
}

TEST(CredentialHelper, TakesPlainNamesOnly) {
  for (const char* name : {"", "../x", "a/b", "a b", "a;b", "a\n"})
    EXPECT_FALSE(CredentialHelper::create(name)) << name;
  EXPECT_EQ(CredentialHelper::create("osx-keychain.1")->program(),
            "docker-credential-osx-keychain.1");
}

TEST(CredentialHelper, ReadsAnswers) {
  EXPECT_EQ(parse_helper_answer(R"({"Username":"u","Secret":"s"})")->password, "s");
  EXPECT_EQ(parse_helper_answer(R"({"Username":"<token>","Secret":"s"})")->identity_token, "s");
  for (const char* answer : {"", "secret", R"({"Username":"u"})", R"({"Secret":"topsecret"})",
                             R"({"Username":"u","Secret":["topsecret"]})"}) {
    Result<Credential> read = parse_helper_answer(answer);
    ASSERT_FALSE(read) << answer;
    EXPECT_THAT(read.error().message, Not(HasSubstr("topsecret")));
  }
}

TEST(CredentialFiles, AreThoseOfTheEnvironment) {
  ::setenv("HOME", "/h", 1);
  ::setenv("XDG_RUNTIME_DIR", "/r", 1);
  ::unsetenv("XDG_CONFIG_HOME");
  ::unsetenv("DOCKER_CONFIG");
  ::unsetenv("REGISTRY_AUTH_FILE");
  EXPECT_THAT(credential_files({})->read,
              ElementsAre("/r/containers/auth.json", "/h/.config/containers/auth.json",
                          "/h/.docker/config.json"));
  EXPECT_EQ(credential_files({})->written, "/h/.docker/config.json");
  ::setenv("DOCKER_CONFIG", "/d", 1);
  EXPECT_EQ(credential_files({})->read.front(), "/d/config.json");
  EXPECT_EQ(credential_files({})->written, "/d/config.json");
  ::setenv("REGISTRY_AUTH_FILE", "/f", 1);
  EXPECT_THAT(credential_files({})->read, ElementsAre("/f"));
  EXPECT_THAT(credential_files("/named")->read, ElementsAre("/named"));
  ::unsetenv("DOCKER_CONFIG");
  ::unsetenv("REGISTRY_AUTH_FILE");
}

}  // namespace
}  // namespace wherry::distribution
