#include "support/shared_library.h"

#include <dlfcn.h>

#include "support/quotes.h"

namespace wherry {

Result<SharedLibrary> SharedLibrary::load(const Description& description) {
  if (void* handle = ::dlopen(description.file, RTLD_NOW | RTLD_LOCAL))
    return SharedLibrary(handle, description);
  return fail(ErrorCode::Unsupported,
              "{} cannot be loaded, which {} need (is it installed? Debian's package is {}): {}",
              description.file, description.needed_by, description.package, quote(::dlerror()));
}

void* SharedLibrary::address_of(const char* name) {
  void* const address = ::dlsym(handle_, name);
  if (!address) missing_ = name;
  return address;
}

Result<> SharedLibrary::check() const {
  if (missing_.empty()) return {};
  return fail(ErrorCode::Unsupported,
              "{} is another library than the one of Debian's package {}: it has no {}",
              description_.file, description_.package, missing_);
}

}  // namespace wherry
