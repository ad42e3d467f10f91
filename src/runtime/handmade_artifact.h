// Artifacts with machine code written by hand, so that this folder's tests need no compiler. For
// tests only.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/artifact.h"

namespace wherry::runtime {

// All functions have type [] -> []. An import has no code given: a thunk that makes a host_call.
class HandmadeArtifact {
 public:
  HandmadeArtifact();

  // Imports come before functions. Both return the function's index.
  uint32_t import(std::string_view module, std::string_view name);
  // Exported under `name`. Its instruction at byte N of the code is at offset 0x1000 * (index + 1)
  // + N of the module.
  uint32_t function(std::string_view name, std::initializer_list<uint8_t> code);
  void memory(uint64_t min_pages) { memories_.push_back({min_pages, ~uint64_t{0}, 0, 0, 0, 0, 0}); }
  void start(uint32_t function) { start_ = function; }

  std::shared_ptr<const Artifact> open();

 private:
  abi::StringRecord string(std::string_view text);
  void add_function(std::string_view name, std::initializer_list<uint8_t> code, bool imported);
  template <class Record>
  abi::Section append(Bytes& file, const std::vector<Record>& records);

  std::vector<abi::TypeRecord> types_;
  std::vector<abi::ImportRecord> imports_;
  std::vector<abi::FunctionRecord> functions_;
  std::vector<abi::MemoryRecord> memories_;
  std::vector<abi::ExportRecord> exports_;
  std::vector<abi::LineRow> lines_;
  std::string strings_;
  std::vector<uint8_t> code_;
  uint32_t start_ = abi::kNone;
};

}  // namespace wherry::runtime
