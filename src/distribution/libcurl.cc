#include "distribution/libcurl.h"

#include <dlfcn.h>

#include "support/quotes.h"

namespace wherry::distribution {

// The name stands for the binary interface, which is the same since 2006.
static constexpr char kLibrary[] = "libcurl.so.4";

template <typename Function>
static bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function;
}

static Result<Libcurl> load() {
  void* library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);  // stays until the process ends
  Libcurl curl = {};
  const bool is_whole = library && find(library, "curl_global_init", curl.global_init) &&
                        find(library, "curl_easy_init", curl.easy_init) &&
                        find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                        find(library, "curl_easy_reset", curl.easy_reset) &&
                        find(library, "curl_easy_setopt", curl.easy_setopt) &&
                        find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                        find(library, "curl_easy_perform", curl.easy_perform) &&
                        find(library, "curl_easy_send", curl.easy_send) &&
                        find(library, "curl_easy_recv", curl.easy_recv) &&
                        find(library, "curl_easy_strerror", curl.easy_strerror) &&
                        find(library, "curl_slist_append", curl.slist_append) &&
                        find(library, "curl_slist_free_all", curl.slist_free_all);
  if (!is_whole)
    return fail(ErrorCode::Unsupported,
                "{} cannot be loaded, which TLS and proxies need (is it installed? Debian's "
                "package is libcurl4): {}",
                kLibrary, quote(::dlerror()));
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return fail(ErrorCode::Io, "libcurl cannot be set up");
  return curl;
}

static const Result<Libcurl>& loaded() {
  static const Result<Libcurl> curl = load();
  return curl;
}

Result<> load_libcurl() {
  if (!loaded()) return std::unexpected(loaded().error());
  return {};
}

const Libcurl& libcurl() { return *loaded(); }

}  // namespace wherry::distribution
