#include "distribution/registry_session.h"

#include "distribution/auth_file.h"
#include "distribution/registry_protocol.h"

namespace wherry::distribution {

// The Authenticator's way to token servers, which may be on hosts with certificates of their own.
class RegistrySession::TokenTransport : public Transport {
 public:
  explicit TokenTransport(RegistrySession& session) : session_(session) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    HttpRequest with_tls = request;
    with_tls.tls = TRY(session_.tls_of(request.url));
    return session_.transport_.send(with_tls);
  }

 private:
  RegistrySession& session_;
};

// Docker's hub is named otherwise than it is reached.
static std::string address_of(const std::string& registry) {
  return canonical_registry(registry) == "docker.io" ? "registry-1.docker.io" : registry;
}

static std::string base_url_of(const std::string& registry, const SessionOptions& options) {
  RegistryEntry entry{.host = registry};
  if (options.registries) entry = options.registries->entry(registry);
  bool has_tls = !(options.ca_file + options.cert_file + entry.ca_file + entry.cert_file).empty();
  bool is_plain =
      options.plain_http || entry.plain_http.value_or(is_loopback_registry(registry) && !has_tls);
  return (is_plain ? "http://" : "https://") + address_of(registry);
}

RegistrySession::RegistrySession(Transport& transport, const std::string& registry,
                                 const SessionOptions& options)
    : transport_(transport, options.retry),
      options_(options),
      base_url_(base_url_of(registry, options)),
      token_transport_(std::make_unique<TokenTransport>(*this)),
      authenticator_(*token_transport_, registry, base_url_, options.sign_in) {}

std::string RegistrySession::repository_url(const oci::Reference& reference) const {
  // The hub's own images have a namespace that nobody writes.
  bool is_short = base_url_ == "https://registry-1.docker.io" &&
                  reference.repository.find('/') == std::string::npos;
  return base_url_ + "/v2/" + (is_short ? "library/" : "") + reference.repository;
}

Result<TlsSettings> RegistrySession::load_tls(const std::string& host, bool is_ours) const {
  TlsSettings tls;
  if (options_.registries) tls = TRY(options_.registries->tls(options_.registries->entry(host)));
  TlsSettings given = TRY(load_tls_files(options_.ca_file, is_ours ? options_.cert_file : "",
                                         is_ours ? options_.key_file : ""));
  tls.ca_pem += given.ca_pem;
  if (given.cert_file.empty()) return tls;
  tls.cert_file = given.cert_file;
  tls.key_file = given.key_file;
  return tls;
}

Result<const TlsSettings*> RegistrySession::tls_of(std::string_view url) {
  std::string_view origin = url_origin(url);
  if (!origin.starts_with("https://")) return nullptr;
  std::string host(origin.substr(std::string_view("https://").size()));
  std::lock_guard lock(mutex_);
  auto known = tls_.find(host);
  if (known == tls_.end())
    known = tls_.emplace(host, TRY(load_tls(host, origin == base_url_))).first;
  return &known->second;  // a map's values stay where they are
}

Need need_of(const HttpRequest& request) {
  std::string_view url = request.url;
  std::string_view path = url.substr(url_origin(url).size());
  std::string_view query = path.substr(std::min(path.find('?'), path.size()));
  path.remove_suffix(query.size());
  if (!path.starts_with("/v2/")) return {};
  path.remove_prefix(std::string_view("/v2/").size());
  size_t end = path.npos;
  for (const char* part : {"/blobs/", "/manifests/", "/tags/", "/referrers/"})
    if (size_t at = path.rfind(part); at != path.npos && (end == path.npos || at > end)) end = at;
  if (end == path.npos) return {};
  std::string repository(path.substr(0, end));
  std::set<std::string> actions = {"pull"};
  if (request.method == "DELETE")
    actions.insert("delete");
  else if (request.method != "GET" && request.method != "HEAD")
    actions.insert("push");
  Need need{repository, Scopes::of_repository(repository, std::move(actions))};
  if (std::string from = query_value(query, "from"); request.method == "POST" && !from.empty())
    need.scopes.add(Scopes::of_repository(from, {"pull"}));  // a mount (end-11)
  return need;
}

Result<HttpResponse> RegistrySession::send(HttpRequest request) {
  auto tls = [this](std::string_view url) { return tls_of(url); };
  if (url_origin(request.url) != base_url_) return send_following(transport_, request, tls);
  const Need need = need_of(request);
  if (request.authorization.empty())
    request.authorization = TRY(authenticator_.authorization(need));
  HttpResponse response = TRY(send_following(transport_, request, tls));
  if (response.status != 401) return response;
  request.authorization = TRY(authenticator_.answer(response, need, request.authorization));
  response = TRY(send_following(transport_, request, tls));
  if (response.status == 401) return std::unexpected(authenticator_.refusal_error(response, need));
  return response;
}

}  // namespace wherry::distribution
