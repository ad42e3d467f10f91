// What registries, token servers, credential helpers and files say about signing in, and lists of
// tags and referrers: any bytes give a value or an error of one harmless line, and values fit where
// they go.
#include <cstdint>

#include "distribution/auth_file.h"
#include "distribution/challenge.h"
#include "distribution/credential_helper.h"
#include "distribution/paging.h"
#include "distribution/referrer_list.h"
#include "distribution/registries.h"
#include "distribution/tag_list.h"
#include "distribution/token_server.h"
#include "support/bytes.h"

using namespace wherry;

// Errors go to terminals and logs as they are.
template <class T>
static void check_error(const Result<T>& result) {
  if (result) return;
  for (char c : result.error().message) WHERRY_ASSERT(static_cast<unsigned char>(c) >= ' ');
}

static void check_challenges(std::string_view text) {
  auto bearer = distribution::find_bearer(distribution::parse_challenges(text));
  if (!bearer) return;
  Result<distribution::HttpRequest> request = distribution::token_request(
      {.challenge = *bearer, .scopes = bearer->scopes, .credential = {}});
  check_error(request);
  if (!request) return;
  for (char c : request->url) WHERRY_ASSERT(c > ' ' && c < 0x7f);
}

static void check_scopes(std::string_view text) {
  distribution::Scopes scopes = distribution::Scopes::parse(text);
  distribution::Scopes again;
  for (const std::string& word : scopes.words()) again.add(distribution::Scopes::parse(word));
  WHERRY_ASSERT(again.cover(scopes) && scopes.cover(again));
}

static void check_tokens(std::string_view text) {
  Result<distribution::TokenAnswer> answer = distribution::parse_token_answer(text);
  check_error(answer);
  if (answer)
    for (char c : answer->token) WHERRY_ASSERT(c > ' ' && c < 0x7f);
  check_error(distribution::parse_helper_answer(text));
}

static void check_files(std::string_view text) {
  check_error(distribution::parse_registries_file(text, "file"));
  Result<distribution::AuthFile> file = distribution::AuthFile::parse(text);
  check_error(file);
  if (!file) return;
  for (const std::string& key : file->keys()) check_error(file->find(key, "team/app"));
  file->put("r.io/team", distribution::Credential{.user = "u", .password = "p"});
  Result<distribution::AuthFile> again = distribution::AuthFile::parse(file->to_json());
  WHERRY_ASSERT(again && again->find("r.io", "team").value()->password == "p");
  WHERRY_ASSERT(file->erase("r.io/team") && !file->erase("r.io/team"));
}

static void check_lists(std::string_view text) {
  if (auto link = distribution::next_link(text)) WHERRY_ASSERT(text.find(*link) != text.npos);
  Result<std::vector<std::string>> tags = distribution::parse_tag_page(text);
  check_error(tags);
  if (tags)
    for (const std::string& tag : *tags) WHERRY_ASSERT(oci::parse_reference("x:" + tag));
  check_error(distribution::parse_referrers(text));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  std::string_view text(reinterpret_cast<const char*>(bytes),
                        size_bytes);  // bytes may be seen as char
  check_challenges(text);
  check_scopes(text);
  check_tokens(text);
  check_files(text);
  check_lists(text);
  return 0;
}
