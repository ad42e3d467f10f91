#include "distribution/registry_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "distribution/registry_protocol.h"

namespace wherry::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// A registry at https://r.io and a token server at https://auth; remembers who was told what.
class FakeNetwork : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    std::lock_guard lock(mutex);
    std::string line = request.method + " " + request.url;
    if (!request.form.empty()) line += " {" + request.form + "}";
    if (!request.authorization.empty()) line += " as " + request.authorization;
    log.push_back(line);
    if (request.tls && !request.tls->cert_file.empty())
      certified.push_back(std::string(url_origin(request.url)));
    if (auto found = answers.find(request.url); found != answers.end()) return found->second;
    if (request.url.starts_with("https://auth/"))
      return HttpResponse{.status = 200, .headers = {}, .body = token_answer};
    if (request.authorization == accepted) return HttpResponse{.status = 200};
    return HttpResponse{.status = 401, .headers = {{"www-authenticate", challenge}}};
  }

  std::mutex mutex;
  std::vector<std::string> log, certified;
  std::map<std::string, HttpResponse> answers;  // by URL, before all else
  std::string accepted = "Bearer T";
  std::string challenge = R"(Bearer realm="https://auth/token",service="r")";
  std::string token_answer = R"({"token":"T","expires_in":300})";
};

class RegistrySessionTest : public ::testing::Test {
 protected:
  RegistrySession open(Credential credential = {}) {
    SessionOptions options;
    options.sign_in.credentials = [this, credential](std::string_view registry,
                                                     std::string_view repository) {
      looked_up.push_back(fmt::format("{} {}", registry, repository));
      CredentialLookup lookup;
      if (!credential.empty()) lookup = {credential, "/auth.json", ""};
      return Result<CredentialLookup>(lookup);
    };
    return RegistrySession(network, "r.io", options);
  }
  HttpRequest get(const char* path = "/v2/demo/manifests/1") {
    return {.url = std::string("https://r.io") + path};
  }

  FakeNetwork network;
  std::vector<std::string> looked_up;
};

TEST_F(RegistrySessionTest, AsksForNoCredentialUntilItIsNeeded) {
  network.accepted = "";
  RegistrySession session = open({.user = "u", .password = "p"});
  EXPECT_EQ(session.send(get())->status, 200);
  EXPECT_THAT(network.log, ElementsAre("GET https://r.io/v2/demo/manifests/1"));
  EXPECT_TRUE(looked_up.empty());
}

TEST_F(RegistrySessionTest, KeepsATokenForWhatItReaches) {
  RegistrySession session = open();
  EXPECT_EQ(session.send(get())->status, 200);
  EXPECT_EQ(session.send(get("/v2/demo/blobs/sha256:1"))->status, 200);
  EXPECT_EQ(session.send({.method = "POST", .url = "https://r.io/v2/demo/blobs/uploads/"})->status,
            200);
  EXPECT_EQ(session.send(get("/v2/other/manifests/1"))->status, 200);
  EXPECT_THAT(network.log,
              ElementsAre("GET https://r.io/v2/demo/manifests/1",
                          "GET https://auth/token?service=r&scope=repository%3Ademo%3Apull",
                          "GET https://r.io/v2/demo/manifests/1 as Bearer T",
                          "GET https://r.io/v2/demo/blobs/sha256:1 as Bearer T",
                          // More rights are asked for before anything is sent in vain.
                          "GET https://auth/token?service=r&scope=repository%3Ademo%3Apull%2Cpush",
                          "POST https://r.io/v2/demo/blobs/uploads/ as Bearer T",
                          "GET https://r.io/v2/other/manifests/1",
                          "GET https://auth/token?service=r&scope=repository%3Aother%3Apull",
                          "GET https://r.io/v2/other/manifests/1 as Bearer T"));
}

