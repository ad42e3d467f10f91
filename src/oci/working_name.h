// The name under which an image lies in the store until it is decided whether it may have its own:
// signatures can only be looked at where they are, and the store holds nothing without a name.
// Nobody is shown such a name, and it does not outlive the process that gave it: that holds a file
// in `staging` locked, and where the file is gone or free, the next change of the store takes the
// name away.
#pragma once

#include <string>
#include <string_view>

#include "oci/reference.h"
#include "support/file.h"

namespace wherry::oci {

class WorkingName {
 public:
  static Result<WorkingName> create(const fs::path& store);
  ~WorkingName();
  WorkingName(WorkingName&& other) noexcept;
  WorkingName& operator=(WorkingName&&) = delete;

  // For one of several images.
  Reference reference(size_t index = 0) const;

 private:
  WorkingName(Fd lock, fs::path file) : lock_(std::move(lock)), file_(std::move(file)) {}
  Fd lock_;
  fs::path file_;
};

bool is_working_name(std::string_view name);
// A working name whose process has ended.
bool is_abandoned_name(const fs::path& store, std::string_view name);

}  // namespace wherry::oci
