// libcurl, loaded by the first exchange that needs it: it and its 30 libraries take 5 ms, which is
// much of a pull that can do without (plain_transport.h). Its functions have their names in curl.h,
// and mean what they mean there.
#pragma once

#include <curl/curl.h>

#include "support/result.h"

namespace wherry::distribution {

struct Libcurl {
  decltype(&::curl_global_init) global_init;
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_reset) easy_reset;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_perform) easy_perform;
  decltype(&::curl_easy_send) easy_send;
  decltype(&::curl_easy_recv) easy_recv;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
};

// Thread-safe; loads and sets it up once. Errors: Unsupported where it is not installed; Io.
Result<> load_libcurl();

// After load_libcurl() has succeeded.
const Libcurl& libcurl();

}  // namespace wherry::distribution
