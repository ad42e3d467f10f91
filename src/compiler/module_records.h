// A module's tables as the artifact's records.
#pragma once

#include <vector>

#include "abi/artifact.h"
#include "compiler/memory_image.h"
#include "compiler/module_plan.h"
#include "compiler/object_linker.h"

namespace wherry::compiler {

// All of an artifact but its code, images and lines. Data segments that are part of an image have
// no bytes.
struct ModuleRecords {
  std::vector<abi::TypeRecord> types;
  std::vector<wasm::ValueType> values;
  std::vector<abi::ImportRecord> imports;
  std::vector<abi::FunctionRecord> functions;
  std::vector<abi::TableRecord> tables;
  std::vector<abi::MemoryRecord>
      memories;  // image_offset counts from the start of the images section
  std::vector<abi::GlobalRecord> globals;
  std::vector<abi::TagRecord> tags;
  std::vector<abi::ExportRecord> exports;
  std::vector<abi::ConstOp> const_ops;
  std::vector<abi::ElementRecord> elements;
  std::vector<abi::ElementItem> element_items;
  std::vector<abi::DataRecord> data;
  std::vector<abi::SubTypeRecord> sub_types;
  std::vector<abi::FieldRecord> fields;
  Bytes strings;
  Bytes data_bytes;
};

// Errors: Invalid when code is missing for a function, which is a defect of ours.
Result<ModuleRecords> build_records(const ModulePlan& plan, const LinkedCode& linked,
                                    const MemoryImages& images);

}  // namespace wherry::compiler
