#include "wasm/tool_sections.h"

#include "wasm/byte_reader.h"

namespace wherry::wasm {

namespace {

const CustomSection* find_section(const Module& module, std::string_view name) {
  for (const CustomSection& section : module.custom_sections)
    if (section.name == name) return &section;
  return nullptr;
}

// A vector of {name, version}, as "name version".
Result<OrderedJson> read_tools(ByteReader& reader) {
  OrderedJson tools = OrderedJson::array();
  for (uint32_t count = TRY(reader.read_u32()); count > 0; --count) {
    std::string tool(TRY(reader.read_name()));
    std::string_view version = TRY(reader.read_name());
    if (!version.empty()) tool.append(" ").append(version);
    tools.push_back(std::move(tool));
  }
  return tools;
}

Result<OrderedJson> read_fields(ByteReader& reader) {
  OrderedJson fields = OrderedJson::object();
  for (uint32_t count = TRY(reader.read_u32()); count > 0; --count) {
    std::string name(TRY(reader.read_name()));
    fields[name] = TRY(read_tools(reader));
  }
  return fields;
}

// A vector of {'+', '-' or '=', name}.
Result<OrderedJson> read_features(ByteReader& reader) {
  OrderedJson features = OrderedJson::array();
  for (uint32_t count = TRY(reader.read_u32()); count > 0; --count) {
    const uint8_t prefix = TRY(reader.read_byte());
    if (prefix != '+' && prefix != '-' && prefix != '=')
      return fail(ErrorCode::Malformed, "no feature's prefix");
    std::string feature(1, static_cast<char>(prefix));
    features.push_back(feature.append(TRY(reader.read_name())));
  }
  return features;
}

// Subsection 0 of the name section, which comes first.
Result<std::string> read_name(ByteReader& reader) {
  if (TRY(reader.read_byte()) != 0) return std::string();
  TRY(reader.read_u32());  // its size
  return std::string(TRY(reader.read_name()));
}

}  // namespace

OrderedJson read_producers(const Module& module) {
  const CustomSection* section = find_section(module, "producers");
  if (section == nullptr) return OrderedJson::object();
  ByteReader reader(section->bytes, 0);
  return read_fields(reader).value_or(OrderedJson::object());
}

OrderedJson read_target_features(const Module& module) {
  const CustomSection* section = find_section(module, "target_features");
  if (section == nullptr) return OrderedJson::array();
  ByteReader reader(section->bytes, 0);
  return read_features(reader).value_or(OrderedJson::array());
}

std::string read_module_name(const Module& module) {
  const CustomSection* section = find_section(module, "name");
  if (section == nullptr) return {};
  ByteReader reader(section->bytes, 0);
  return read_name(reader).value_or(std::string());
}

}  // namespace wherry::wasm
