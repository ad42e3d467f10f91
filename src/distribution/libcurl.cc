#include "distribution/libcurl.h"

#include "support/shared_library.h"

namespace wherry::distribution {

static Result<Libcurl> load() {
  SharedLibrary library = TRY(SharedLibrary::load(
      {.file = "libcurl.so.4", .needed_by = "TLS, proxies and pushes", .package = "libcurl4"}));
  Libcurl functions = {};
  library.find("curl_global_init", functions.global_init);
  library.find("curl_easy_init", functions.easy_init);
  library.find("curl_easy_cleanup", functions.easy_cleanup);
  library.find("curl_easy_reset", functions.easy_reset);
  library.find("curl_easy_setopt", functions.easy_setopt);
  library.find("curl_easy_getinfo", functions.easy_getinfo);
  library.find("curl_easy_perform", functions.easy_perform);
  library.find("curl_easy_send", functions.easy_send);
  library.find("curl_easy_recv", functions.easy_recv);
  library.find("curl_easy_strerror", functions.easy_strerror);
  library.find("curl_slist_append", functions.slist_append);
  library.find("curl_slist_free_all", functions.slist_free_all);
  TRY(library.check());
  if (functions.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return fail(ErrorCode::Io, "libcurl cannot be set up");
  return functions;
}

static const Result<Libcurl>& loaded() {
  static const Result<Libcurl> functions = load();
  return functions;
}

Result<> load_libcurl() {
  if (!loaded()) return std::unexpected(loaded().error());
  return {};
}

const Libcurl& libcurl() { return *loaded(); }

}  // namespace wherry::distribution
