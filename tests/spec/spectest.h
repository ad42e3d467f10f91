// The host module "spectest" that the official suite imports from.
#pragma once

#include <memory>

#include "runtime/instance.h"

namespace wherry::spec {

// Owns its memory, table and globals; must outlive the instances that use them.
class Spectest : public runtime::HostModule {
 public:
  static Result<std::unique_ptr<Spectest>> create();

  // Functions and everything else, under the name "spectest".
  void add_to(runtime::Linker& linker);

  std::string_view name() const override { return "spectest"; }
  const runtime::HostFunctionDefinition* find_function(std::string_view field) const override;
  void* self() override { return this; }

 private:
  Spectest() = default;

  std::unique_ptr<runtime::Memory> memory_;
  std::unique_ptr<runtime::Table> table_;
  std::unique_ptr<runtime::Table> table64_;
  abi::GlobalCell i32_{}, i64_{}, f32_{}, f64_{};
};

}  // namespace wherry::spec
