// Whether what a linker offers fits what a module imports. Core 3.0 §3.4.12 (import matching),
// §4.7.3.
#pragma once

#include "abi/artifact.h"
#include "runtime/instance.h"

namespace wherry::runtime {

// The host function behind an import, and how many slots its calls have; `function` is null where
// the import is bound to a guest's.
struct HostFunctionImport {
  HostFunction function = nullptr;
  void* self = nullptr;
  uint32_t slots = 0;
};

// The slots of a call: the larger of parameters and results (abi/calls.h).
uint32_t slots_of(const abi::ArtifactView& view, const abi::TypeRecord& type);

// What the linker has for the import, its type checked.
// Errors: NotFound "unknown import: …", Invalid "incompatible import type: …", Unsupported for a
// table or global of exceptions that no instance exports; all naming the import.
Result<Linker::Offer> find_import(const Artifact& artifact, const abi::ImportRecord& import,
                                  const Linker& linker);

}  // namespace wherry::runtime
