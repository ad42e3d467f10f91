// A shared library that is loaded when it is first needed, and not with the program: what few
// starts need should not slow down the others.
#pragma once

#include <string>

#include "support/result.h"

namespace wherry {

class SharedLibrary {
 public:
  // What to say of it where it is missing.
  struct Description {
    const char* file;       // as the loader is asked for it: "libcurl.so.4"
    const char* needed_by;  // "TLS and proxies"
    const char* package;    // Debian's
  };

  // It stays loaded until the process ends. Errors: Unsupported.
  static Result<SharedLibrary> load(const Description& description);

  // Sets `function` to the one of that name; check() tells of those that are missing.
  template <typename Function>
  void find(const char* name, Function*& function) {
    function = reinterpret_cast<Function*>(address_of(name));  // as dlsym is meant to be used
  }
  // Errors: Unsupported where a function was not found.
  Result<> check() const;

 private:
  SharedLibrary(void* handle, const Description& description)
      : handle_(handle), description_(description) {}
  void* address_of(const char* name);

  void* handle_;
  Description description_;
  std::string missing_;  // a function
};

}  // namespace wherry
