#include "distribution/sign_in.h"

#include "distribution/registry_protocol.h"
#include "oci/reference.h"
#include "support/quotes.h"

namespace wherry::distribution {

Result<SignInPlace> parse_sign_in_place(std::string_view text) {
  std::string_view place = text;
  if (place.starts_with("http://"))
    return fail(ErrorCode::Denied,
                "{}: a login over plain HTTP can be read on its way (name the registry without "
                "http://, and allow it with --plain-http if need be)",
                quote(text, 120));
  if (place.starts_with("https://")) place.remove_prefix(std::string_view("https://").size());
  while (place.ends_with('/')) place.remove_suffix(1);
  Result<oci::Reference> parsed = oci::parse_reference(std::string(place) + "/x");
  if (!parsed || parsed->registry.empty() || parsed->tag != "latest" || parsed->digest)
    return fail(ErrorCode::Malformed, "'{}' is no registry (expected HOST or HOST:PORT)",
                quote(text, 120));
  return SignInPlace{parsed->registry, std::string(place)};
}

// What registries answer to who knocks without being asked for anything (end-1).
static Result<HttpResponse> knock(RegistrySession& session, const Credential* shown) {
  HttpRequest request{.url = session.base_url() + "/v2/"};
  if (shown) request.authorization = basic_authorization(*shown);
  HttpResponse response = TRY(session.send(std::move(request)));
  bool is_page = response.header("content-type").starts_with("text/html");
  if (response.status != 200 || is_page) return std::unexpected(registry_error(response));
  return response;
}

Result<SignedIn> sign_in(Transport& transport, const SignInPlace& place,
                         const Credential& credential, SessionOptions options) {
  bool was_asked = false;
  options.sign_in = {.credentials =
                         [&](std::string_view, std::string_view) {
                           was_asked = true;
                           return Result<CredentialLookup>({credential, "this login", ""});
                         },
                     .wants_identity_token = true};
  RegistrySession session(transport, place.registry, options);
  TRY(knock(session, nullptr));
  if (was_asked && session.identity_token().empty()) return SignedIn{credential};
  if (was_asked)
    return SignedIn{{.user = credential.user, .identity_token = session.identity_token()}};
  // Some let anybody in at the door and are particular only later. A wrong password may show.
  TRY(knock(session, &credential));
  return SignedIn{credential, false};
}

}  // namespace wherry::distribution
