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

// Names are the module's, and messages go to terminals: without control characters.
std::string printable(std::string_view name);

// An import that find_import() refuses, for people.
struct MissingImport {
  std::string module;
  std::string name;
  std::string wanted;   // "function [i32] -> []"
  std::string offered;  // the type that there is under that name; empty: there is none
};
std::vector<MissingImport> missing_imports(const Artifact& artifact, const Linker& linker);

}  // namespace wherry::runtime
