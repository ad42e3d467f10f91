// What registries, token servers, credential helpers and files say about signing in, and lists of
// tags and referrers: any bytes give a value or an error of one harmless line, and values fit where
// they go.
#include <cstdint>

#include "oci/auth_file.h"
#include "oci/challenge.h"
#include "oci/credential_helper.h"
#include "oci/paging.h"
#include "oci/referrer_list.h"
#include "oci/registries.h"
#include "oci/tag_list.h"
#include "oci/token_server.h"
#include "support/bytes.h"

using namespace wherry;

// Errors go to terminals and logs as they are.
template <class T>
static void check_error(const Result<T>& result) {
  if (result) return;
  for (char c : result.error().message) WHERRY_ASSERT(static_cast<unsigned char>(c) >= ' ');
}

static void check_challenges(std::string_view text) {
  auto bearer = oci::find_bearer(oci::parse_challenges(text));
  if (!bearer) return;
  Result<oci::HttpRequest> request =
      oci::token_request({.challenge = *bearer, .scopes = bearer->scopes, .credential = {}});
  check_error(request);
  if (!request) return;
  for (char c : request->url) WHERRY_ASSERT(c > ' ' && c < 0x7f);
}

static void check_scopes(std::string_view text) {
  oci::Scopes scopes = oci::Scopes::parse(text);
  oci::Scopes again;
  for (const std::string& word : scopes.words()) again.add(oci::Scopes::parse(word));
  WHERRY_ASSERT(again.cover(scopes) && scopes.cover(again));
}

static void check_tokens(std::string_view text) {
  Result<oci::TokenAnswer> answer = oci::parse_token_answer(text);
  check_error(answer);
  if (answer)
    for (char c : answer->token) WHERRY_ASSERT(c > ' ' && c < 0x7f);
  check_error(oci::parse_helper_answer(text));
}

static void check_files(std::string_view text) {
  check_error(oci::parse_registries_file(text, "file"));
  Result<oci::AuthFile> file = oci::AuthFile::parse(text);
  check_error(file);
  if (!file) return;
  for (const std::string& key : file->keys()) check_error(file->find(key, "team/app"));
  file->put("r.io/team", oci::Credential{.user = "u", .password = "p"});
  Result<oci::AuthFile> again = oci::AuthFile::parse(file->to_json());
  WHERRY_ASSERT(again && again->find("r.io", "team").value()->password == "p");
  WHERRY_ASSERT(file->erase("r.io/team") && !file->erase("r.io/team"));
}

static void check_lists(std::string_view text) {
  if (auto link = oci::next_link(text)) WHERRY_ASSERT(text.find(*link) != text.npos);
  Result<std::vector<std::string>> tags = oci::parse_tag_page(text);
  check_error(tags);
  if (tags)
    for (const std::string& tag : *tags) WHERRY_ASSERT(oci::parse_reference("x:" + tag));
  check_error(oci::parse_referrers(text));
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