TEST_F(RegistrySessionTest, AsksForBothRepositoriesOfAMount) {
  Need need = need_of(
      {.method = "POST", .url = "https://r.io/v2/a/b/blobs/uploads/?mount=sha256:1&from=c%2Fd"});
  EXPECT_EQ(need.repository, "a/b");
  EXPECT_THAT(need.scopes.words(), ElementsAre("repository:a/b:pull,push", "repository:c/d:pull"));
  EXPECT_THAT(need_of({.method = "DELETE", .url = "https://r.io/v2/a/manifests/1"}).scopes.words(),
              ElementsAre("repository:a:delete,pull"));
  EXPECT_TRUE(need_of({.url = "https://r.io/v2/"}).scopes.words().empty());
  EXPECT_EQ(need_of({.url = "https://r.io/v2/blobs/tags/manifests/x"}).repository, "blobs/tags");
}

TEST_F(RegistrySessionTest, RenewsATokenInTheMiddle) {
  RegistrySession session = open();
  ASSERT_EQ(session.send(get())->status, 200);
  network.accepted = "Bearer U";
  network.token_answer = R"({"token":"U"})";
  EXPECT_EQ(session.send(get())->status, 200);
  EXPECT_EQ(network.log.size(), 6u);
}

TEST_F(RegistrySessionTest, RenewsATokenThatIsOverUnasked) {
  network.token_answer = R"({"token":"T","expires_in":1})";
  RegistrySession session = open();
  ASSERT_EQ(session.send(get())->status, 200);
  ASSERT_EQ(session.send(get())->status, 200);
  EXPECT_THAT(network.log[3], HasSubstr("https://auth/token"));
}

TEST_F(RegistrySessionTest, FetchesOneTokenForManyThreads) {
  RegistrySession session = open();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; i++)
    threads.emplace_back([&] { EXPECT_EQ(session.send(get())->status, 200); });
  threads.clear();
  EXPECT_EQ(std::ranges::count_if(
                network.log,
                [](const std::string& line) { return line.starts_with("GET https://auth/"); }),
            1);
}

TEST_F(RegistrySessionTest, ShowsAPasswordToTheTokenServerAlone) {
  RegistrySession session = open({.user = "u", .password = "p"});
  EXPECT_EQ(session.send(get("/v2/team/demo/manifests/1"))->status, 200);
  EXPECT_THAT(looked_up, ElementsAre("r.io team/demo"));
  EXPECT_THAT(network.log[1], HasSubstr("https://auth/token"));
  EXPECT_THAT(network.log[1], HasSubstr(" as Basic dTpw"));
  EXPECT_THAT(network.log[2], Not(HasSubstr("Basic")));
}

TEST_F(RegistrySessionTest, ShowsAnIdentityToken) {
  RegistrySession session = open({.identity_token = "id"});
  EXPECT_EQ(session.send(get())->status, 200);
  EXPECT_EQ(network.log[1],
            "POST https://auth/token {grant_type=refresh_token&service=r&client_id=wherry"
            "&scope=repository%3Ademo%3Apull&refresh_token=id}");
}

TEST_F(RegistrySessionTest, ShowsARegistryTokenAsItIs) {
  RegistrySession session = open({.registry_token = "T"});
  EXPECT_EQ(session.send(get())->status, 200);
  EXPECT_EQ(network.log.size(), 2u);
}

TEST_F(RegistrySessionTest, ShowsAPasswordWhereBasicIsWanted) {
  network.challenge = R"(Basic realm="r")";
  network.accepted = "Basic dTpw";
  RegistrySession session = open({.user = "u", .password = "p"});
  EXPECT_EQ(session.send(get())->status, 200);
  EXPECT_EQ(session.send({.method = "POST", .url = "https://r.io/v2/demo/blobs/uploads/"})->status,
            200);
  EXPECT_EQ(network.log.size(), 3u);  // the second needs no challenge
}

TEST_F(RegistrySessionTest, SaysWhatWasNotAccepted) {
  network.challenge = R"(Basic realm="r")";
  RegistrySession session = open({.user = "u", .password = "topsecret"});
  Result<HttpResponse> response = session.send(get());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::Denied);
  EXPECT_EQ(response.error().message,
            "r.io answered HTTP 401; u from /auth.json is not accepted, or has no right to that "
            "(wherry login r.io)");
  RegistrySession nobody = open();
  EXPECT_EQ(nobody.send(get()).error().message,
            "r.io answered HTTP 401; it wants a login (wherry login r.io)");
}

TEST_F(RegistrySessionTest, ATokenServerMayRefuse) {
  network.answers["https://auth/token?service=r&scope=repository%3Ademo%3Apull&account=u"] = {
      .status = 401, .headers = {}, .body = R"({"errors":[{"message":"bad password"}]})"};
  RegistrySession session = open({.user = "u", .password = "topsecret"});
  Result<HttpResponse> response = session.send(get());
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("HTTP 401: bad password; u from /auth.json"));
}

TEST_F(RegistrySessionTest, SendsNothingToATokenServerWithoutTls) {
  network.challenge = R"(Bearer realm="http://auth/token")";
  RegistrySession session = open({.user = "u", .password = "p"});
  Result<HttpResponse> response = session.send(get());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::Denied);
  EXPECT_EQ(network.log.size(), 1u);
  // Nor from a registry without TLS, when the token server is elsewhere.
  network.log.clear();
  RegistrySession plain(network, "127.0.0.1:5000", {});
  EXPECT_FALSE(plain.send({.url = "http://127.0.0.1:5000/v2/x/manifests/1"}));
  EXPECT_EQ(network.log.size(), 1u);
}

TEST_F(RegistrySessionTest, TellsNobodyElse) {
  network.challenge = R"(Basic realm="r")";
  network.accepted = "Basic dTpw";
  RegistrySession session = open({.user = "u", .password = "p"});
  ASSERT_TRUE(session.send(get()));
  network.log.clear();
  network.answers["https://r.io/v2/demo/blobs/1"] = {
      .status = 307, .headers = {{"location", "https://cdn.io/blob"}}};
  network.answers["https://cdn.io/blob"] = {.status = 200};
  EXPECT_EQ(session.send(get("/v2/demo/blobs/1"))->status, 200);
  EXPECT_TRUE(session.send({.method = "PUT", .url = "https://r.io.evil/v2/demo/blobs/uploads/1"}));
  EXPECT_TRUE(session.send({.method = "PUT", .url = "https://r.io:444/v2/demo/blobs/uploads/1"}));
  EXPECT_TRUE(session.send({.method = "PUT", .url = "http://r.io/v2/demo/blobs/uploads/1"}));
  EXPECT_THAT(network.log, ElementsAre("GET https://r.io/v2/demo/blobs/1 as Basic dTpw",
                                       "GET https://cdn.io/blob",
                                       "PUT https://r.io.evil/v2/demo/blobs/uploads/1",
                                       "PUT https://r.io:444/v2/demo/blobs/uploads/1",
                                       "PUT http://r.io/v2/demo/blobs/uploads/1"));
}

TEST_F(RegistrySessionTest, FollowsRedirectsToAnEnd) {
  network.answers["https://r.io/v2/a/blobs/1"] = {.status = 302, .headers = {{"location", "1"}}};
  RegistrySession session = open();
  EXPECT_THAT(session.send(get("/v2/a/blobs/1")).error().message, HasSubstr("5 redirects"));
  network.answers["https://r.io/v2/a/blobs/1"].headers["location"] = "http://r.io/x";
  EXPECT_EQ(session.send(get("/v2/a/blobs/1")).error().code, ErrorCode::Denied);
  HttpRequest post{.method = "POST", .url = "https://r.io/v2/a/blobs/1"};
  EXPECT_EQ(session.send(post)->status, 302);
}

TEST_F(RegistrySessionTest, IsWhereItIsSaidToBe) {
  auto url = [&](const char* registry, SessionOptions options = {}) {
    return RegistrySession(network, registry, options)
        .repository_url({.registry = registry, .repository = "x", .tag = ""});
  };
  EXPECT_EQ(url("r.io"), "https://r.io/v2/x");
  EXPECT_EQ(url("127.0.0.1:5000"), "http://127.0.0.1:5000/v2/x");
  EXPECT_EQ(url("127.0.0.1:5000", {.ca_file = "/ca.pem"}), "https://127.0.0.1:5000/v2/x");
  EXPECT_EQ(url("r.io", {.plain_http = true}), "http://r.io/v2/x");
  EXPECT_EQ(url("docker.io"), "https://registry-1.docker.io/v2/library/x");
}

}  // namespace
}  // namespace wherry::distribution
